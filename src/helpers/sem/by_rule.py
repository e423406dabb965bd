"""Which estimator do these answers call for? A declared rule, printed with what it found."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from helpers import syntax
from helpers.errors import Check, DataError
from helpers.sem.fit import fit
from helpers.sem.result import SemFit

# Rhemtulla, Brosseau-Liard & Savalei (2012): from five categories on, and without strong skew, treating answers as
# continuous with robust errors is as good as a categorical method.
FEWEST_CATEGORIES, MOST_SKEW = 5, 2.0


def chosen_estimator(asked: str) -> str:
    """Name the estimator behind "auto"; any other name stays.

    Examples
    --------
    >>> chosen_estimator("auto"), chosen_estimator("ML")
    ('MLR', 'ML')
    """
    return "MLR" if asked == "auto" else asked


def fit_by_rule(model: str, data: pd.DataFrame, *, estimator: str = "auto", missing: str = "auto",
                conf_level: float = 0.95) -> SemFit:
    """Fit a model with the estimator that the study asks for, or that its answers call for.

    Parameters
    ----------
    model : str
    data : DataFrame, shape (n_respondents, ...)
    estimator : str, default "auto"
        "auto": MLR, whose errors and test allow for answers that are not normal.
    missing : str, default "auto"
        "auto": rows with a missing answer are left out.
    conf_level : float, default 0.95

    Returns
    -------
    SemFit
        Among its checks ``estimator_rule``: the estimator, the fewest categories and the largest skewness of the
        items. It fails as a *caution* where an item has fewer than five categories or a skewness beyond 2, because
        such answers call for a categorical estimator.

    Raises
    ------
    ModelError, DataError
        As ``fit``.

    References
    ----------
    Rhemtulla, Brosseau-Liard & Savalei (2012). Psychological Methods, 17, 354-373.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ .8*a + .7*b + .6*c", n=300, seed=1)
    >>> fit_by_rule("f =~ a + b + c", answers).engine.method.name
    'MLR'
    """
    found = fit(model, data, estimator=chosen_estimator(estimator),
                missing="listwise" if missing == "auto" else missing, conf_level=conf_level)
    return replace(found, checks=(*found.checks, _rule(found, data, asked=estimator)))


def _rule(found: SemFit, data: pd.DataFrame, *, asked: str) -> Check:
    parsed = syntax.parse(found.model)
    items = [name for name in parsed.observed if any(each.op == "=~" and each.rhs == name for each in parsed.relations)]
    if not items:
        items = list(parsed.observed)
    answers = data[items].dropna()
    if answers.empty:
        raise DataError("moments.too_few", n=0, variables=len(items), group="-")
    categories, skew = answers.nunique(), answers.skew().abs()
    doubtful = [name for name in items if categories[name] < FEWEST_CATEGORIES or skew[name] >= MOST_SKEW]
    return Check("estimator_rule", "caution", not doubtful, {
        "estimator": found.engine.method.name, "asked": asked, "categories": int(categories.min()),
        "skew": float(skew.max()), "items": doubtful})
