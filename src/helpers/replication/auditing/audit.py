"""The audit of a whole table: every question that the printed numbers allow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from helpers.errors import Check
from helpers.replication.auditing import estimates, fit, matrices, means, samples, scales, statistics, sums
from helpers.replication.auditing.ledger import INCONSISTENT, NOT_CHECKABLE, ORDER, TRUNCATED, Finding, Ledger, of_part
from helpers.replication.auditing.matrices import Matrix
from helpers.replication.auditing.shape import SECTIONS, Place, shaped

_IN_THE_FILE = ("recomputed.lower", "recomputed.upper", "tolerance")
_SHARED = ("n", "scale", "missing_answers")  # what every part of a file has unless it says otherwise


def audit(printed: Mapping[str, Any], *, where: Callable[[Place], str] | None = None) -> pd.DataFrame:
    r"""Recompute what the printed numbers of an article let one recompute, within their rounding.

    Parameters
    ----------
    printed : mapping
        As typed from the article: texts, lists and mappings (``studies.printed(file).content``, or written in Python).
        Numbers are texts, so that ``".80"`` has two decimals.
    where : function, optional
        Says file and line of a place, for messages.

    Returns
    -------
    DataFrame, one row per number that was checked or could not be
        ``part section entry quantity printed recomputed recomputed.lower recomputed.upper tolerance convention verdict
        why formula``; contradictions first. ``recomputed`` writes the two ends in the style of the printed number.
        ``verdict`` is ``inconsistent``, ``truncated`` (consistent if further digits were cut off instead of rounded),
        ``consistent`` or ``not_checkable``, for which ``why`` gives the reason.
        ``tolerance`` is half a unit of the last printed decimal. ``attrs["checks"]``: the gate ``printed_numbers``.

    Raises
    ------
    DataError
        If the table is not typed as it should be; everything wrong at once.

    Notes
    -----
    A number printed as x with a last decimal of u stands for every value in [x - u/2, x + u/2]; what is recomputed from
    such numbers is an interval as well. They are consistent if the two meet, in any usual convention (which one is
    said), so that rounding alone is never reported as a contradiction. A contradiction says that the printed numbers
    do not belong together, not which of them is wrong, and not why.

    Examples
    --------
    >>> table = audit({"n": "8345.094", "fit": {"chisq": "54.307", "df": "1", "rmsea": ".008"}})
    >>> table.loc[0, ["quantity", "printed", "verdict"]].tolist()
    ['rmsea', '.008', 'inconsistent']
    >>> table.loc[0, ["recomputed.lower", "recomputed.upper"]].astype(float).round(4).tolist()
    [0.0799, 0.0799]
    """
    where = where or (lambda place: ".".join(map(str, place)))
    content = shaped(printed, where=where)
    common = {key: value for key, value in content.items() if key in SECTIONS}
    findings: list[Finding] = []
    if common.keys() - set(_SHARED) or not content.get("parts"):
        findings += _audited(common, (), where)
    for name, part in content.get("parts", {}).items():
        shared = {key: common[key] for key in _SHARED if key in common}
        findings += of_part(name, _audited({**shared, **part}, ("parts", name), where))
    table = Ledger(findings).table()
    table = _hiding(table, "section", "convention", "formula", "why")
    table.attrs["checks"] = (_gate(table),)
    return table


def contradictions(audited: pd.DataFrame) -> pd.DataFrame:
    """Take the rows that need an explanation: inconsistent, or consistent only if digits were cut off.

    Parameters
    ----------
    audited : DataFrame
        From `audit`.
    """
    found = audited[audited["verdict"].isin([INCONSISTENT, TRUNCATED])].reset_index(drop=True)
    return _hiding(found, "why", *(() if (found["verdict"] == TRUNCATED).any() else ("verdict",)))


def not_checkable(audited: pd.DataFrame) -> pd.DataFrame:
    """Take the rows that could not be checked, with the reason.

    Parameters
    ----------
    audited : DataFrame
        From `audit`.
    """
    found = audited[audited["verdict"] == NOT_CHECKABLE].reset_index(drop=True)
    return _hiding(found, "section", "verdict", "convention", "formula")


def formulas(audited: pd.DataFrame) -> pd.DataFrame:
    """List the formula and the conventions behind each checked quantity.

    Parameters
    ----------
    audited : DataFrame
        From `audit`.

    Returns
    -------
    DataFrame
        ``quantity convention formula n``: numbers checked in this way.
    """
    checked = audited[audited["verdict"] != NOT_CHECKABLE]
    return checked.groupby(["quantity", "formula", "convention"], sort=False).size().rename("n").reset_index()[
        ["quantity", "convention", "formula", "n"]]


def audited_counts(audited: pd.DataFrame) -> dict[str, int | str]:
    """Count the verdicts of an audit, for a sentence; ``variant`` is ``some`` where any is inconsistent."""
    counts = {verdict: int((audited["verdict"] == verdict).sum()) for verdict in ORDER}
    return {**counts, "variant": "some" if counts[INCONSISTENT] else ""}


def _gate(table: pd.DataFrame) -> Check:
    wrong = table[table["verdict"] == INCONSISTENT]
    checked = int((table["verdict"] != NOT_CHECKABLE).sum())
    return Check("printed_numbers", "caution", wrong.empty, {"n": len(wrong), "checked": checked})


def _hiding(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Leave columns to the file that the page shows in another table, or not at all."""
    idle = [name for name in ("part", "entry", "recomputed", "convention") if len(table) and not table[name].any()]
    table.attrs["not_printed"] = tuple(dict.fromkeys((*_IN_THE_FILE, *names, *idle)))
    return table


def _audited(printed: Mapping[str, Any], place: Place, where: Callable[[Place], str]) -> list[Finding]:
    ledger = Ledger()
    if not ledger.bounded("n", "", "n", printed.get("n"), 1.0, math.inf):
        printed = {key: value for key, value in printed.items() if key != "n"}
    correlations = _matrix(printed, "correlations", place, where)
    htmt = _matrix(printed, "htmt", place, where)
    section = printed.get("correlations", {})
    constructs = {name: dict(each) for name, each in printed.get("constructs", {}).items()}
    _diagonal(ledger, correlations, section.get("diagonal", "one"), constructs)
    ratios = {**htmt.below, **htmt.above, **(correlations.above if section.get("above") == "htmt" else {})}
    pairs = correlations.below or correlations.above
    paths = printed.get("paths", [])
    tests = statistics.tests_of(printed.get("tests", []), lambda at: where((*place, "tests", at)))
    sums.refuse_sums(printed.get("sums", []), paths, lambda at: where((*place, "sums", at)))

    samples.audit_sample(ledger, printed)
    _moments(ledger, printed)
    scales.audit_scales(ledger, constructs)
    if "correlations" in printed:
        matrices.audit_matrix(ledger, correlations, section)
    scales.audit_htmt(ledger, ratios, pairs, constructs)
    scales.audit_claims(ledger, printed.get("claims", {}), constructs, pairs, ratios)
    fit.audit_fit(ledger, printed, where((*place, "model")))
    sds = dict(zip(correlations.names, section.get("sd", []), strict=False))
    estimates.audit_paths(ledger, paths, sds, printed.get("model", ""), printed.get("n"))
    sums.audit_sums(ledger, printed.get("sums", []), paths)
    matrices.audit_r2(ledger, printed.get("r2", {}), printed.get("residual", {}), paths, pairs,
                      printed.get("model", ""))
    statistics.audit_tests(ledger, tests)
    return ledger.findings


def _matrix(printed: Mapping[str, Any], section: str, place: Place, where: Callable[[Place], str]) -> Matrix:
    return matrices.matrix_of(printed.get(section, {}), (*place, section), where)


def _diagonal(ledger: Ledger, matrix: Matrix, holds: str, constructs: dict[str, dict[str, Any]]) -> None:
    """Give the diagonal of the correlation table to the constructs it tells of; printed twice, it is compared."""
    if holds == "one":
        return
    for name, number in matrix.diagonal.items():
        known = constructs.setdefault(name, {})
        if holds in known:
            ledger.judge("correlations", name, holds, number,
                         [scales.Way("", lambda reading, of=known[holds]: reading(of))], "printed_twice")
        else:
            known[holds] = number


def _moments(ledger: Ledger, printed: Mapping[str, Any]) -> None:
    for name, construct in printed.get("constructs", {}).items():
        if "mean" in construct or "sd" in construct:
            k = construct["items"].value if "items" in construct else len(construct.get("loadings", ()))
            answers = means.answers_of(construct, printed, int(k) or 1)
            if not k and construct.get("score") != "factor":
                for quantity in ("mean", "sd"):
                    if quantity in construct:
                        ledger.skip("constructs", name, quantity, construct[quantity], "needs_items_count", "grim")
                continue
            means.audit_moments(ledger, "constructs", name, construct, answers)
    for name, item in printed.get("items", {}).items():
        if "loading" in item:
            ledger.bounded("items", name, "loading", item["loading"], -1.0, 1.0)
        means.audit_moments(ledger, "items", name, item, means.answers_of(item, printed, 1))
