"""Five million respondents by forty items: how long from the file to a fitted model, and how much memory at most.

`python benchmarks/large.py 200000` does the same with fewer. Each way runs in a process of its own, whose largest
resident memory is told (everything included: Python, the libraries, the data). The peer of reading is
`pandas.read_csv`, which is what one would write by hand: it gives numbers, checks nothing and knows no line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars
from timing import Row, faster, seconds

RESPONDENTS = 5_000_000
_BLOCK = 250_000
# Construct names and the stems of their five items each.
_CONSTRUCTS = dict(zip(("physical", "information", "psychological", "reliability", "clarity", "trust", "satisfaction",
                        "loyalty"), "abcdefgh", strict=True))
_ITEMS = [f"{stem}{number}" for stem in _CONSTRUCTS.values() for number in range(1, 6)]
_STUDY = """title: Many respondents (synthetic)
synthetic: true
data:
  responses: {{file: {file}, respondent: id, duration: seconds}}
scale: {{min: 1, max: 5}}
groups: {{insurer: {{}}}}
constructs:
{constructs}
model: |
  trust ~ physical + information + psychological + reliability + clarity
  satisfaction ~ trust
  loyalty ~ satisfaction + trust
"""
_PEAK = """
import json, sys, time
def peak():
    if sys.platform == "win32":
        import psutil
        return psutil.Process().memory_info().peak_wset / 1e9
    if sys.platform == "linux":  # getrusage still knows the memory of the process that started this one
        said = open("/proc/self/status", encoding="utf-8").read()
        return float(said.split("VmHWM:")[1].split()[0]) / 1e6
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
began, told = time.perf_counter(), {}
def tell(what):
    told[what] = (time.perf_counter() - began, peak())
"""
_OURS = _PEAK + """
from helpers import sem, studies, survey
began = time.perf_counter()
declared = studies.load(sys.argv[1])
tell("read")
answers = survey.load(declared)
tell("survey")
fit = sem.fit(declared.model, answers.scores, estimator="ML")
tell("fit")
assert fit.converged and fit.n > .9 * len(answers.scores), (fit.converged, fit.n)
print(json.dumps(told))
"""
_PEER = _PEAK + """
import pandas
began = time.perf_counter()
pandas.read_csv(sys.argv[1])
tell("read")
print(json.dumps(told))
"""


def rows(respondents: int = RESPONDENTS) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        folders = {kind: _study(home / kind, kind) for kind in ("csv", "parquet")}
        text = folders["csv"] / "r.csv"
        _write(text, respondents)
        polars.scan_csv(text).sink_parquet(folders["parquet"] / "r.parquet")
        peer = _told(_PEER, text)["read"]
        found = {kind: _told(_OURS, folder) for kind, folder in folders.items()}
    size, table = f"{respondents:,} x {len(_ITEMS)}", []
    for kind, told in found.items():
        table.append(Row(f"{size}, {kind}: the study is read", *_row(told["read"], peer), "< 2 GB"))
        table.append(Row(f"{size}, {kind}: the same, answers coded and screened", *_row(told["survey"]), "< 8 GB"))
        table.append(Row(f"{size}, {kind}: the same, and the model by ML", *_row(told["fit"]), "< 8 GB"))
    return table


def _row(ours: tuple[float, float], peer: tuple[float, float] | None = None) -> tuple[str, str, str]:
    def said(told: tuple[float, float]) -> str:
        return f"{seconds(told[0])} {told[1]:.1f} GB"

    return said(ours), said(peer) if peer else "-", faster(ours[0], peer[0]) if peer else "-"


def _told(code: str, about: Path) -> dict[str, tuple[float, float]]:
    ran = subprocess.run([sys.executable, "-c", code, str(about)], check=True, capture_output=True, encoding="utf-8")
    return json.loads(ran.stdout)


def _study(folder: Path, kind: str) -> Path:
    """Make a folder with the declaration of the study."""
    folder.mkdir()
    constructs = "\n".join(f"  {name}: {{items: {stem}1..{stem}5}}" for name, stem in _CONSTRUCTS.items())
    (folder / "study.yml").write_text(_STUDY.format(file=f"r.{kind}", constructs=constructs), encoding="utf-8")
    return folder


def _write(file: Path, respondents: int) -> None:
    """Answers of a factor model on five points; three in a hundred leave off, one answer in a thousand is missing."""
    draw = np.random.default_rng(20261126)
    factors = np.linalg.cholesky(np.full((8, 8), 0.4) + 0.6 * np.eye(8)).T
    with file.open("wb") as stream:
        for begin in range(0, respondents, _BLOCK):
            n = min(_BLOCK, respondents - begin)
            latent = np.repeat(draw.standard_normal((n, 8)) @ factors, 5, axis=1)
            answers = np.digitize(0.8 * latent + 0.6 * draw.standard_normal((n, 40)), [-1.5, -0.5, 0.4, 1.2]) + 1
            last = np.where(draw.random(n) < 0.03, draw.integers(10, 40, n), 40)
            left = (np.arange(40) >= last[:, None]) | (draw.random((n, 40)) < 0.001)
            table = polars.DataFrame({"id": np.arange(begin, begin + n), "insurer": draw.choice(["A", "B", "C"], n),
                                      "seconds": draw.integers(120, 900, n)})
            items = [polars.Series(name, answers[:, at], dtype=polars.Int8).set(polars.Series(left[:, at]), None)
                     for at, name in enumerate(_ITEMS)]
            table.with_columns(items).write_csv(stream, include_header=begin == 0)


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else RESPONDENTS):
        print(f"{row.what:62} {row.ours:>16} {row.peer:>16} {row.ratio:>8}  {row.goal}")
