"""What else is asked for about a common method: Harman's factor, collinearity, and an unmeasured method factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import DataError, ModelError
from helpers.measurement.factor_validity import loading_lines
from helpers.measurement.marker_technique import largest_change

FACTOR = "unmeasured_method"
# Mean standardized loading below which the search ended at no method variance: there its sign is arbitrary.
NONE = 1e-3
# Smallest eigenvalue of the unit-diagonal information from which the method factor counts as identified.
IDENTIFIED = 1e-6
BEYOND = 1e-8  # rounding error of a standardized value of 1
COLUMNS = ("measure", "value", "where", "criterion", "evidence")


def common_method(fit: sem.SemFit, scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    r"""Check a common method without a marker: what reviewers ask for, and what each can show.

    Parameters
    ----------
    fit : SemFit
        The correlated factors, one group.
    scores : DataFrame, shape (n_respondents, n_items)
    constructs : mapping of str to sequence of str
        Construct -> its items.

    Returns
    -------
    DataFrame, one row per measure
        ``measure``, ``value``, ``where``, ``criterion``, ``evidence`` ("none" or "sensitivity"). Measures:
        ``first.component.share`` of the variance of all items (Harman); ``vif.largest`` of the scale means, each
        regressed on all others; and of the model with an unmeasured method factor ``method.loading`` (mean
        standardized), ``method.share`` (mean of the squares), ``loading.change`` and ``cor.change`` (the largest
        change, with its sign). They are NaN where there is one construct, the factor is not identified or its solution
        improper (a correlation of constructs or a standardized loading beyond 1), the changes also where no method
        variance is found; ``where`` says which.

    Raises
    ------
    DataError
        ``measurement.too_few_answers``: fewer than three respondents with all items.
    ModelError
        As ``loading_lines`` and ``sem.fit``.

    Notes
    -----
    Neither Harman's factor nor collinearity is evidence: one factor behind less than half of the variance, or a VIF
    below 3.3, is what a moderate common method leaves, too, and true correlations raise both (Podsakoff et al., 2003).
    Both take respondents with every item. The method factor is unrelated to the constructs and loads on every item
    alike (unstandardized); it takes up whatever all items share, method or substance, so that the change of loadings
    and correlations says how much could hang on it, not that a method is there. Where the items of each construct load
    alike it cannot be told from the constructs' covariances.

    References
    ----------
    Podsakoff, MacKenzie, Lee & Podsakoff (2003). Journal of Applied Psychology, 88(5), 879-903. Kock (2015).
    International Journal of e-Collaboration, 11(4), 1-10. Richardson, Simmering & Sturman (2009). Organizational
    Research Methods, 12(4), 762-800.

    Examples
    --------
    >>> common_method(fit, scores, scales)  # doctest: +SKIP
    """
    items = [item for of in constructs.values() for item in of]
    answers = scores[items].dropna().astype(float)
    if len(answers) < 3:
        raise DataError("measurement.too_few_answers", n=len(answers), fewest=3)
    rows = [("first.component.share", first_component(answers), "", "< 50%", "none"),
            ("vif.largest", *_largest(collinearity(answers, constructs)), "< 3.3", "none")]
    rows += [(measure, value, place, "", "sensitivity")
             for measure, value, place in _unmeasured(fit, constructs)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs["n"] = len(answers)
    return table


def _largest(vif: pd.Series) -> tuple[float, str]:
    """Give the largest inflation and whose it is, or why there is none."""
    if len(vif) < 2:
        return float("nan"), "one_construct"
    return (float(vif.max()), str(vif.idxmax())) if vif.notna().all() else (float("nan"), "constant")


def first_component(answers: pd.DataFrame) -> float:
    """Share of the items' standardized variance in their first principal component; NaN beside a constant item.

    Examples
    --------
    >>> round(first_component(pd.DataFrame({"a": [1, 2, 3, 5], "b": [2, 1, 4, 4]})), 3)
    0.874
    """
    if not (np.ptp(answers.to_numpy(), axis=0) > 0).all():
        return float("nan")
    return float(np.linalg.eigvalsh(np.corrcoef(answers.to_numpy(), rowvar=False))[-1] / answers.shape[1])


def collinearity(answers: pd.DataFrame, constructs: Mapping[str, Sequence[str]]) -> pd.Series:
    r"""Variance inflation of every scale mean, regressed on all others: the diagonal of the inverse correlations.

    NaN for all where one of the means does not vary.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4], "b": [1, 3, 2, 4]})
    >>> collinearity(answers, {"f": ["a"], "g": ["b"]}).round(3).to_dict()
    {'f': 2.778, 'g': 2.778}
    """
    means = pd.DataFrame({name: answers[list(items)].mean(axis=1) for name, items in constructs.items()})
    if not (np.ptp(means.to_numpy(), axis=0) > 0).all():
        return pd.Series(np.nan, index=means.columns)
    inverse = np.linalg.pinv(np.atleast_2d(np.corrcoef(means.to_numpy(), rowvar=False)), hermitian=True)
    return pd.Series(np.diag(inverse), index=means.columns)


def _unmeasured(fit: sem.SemFit, constructs: Mapping[str, Sequence[str]]) -> list[tuple[str, float, str]]:
    """Measures of the model with a method factor: name, value, place."""
    names = [str(name) for name in loading_lines(fit)["lhs"].unique()]
    if len(names) < 2:
        return _nothing("one_construct")
    items = [item for name in names for item in constructs[name]]
    variants = sem.Variants.of(fit)
    plain = variants.fit(fit.model)
    lines = [f"{FACTOR} =~ {' + '.join(f'method_m*{item}' for item in items)}",
             *(f"{FACTOR} ~~ 0*{name}" for name in names)]
    begin = {(FACTOR, "=~", item): 0.2 for item in items} | {(FACTOR, "~~", name): 0.0 for name in names}
    begin |= {(FACTOR, "~~", FACTOR): 1.0, (FACTOR, "~1", ""): 0.0}
    try:
        with_method = variants.fit("\n".join((fit.model, *lines)), begin)
    except ModelError:
        return _nothing("not_identified")
    loads = np.array([with_method.standardized(FACTOR, "=~", item) for item in items])
    if not with_method.converged or (abs(loads.mean()) > NONE and with_method.weakest < IDENTIFIED):
        return _nothing("not_identified")
    if abs(loads.mean()) <= NONE:
        return [("method.loading", 0.0, ""), ("method.share", 0.0, ""), *_nothing("no_method")[2:]]
    if _improper(with_method, names, constructs):
        return _nothing("improper")
    changes = {item: with_method.standardized(name, "=~", item) - plain.standardized(name, "=~", item)
               for name in names for item in constructs[name]}
    item = max(changes, key=lambda one: abs(changes[one]))
    change, one, other = largest_change(with_method, plain, names)
    return [("method.loading", float(abs(loads.mean())), ""), ("method.share", float((loads**2).mean()), ""),
            ("loading.change", changes[item], item), ("cor.change", change, f"{one} - {other}")]


def _improper(variant: sem.Variant, names: Sequence[str], constructs: Mapping[str, Sequence[str]]) -> bool:
    """Whether a correlation of constructs or a standardized loading lies beyond 1."""
    values = [variant.standardized(one, "~~", other) for one, other in combinations(names, 2)]
    values += [variant.standardized(name, "=~", item) for name in names for item in constructs[name]]
    return bool((~(np.abs(values) <= 1 + BEYOND)).any())


def _nothing(why: str) -> list[tuple[str, float, str]]:
    return [(measure, np.nan, why) for measure in ("method.loading", "method.share", "loading.change", "cor.change")]
