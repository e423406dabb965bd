"""What one fit costs: 34 items, eight constructs, n = 600, a model with indirect effects; against semopy and lavaan.

Each engine gives estimates, standard errors, fit measures and the standardized solution. semopy at a tight stop: its
default one is right to three digits only. lavaan is timed inside R, so that starting R does not count; it is left out
where there is no R. Both bootstraps fit 1000 draws; lavaan's time is that of thirty, scaled up.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

import pandas as pd
from timing import Row, in_turn

from helpers import sem

SIZES = {"physical": 4, "information": 5, "psychological": 4, "clarity": 4, "trust": 6, "satisfaction": 3,
         "loyalty": 5, "asymmetry": 3}
PATHS = {"psychological": {"clarity": 0.5}, "trust": {"physical": 0.2, "information": 0.3, "psychological": 0.3},
         "satisfaction": {"trust": 0.5, "physical": 0.2}, "loyalty": {"satisfaction": 0.5, "trust": 0.3}}
RESIDUAL = {"psychological": 0.75, "trust": 0.5, "satisfaction": 0.5, "loyalty": 0.5}
RELATED = ("physical", "information", "clarity", "asymmetry")
LAVAAN = """\
suppressPackageStartupMessages(library(lavaan))
arguments <- commandArgs(trailingOnly = TRUE)
answers <- read.csv(arguments[1])
model <- paste(readLines(arguments[2]), collapse = "\\n")
once <- function() { fit <- sem(model, answers); fitMeasures(fit); standardizedSolution(fit); fit }
invisible(once())
cat(median(replicate(5, system.time(once())[["elapsed"]])), "")
fit <- sem(model, answers)
cat(system.time(suppressWarnings(bootstrapLavaan(fit, R = 30)))[["elapsed"]] * 1000 / 30)"""


def _items(name: str) -> list[str]:
    return [f"{name[:3]}{number}" for number in range(1, SIZES[name] + 1)]


def model() -> str:
    """Write the model that is estimated."""
    return "\n".join([*(f"{name} =~ {' + '.join(_items(name))}" for name in SIZES),
                      *(f"{name} ~ {' + '.join(causes)}" for name, causes in PATHS.items())])


def answers() -> pd.DataFrame:
    """Draw five-point answers from the same model with values."""
    lines = [f"{name} =~ {' + '.join(f'0.8*{item}' for item in _items(name))}" for name in SIZES]
    lines += [f"{name} ~ {' + '.join(f'{value}*{cause}' for cause, value in causes.items())}"
              for name, causes in PATHS.items()]
    lines += [f"{name} ~~ {value}*{name}" for name, value in RESIDUAL.items()]
    lines += [f"{one} ~~ 0.4*{other}" for place, one in enumerate(RELATED) for other in RELATED[place + 1:]]
    lines += [f"{item} ~~ 0.36*{item}" for name in SIZES for item in _items(name)]
    return (sem.simulate("\n".join(lines), n=600, seed=20261123).clip(-2, 2).round() + 3).astype(float)


def rows() -> list[Row]:
    text, data = model(), answers()
    ours, semopy = in_turn(lambda: sem.fit(text, data), lambda: _semopy(text, data), repeats=7)
    found = [Row("one fit (34 items, 8 constructs, n = 600), over semopy", f"{ours * 1000:.0f} ms",
                 f"{semopy * 1000:.0f} ms", ours / semopy, "< 1")]
    if shutil.which("Rscript"):
        lavaan, lavaan_draws = _lavaan(text, data)
        found.append(Row("the same, over lavaan", f"{ours * 1000:.0f} ms", f"{lavaan * 1000:.0f} ms", ours / lavaan,
                         "< 1"))
        fit = sem.fit(text, data)
        draws, = in_turn(lambda: sem.bootstrap(fit, draws=1000, seed=1), repeats=3)
        found.append(Row("1000 bootstrap draws, over lavaan", f"{draws * 1000:.0f} ms", f"{lavaan_draws:.1f} s",
                         draws / lavaan_draws, "< .017"))
    return found


def _semopy(text: str, data: pd.DataFrame) -> None:
    import semopy

    fitted = semopy.Model(text)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        fitted.fit(data, options={"ftol": 1e-12, "maxiter": 2000})
        semopy.calc_stats(fitted)
        fitted.inspect(std_est=True)


def _lavaan(text: str, data: pd.DataFrame) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data.to_csv(folder / "answers.csv", index=False, encoding="utf-8")
        for file, content in (("model.txt", f"{text}\n"), ("once.R", LAVAAN)):
            (folder / file).write_text(content, encoding="utf-8")
        done = subprocess.run(["Rscript", str(folder / "once.R"), str(folder / "answers.csv"),
                               str(folder / "model.txt")], capture_output=True, encoding="utf-8", check=True)
    once, draws = map(float, done.stdout.split())
    return once, draws
