"""Whether the printed correlations can be those of any data: symmetric, within bounds, positive semidefinite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from helpers.errors import DataError, Problem
from helpers.replication.auditing.intervals import Interval
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number
from helpers.replication.auditing.scales import Pair, shown

_ROUNDING = 1e-10  # eigenvalues of a singular matrix are this far from 0


@dataclass(slots=True, eq=False)
class Matrix:
    """A printed matrix of correlations or HTMT.

    Attributes
    ----------
    names : list of str
    below, above : dict of frozenset to Number
    diagonal : dict of str to Number
    """

    names: list[str] = field(default_factory=list)
    below: dict[Pair, Number] = field(default_factory=dict)
    above: dict[Pair, Number] = field(default_factory=dict)
    diagonal: dict[str, Number] = field(default_factory=dict)


def matrix_of(section: Mapping[str, Any], place: tuple, where: Callable[[tuple], str]) -> Matrix:
    """Read triangles with their names, or single pairs ``A ~~ B``.

    Raises
    ------
    DataError
        A row of another length, a triangle without names, a pair that is none.
    """
    matrix = Matrix([str(name) for name in section.get("names", [])])
    for half in ("lower", "upper"):
        _triangle(matrix, section.get(half), half, (*place, half), where)
    for written, number in section.get("pairs", {}).items():
        names = [part.strip() for part in written.split("~~")]
        if len(names) != 2 or names[0] == names[1] or not all(names):
            raise DataError("replication.audit.pair", where=where((*place, "pairs", written)), found=written)
        matrix.names += [name for name in names if name not in matrix.names]
        matrix.below.setdefault(frozenset(names), number)
    return matrix


def _triangle(matrix: Matrix, rows: list[list[Number]] | None, half: str, place: tuple,
              where: Callable[[tuple], str]) -> None:
    if rows is None:
        return
    p = len(matrix.names)
    if p < 2 or len(rows) not in (p, p - 1):
        raise DataError("replication.audit.rows", where=where(place), found=len(rows), names=matrix.names)
    with_diagonal = len(rows) == p and len(rows[0 if half == "lower" else -1]) == 1
    problems = []
    for at, row in enumerate(rows):
        one = at + (half == "lower" and len(rows) == p - 1)
        others = range(one + with_diagonal) if half == "lower" else range(one + (not with_diagonal), p)
        if len(row) != len(others):
            problems.append(Problem("replication.audit.row_length", {
                "name": matrix.names[one], "found": len(row), "wanted": len(others)}, where((*place, at))))
            continue
        for other, number in zip(others, row, strict=True):
            if other == one:
                matrix.diagonal[matrix.names[one]] = number
            else:
                (matrix.below if half == "lower" else matrix.above)[
                    frozenset((matrix.names[one], matrix.names[other]))] = number
    if problems:
        raise DataError.of(problems)


def audit_matrix(ledger: Ledger, matrix: Matrix, section: Mapping[str, Any]) -> None:
    """Check bounds, the two halves against each other, and whether the matrix can be one of correlations.

    Notes
    -----
    R is positive semidefinite if and only if v'Rv >= 0 for all v. With v the eigenvector of the smallest eigenvalue
    of the printed matrix, the largest v'Rv that any matrix within the rounding has is
    ``lambda_min + sum_{i != j} |v_i v_j| h_ij``, h being half a unit of the last decimal (never above Weyl's bound
    ``lambda_min + max_i sum_j h_ij``). If that is negative, no such matrix is positive semidefinite.

    References
    ----------
    Horn & Johnson (2013). Matrix Analysis, 2nd ed., section 4.3.
    """
    fine = [ledger.bounded("correlations", shown(pair), "r", number, -1.0, 1.0)
            for pair, number in {**matrix.below, **(matrix.above if _same(section) else {})}.items()]
    for pair, number in matrix.above.items():
        below = matrix.below.get(pair)
        if section.get("above") in (None, "correlations") and below is not None:
            ledger.judge("correlations", shown(pair), "r", number,
                         [Way("", lambda reading, of=below: reading(of))], "symmetric")
        if section.get("above") == "squared" and below is not None:
            ledger.judge("correlations", shown(pair), "r_squared", number,
                         [Way("", lambda reading, of=below: reading(of).square())], "squared")
    if section.get("diagonal", "one") == "one":
        for name, number in matrix.diagonal.items():
            ledger.bounded("correlations", name, "r", number, 1.0, 1.0)
    if fine and all(fine):
        _definite(ledger, matrix, section.get("kind", "pearson"))


def _same(section: Mapping[str, Any]) -> bool:
    return section.get("above") in (None, "correlations")


def _definite(ledger: Ledger, matrix: Matrix, kind: str) -> None:
    pairs = {**matrix.above, **matrix.below} if not matrix.below else matrix.below
    if len(pairs) < len(matrix.names) * (len(matrix.names) - 1) / 2 or len(matrix.names) < 3:
        why = "two_variables" if len(matrix.names) < 3 else "pairs_missing"
        ledger.skip("correlations", "", "definite", "", why, "definite")
        return
    at = {name: place for place, name in enumerate(matrix.names)}
    r, half = np.eye(len(at)), np.zeros((len(at), len(at)))
    for pair, number in pairs.items():
        i, j = (at[name] for name in pair)
        r[i, j] = r[j, i] = number.value
        half[i, j] = half[j, i] = number.half
    values, vectors = np.linalg.eigh(r)
    v = np.abs(vectors[:, 0])
    tolerance = float(v @ half @ v)
    smallest = float(values[0])
    found = Interval(smallest - tolerance, smallest + tolerance)
    holds = smallest + tolerance >= -_ROUNDING
    if not holds and kind in ("pairwise", "polychoric"):
        ledger.skip("correlations", "", "definite", "", kind, "definite", found)
        return
    ledger.verdict("correlations", "", "definite", "", holds, "definite", recomputed=found,
                   convention="within_rounding" if holds and smallest < 0 else "")


def audit_r2(ledger: Ledger, r2: Mapping[str, Number], residual: Mapping[str, Number], paths: list[dict[str, Any]],
             pairs: Mapping[Pair, Number], model: str) -> None:
    """Recompute R² and the residual variance from standardized paths and correlations of observed variables.

    Notes
    -----
    ``R² = sum_j beta_j r_jy`` holds for least-squares weights, and for maximum likelihood where the model reproduces
    the variances of the outcome and its predictors; as it need not, a difference is no contradiction.
    """
    incoming: dict[str, list[tuple[str, Number | None]]] = {}
    for path in paths:
        outcome, sign, predictor = (part.strip() for part in path.get("path", "").partition("~"))
        if sign and outcome and predictor and not predictor.startswith("~"):
            incoming.setdefault(outcome, []).append((predictor, path.get("std") or path.get("est")))
    for section, numbers in (("r2", r2), ("residual", residual)):
        for name, number in numbers.items():
            if not ledger.bounded(section, name, section, number, 0.0, 1.0):
                continue
            terms = [(beta, pairs.get(frozenset((name, other)))) for other, beta in incoming.get(name, [])]
            if "=~" in model or model in ("", "cfa") or not terms or any(None in each for each in terms):
                ledger.skip(section, name, section, number, "needs_observed", "r2")
                continue
            ways = [Way("", lambda reading, of=terms, left=section == "residual": _explained(of, reading, left))]
            ledger.judge(section, name, section, number, ways, "r2", doubt="model_restricts")


def _explained(terms: list[tuple[Number, Number]], reading: Callable[[Number], Interval], left: bool) -> Interval:
    products = [reading(beta) * reading(r) for beta, r in terms]
    explained = Interval(sum(each.lower for each in products), sum(each.upper for each in products))
    return Interval.exactly(1.0) - explained if left else explained

