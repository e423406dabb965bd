"""An independent engine beside ours: the same model and moments, estimated by semopy.

The only module that imports semopy. Its log-likelihood, information criteria, RMSEA and GFI are not used: they are
computed by other conventions.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.fitting.fit import fit as fit_model
from helpers.sem.fitting.result import SemFit
from helpers.syntax import Row

# Its default stop is right to three digits only.
TIGHT = {"ftol": 1e-12, "maxiter": 2000}


def second_opinion(fit: SemFit) -> pd.DataFrame:
    """Estimate a fitted model once more with semopy.

    Parameters
    ----------
    fit : SemFit
        One group, covariances only, no equality constraints, each construct scaled by a fixed loading.

    Returns
    -------
    DataFrame
        ``lhs op rhs est est.semopy difference`` of every free parameter, the largest absolute difference first.
        semopy keeps variances at or above zero; where ours is negative the two differ for that reason.

    Raises
    ------
    ModelError
        ``sem.second_opinion.<reason>``: the model is outside of what semopy estimates correctly (``ordinal squares
        missing groups means constraints scale``), or it ``failed``.

    Notes
    -----
    semopy 2.3.11, objective MLW (Wishart likelihood, the same minimum as ours), solver SLSQP with ``ftol`` 1e-12.

    References
    ----------
    Igolkina & Meshcheryakov (2020). Structural Equation Modeling, 27, 952-963.
    """
    table = fit.structure.table
    if reason := _outside(fit):
        raise ModelError(f"sem.second_opinion.{reason}")
    rows = [row for row in table.rows if row.op != "~1"]
    found = _estimates(_description(rows, table.latents), fit)
    ours = fit.parameters["est"].to_numpy()
    shown = []
    for at, row in enumerate(table.rows):
        if row.free and row.op != "~1":
            theirs = found.get(_key(row.lhs, row.op, row.rhs), np.nan)
            shown.append((row.lhs, row.op, row.rhs, ours[at], theirs, theirs - ours[at]))
    result = pd.DataFrame(shown, columns=["lhs", "op", "rhs", "est", "est.semopy", "difference"])
    order = result["difference"].abs().sort_values(ascending=False, kind="stable").index
    return result.loc[order].reset_index(drop=True)


def second_opinion_of(model: str, data: pd.DataFrame) -> pd.DataFrame:
    """Estimate a model with both engines in the one way that both have: maximum likelihood from complete cases.

    Parameters
    ----------
    model : str
    data : DataFrame, shape (n_respondents, ...)

    Returns
    -------
    DataFrame
        As ``second_opinion``; ``attrs["n"]`` is the number of complete cases.

    Raises
    ------
    ModelError, DataError
        As ``fit`` and ``second_opinion``.
    """
    own = fit_model(model, data)
    found = second_opinion(own)
    found.attrs["n"] = int(own.n)
    return found


def _outside(fit: SemFit) -> str:
    table = fit.structure.table
    if table.ordered:
        return "ordinal"
    if fit.engine.method.discrepancy != "ml":
        return "squares"
    if fit.engine.method.missing == "fiml":
        return "missing"
    labels = [row.label for row in table.rows if row.label and row.free]
    if table.groups > 1:
        return "groups"
    if table.means:
        return "means"
    if table.constraints or len(labels) != len(set(labels)):
        return "constraints"
    scaled = {row.lhs for row in table.rows if row.op == "=~" and not row.free and row.value}
    return "" if scaled == set(table.latents) else "scale"


def _description(rows: list[Row], latents: tuple[str, ...]) -> str:
    """Write every row out, fixed values and zero covariances included, so that no default of semopy adds to it."""
    lines = [f"{row.lhs} {row.op} {row.rhs}" if row.free else f"{row.lhs} {row.op} {row.value!r}*{row.rhs}"
             for row in rows if not row.exogenous]
    said = {_key(row.lhs, row.op, row.rhs) for row in rows}
    predicted = {row.lhs for row in rows if row.op == "~"} | {row.rhs for row in rows if row.op == "=~"}
    for at, one in enumerate(latents):
        for other in latents[at + 1:]:
            if _key(one, "~~", other) not in said and not {one, other} & predicted:
                lines.append(f"{one} ~~ 0*{other}")
    return "\n".join(lines)


def _key(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    return (*sorted((lhs, rhs)), op) if op == "~~" else (lhs, rhs, op)


def _estimates(description: str, fit: SemFit) -> dict[tuple[str, str, str], float]:
    sample = fit.sample[0]
    cov = pd.DataFrame(sample.cov, index=list(sample.names), columns=list(sample.names))
    with _quiet():
        import semopy

        try:
            engine = semopy.Model(description)
            engine.fit(cov=cov, n_samples=sample.n, obj="MLW", options=dict(TIGHT))
            table = engine.inspect()
        except Exception as error:  # semopy raises whatever its arrays raise
            raise ModelError("sem.second_opinion.failed", reason=f"{type(error).__name__}: {error}") from error
    found = {}
    latents = set(fit.latents)
    parts = {(row.lhs, row.rhs) for row in fit.structure.table.rows if row.op == "=~"}
    for lhs, op, rhs, estimate in table[["lval", "op", "rval", "Estimate"]].itertuples(index=False):
        if op == "~" and rhs in latents and (rhs, lhs) in parts:
            found[_key(rhs, "=~", lhs)] = float(estimate)
        else:
            found[_key(lhs, op, rhs)] = float(estimate)
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep semopy's remarks about its own defaults out of the report; what it finds is in the table."""
    log = logging.getLogger()

    def nothing(record: logging.LogRecord) -> bool:
        return False

    log.addFilter(nothing)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.removeFilter(nothing)
