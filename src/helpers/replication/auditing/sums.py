"""Whether indirect and total effects add up from their parts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.errors import DataError, Problem
from helpers.replication.auditing.intervals import Interval
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading

_SIGNS = {ast.Add: Interval.__add__, ast.Sub: Interval.__sub__, ast.Mult: Interval.__mul__,
          ast.Div: Interval.__truediv__}


def refuse_sums(sums: Sequence[Mapping[str, Any]], paths: Sequence[Mapping[str, Any]],
                where: Callable[[int], str]) -> None:
    """Refuse expressions that cannot be read or name no path.

    Raises
    ------
    DataError
        All at once.
    """
    known = {path["name"] for path in paths if "name" in path} | {each["sum"] for each in sums if "sum" in each}
    problems = []
    for at, each in enumerate(sums):
        tree = _tree(each.get("of", ""))
        if tree is None or "est" not in each or "sum" not in each:
            problems.append(Problem("replication.audit.sum", {"found": each.get("of", "")}, where(at)))
        elif unknown := sorted(_names(tree) - known):
            values = {"names": unknown, "known": sorted(known)}
            problems.append(Problem("replication.audit.sum_names", values, where(at)))
    if problems:
        raise DataError.of(problems)


def audit_sums(ledger: Ledger, sums: Sequence[Mapping[str, Any]], paths: Sequence[Mapping[str, Any]]) -> None:
    """Recompute each sum or product from the printed paths.

    Notes
    -----
    The indirect effect is the product of its paths, the total effect their sum with the direct one. The mean of
    bootstrap draws differs slightly from the product of the estimates.

    References
    ----------
    Bollen (1987). Sociological Methodology, 17, 37-69.
    """
    for each in sums:
        what = each.get("what", "est")
        values = {path["name"]: path.get(what) for path in paths if "name" in path}
        values |= {other["sum"]: other["est"] for other in sums if other is not each}
        tree = _tree(each["of"])
        if any(values.get(name) is None for name in _names(tree)):
            ledger.skip("sums", each["sum"], what, each["est"], "needs_paths", "sum")
            continue
        ledger.judge("sums", each["sum"], what, each["est"],
                     [Way("", lambda reading, tree=tree, values=values: _value(tree, values, reading))], "sum")


def _tree(written: str) -> ast.expr | None:
    """Read ``a * b + c``; names, whole or decimal numbers, ``+ - * /`` and brackets only."""
    try:
        tree = ast.parse(written.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return tree if _plain(tree) else None


def _plain(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return type(node.op) in _SIGNS and _plain(node.left) and _plain(node.right)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and _plain(node.operand)
    return isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and type(node.value) in (int, float))


def _names(tree: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _value(node: ast.expr, values: Mapping[str, Number], reading: Reading) -> Interval:
    if isinstance(node, ast.BinOp):
        return _SIGNS[type(node.op)](_value(node.left, values, reading), _value(node.right, values, reading))
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, values, reading)
    return reading(values[node.id]) if isinstance(node, ast.Name) else Interval.exactly(float(node.value))
