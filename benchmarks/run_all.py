"""Print every ratio: `make bench`. Ratios, not seconds, are compared between machines; nothing here is a test."""

from __future__ import annotations

import imports
import report
import sem

from helpers import parallel


def main() -> None:
    print(f"{'':56} {'ours':>10} {'peer':>10} {'ratio':>7}  goal")
    for bench in (imports, sem, report):
        for row in bench.rows():
            print(f"{row.what:56} {row.ours:>10} {row.peer:>10} {row.ratio:7.2f}  {row.goal}", flush=True)


if __name__ == "__main__":
    with parallel.one_thread():  # as in the notebooks' kernels; semopy gets no more than we do
        main()
