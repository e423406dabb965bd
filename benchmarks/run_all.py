"""Print every ratio: `make bench`, or some of them: `python benchmarks/run_all.py sem`.

Ratios, not seconds, are compared between machines; nothing here is a test. Other work on the machine shows: what two
processes reach together is a row of its own.
"""

from __future__ import annotations

import sys

import imports
import large
import report
import scales
import sem
import workers

from helpers import parallel

BENCHES = {"imports": imports, "sem": sem, "scales": scales, "workers": workers, "report": report, "large": large}


def main(names: list[str]) -> None:
    if unknown := [name for name in names if name not in BENCHES]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}.")
    print(f"{'':62} {'ours':>8} {'peer':>8} {'ratio':>8}  goal")
    for name in names or BENCHES:
        for row in BENCHES[name].rows():
            print(f"{row.what:62} {row.ours:>8} {row.peer:>8} {row.ratio:>8}  {row.goal}", flush=True)


if __name__ == "__main__":
    with parallel.one_thread():  # as in the notebooks' kernels; semopy gets no more than we do
        main(sys.argv[1:])
