"""R beside us: one session that waits for the name of a job, so that its turns and ours can alternate."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import population

from helpers.parallel import BLAS_VARIABLES

JOBS = Path(__file__).parent / "lavaan_jobs.R"


class Peer:
    """A running R session with lavaan."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def does(self, job: str) -> tuple[float, str]:
        """Let R do a job: the processor seconds that it took, and what it found."""
        self.process.stdin.write(f"{job}\n")
        self.process.stdin.flush()
        seconds, found = self.process.stdout.readline().strip().split("\t")
        return float(seconds), found


@contextmanager
def lavaan() -> Iterator[Peer | None]:
    """Start R with the answers of ``population``, one BLAS thread; None where there is no R."""
    program = shutil.which("Rscript")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as name:
        folder, data = Path(name), population.answers()
        for file, table in (("answers", data), ("holes", population.with_holes(data)),
                            ("groups", population.in_two_groups(data))):
            table.to_csv(folder / f"{file}.csv", index=False, encoding="utf-8", na_rep="NA")
        for file, text in (("model", population.model()), ("measurement", population.measurement())):
            (folder / f"{file}.txt").write_text(f"{text}\n", encoding="utf-8")
        with subprocess.Popen([program, str(JOBS), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              encoding="utf-8", env=os.environ | dict.fromkeys(BLAS_VARIABLES, "1")) as process:
            yield Peer(process)
            process.stdin.close()  # R reads on until then
