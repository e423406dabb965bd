"""How the checks of many scales become few rows: what failed is told one by one, what passed together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from helpers.errors import Check


def together(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Keep every failed check; of a gate that no scale failed keep one, its value ``scales`` the sum of theirs.

    Examples
    --------
    >>> passed = [Check("reliability", "info", True, {"construct": name, "scales": 1}) for name in ("trust", "loyalty")]
    >>> [check.values["scales"] for check in together(passed)]
    [2]
    """
    checks = list(checks)
    failed = {check.gate for check in checks if not check.passed}
    told, seen = [], set(failed)
    for check in checks:
        if not check.passed:
            told.append(check)
        elif check.gate not in seen:
            seen.add(check.gate)
            scales = sum(other.values["scales"] for other in checks if other.gate == check.gate)
            told.append(replace(check, values={**check.values, "scales": scales}))
    return tuple(told)
