"""Print every ratio: `make bench`, or some of them: `python benchmarks/run_all.py sem`.

Ratios, not seconds, are compared between machines; nothing here is a test. Other work on the machine shows: what two
processes reach together is a row of its own.
"""

from __future__ import annotations

import imports
import report
import scales
import sem
import workers

from helpers import parallel


def main() -> None:
    print(f"{'':62} {'ours':>8} {'peer':>8} {'ratio':>8}  goal")
    for bench in (imports, sem, scales, workers, report):
        for row in bench.rows():
            print(f"{row.what:62} {row.ours:>8} {row.peer:>8} {row.ratio:>8}  {row.goal}", flush=True)


if __name__ == "__main__":
    with parallel.one_thread():  # as in the notebooks' kernels; semopy gets no more than we do
        main()
