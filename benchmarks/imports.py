"""What the contract's import line costs over pandas alone, each in a fresh Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from timing import Row, in_turn, wall

LINE = "from helpers import studies, survey, measurement, sem, cases, figures, report"


def _python(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def rows() -> list[Row]:
    ours, pandas = in_turn(wall(_python(f"import pandas; {LINE}")), wall(_python("import pandas")), repeats=7)
    return [Row("import line of the contract, over pandas", f"{ours:.2f} s", f"{pandas:.2f} s",
                f"{ours - pandas:.2f} s", "<= 0.40 s")]
