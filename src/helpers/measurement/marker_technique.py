"""Does asking everything in one questionnaire bend the correlations? What a marker variable shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import Check, DataError
from helpers.measurement.factor_validity import correlated_factors

MARKER = "marker_of_method"
COLUMNS = ("model", "df", "against", "delta.chisq", "delta.df", "pvalue", "method.loading", "method.share",
           "cor.change")
FEWEST_ITEMS = 2


def marker_technique(scores: pd.DataFrame, constructs: Mapping[str, Sequence[str]], marker: Sequence[str], *,
                     estimator: str = "MLR", missing: str = "listwise", ordered: Sequence[str] = (),
                     significance: float = 0.05) -> pd.DataFrame:
    r"""Test by a marker variable whether a common method bends the correlations of the constructs.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
    constructs : mapping of str to sequence of str
        Construct -> its items.
    marker : sequence of str
        Items of a variable that in theory is unrelated to every construct, asked in the same way.
    estimator, missing, ordered
        As ``sem.fit`` takes them.
    significance : float, default 0.05

    Returns
    -------
    DataFrame, one row per model
        ``model`` ("baseline", "method.c", "method.u", "method.r"), ``df``, ``against`` (the model it is tested
        against), ``delta.chisq``, ``delta.df``, ``pvalue``, ``method.loading`` (mean standardized loading of the items
        on the marker), ``method.share`` (mean of their squares: share of the items' variance), ``cor.change`` (the
        change from the baseline of the correlation of constructs that changes most). ``attrs`` holds ``n`` and
        ``checks``; the check names the two.

    Raises
    ------
    DataError
        ``measurement.no_marker``: none is declared; ``measurement.marker_items``: a marker of one item, or
        with an item that belongs to a construct.
    ModelError
        As ``sem.fit``.

    Notes
    -----
    In a factor model of constructs and marker, the marker's loadings and residual variances are estimated and then
    held. *Baseline*: the marker is unrelated to every construct. *Method-C*: it also loads on every other item, with
    one loading; *Method-U*: with a loading for each. *Method-R*: the better of the two (U where it fits significantly
    better than C), with the correlations of the constructs fixed to those of the baseline; where it fits significantly
    worse, the method bends the correlations. The tests are those of ``sem.compare``, scaled where the estimator is
    robust. A marker can show only the method variance that it shares (Richardson, Simmering & Sturman, 2009).

    References
    ----------
    Williams, L. J., Hartman, N., & Cavazotte, F. (2010). Method variance and marker variables: A review and
    comprehensive CFA marker technique. Organizational Research Methods, 13(3), 477-514.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ .8*a + .7*b + .6*c; g =~ .8*d + .7*e + .6*h; k =~ .8*i + .7*j; f ~~ .4*g", n=400,
    ...                    seed=1)
    >>> table = marker_technique(answers, {"f": ["a", "b", "c"], "g": ["d", "e", "h"]}, ["i", "j"], estimator="ML")
    >>> table[["model", "df", "against", "delta.df"]]
          model  df   against  delta.df
    0  baseline  23                 NaN
    1  method.c  22  baseline       1.0
    2  method.u  17  method.c       5.0
    3  method.r  23  method.c       1.0
    """
    _refuse(constructs, marker)
    plain, measured = correlated_factors(constructs), correlated_factors({MARKER: marker})
    variants = sem.Variants.of_answers(f"{plain}\n{measured}", scores, estimator=estimator, missing=missing,
                                       ordered=ordered)
    models = _models(variants.fit(f"{plain}\n{measured}"), constructs, marker, residuals=not len(ordered))
    items = [item for of in constructs.values() for item in of]
    fits = {"baseline": variants.fit(models["baseline"], _loadings(items, 0.0))}
    fits["method.c"] = variants.fit(models["method.c"], fits["baseline"].values | _loadings(items, 0.1))
    fits["method.u"] = variants.fit(models["method.u"], fits["method.c"].values)
    tests = {"method.c": ("baseline", *variants.difference(fits["method.c"], fits["baseline"])),
             "method.u": ("method.c", *variants.difference(fits["method.u"], fits["method.c"]))}
    better = "method.u" if tests["method.u"][-1] < significance else "method.c"
    fits["method.r"] = variants.fit("\n".join((models[better], *_fixed(fits["baseline"], constructs))),
                                    fits[better].values)
    tests["method.r"] = (better, *variants.difference(fits[better], fits["method.r"]))
    rows = [{"model": name, "df": fit.df, **dict(zip(COLUMNS[2:6], tests.get(name, ("", np.nan, np.nan, np.nan)),
                                                     strict=True)), **_method(fit, fits["baseline"], constructs)}
            for name, fit in fits.items()]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs.update(n=variants.n, checks=(
        _check(table, better, largest_change(fits[better], fits["baseline"], list(constructs)), significance),))
    return table


def largest_change(fit: sem.Variant, before: sem.Variant, names: Sequence[str]) -> tuple[float, str, str]:
    """Find the correlation of two constructs that changes most; (0, "", "") where there is one construct."""
    changes = [(fit.standardized(one, "~~", other) - before.standardized(one, "~~", other), one, other)
               for one, other in combinations(names, 2)]
    return max(changes, key=lambda each: abs(each[0]), default=(0.0, "", ""))


def _models(free: sem.Variant, constructs: Mapping[str, Sequence[str]], marker: Sequence[str], *,
            residuals: bool) -> dict[str, str]:
    """Write the models whose marker is held at its estimates in the model of all factors."""
    est = free.values
    held = [f"{est[MARKER, '=~', item]!r}*{item}" for item in marker]
    fixed = [f"{item} ~~ {est[item, '~~', item]!r}*{item}" for item in marker] if residuals else []
    fixed += [f"{MARKER} ~~ 0*{name}" for name in constructs]
    items = [item for of in constructs.values() for item in of]

    def written(modifier: str) -> str:
        loads = " + ".join([*held, *(f"{modifier}{item}" for item in items)])
        return "\n".join((correlated_factors(constructs), f"{MARKER} =~ {loads}", *fixed))

    return {"baseline": written("0*"), "method.c": written("method_c*"), "method.u": written("")}


def _fixed(baseline: sem.Variant, constructs: Mapping[str, Sequence[str]]) -> list[str]:
    """Lines that fix the correlations of the constructs to those of the baseline."""
    return [f"{one} ~~ {baseline.standardized(one, '~~', other)!r}*{other}"
            for one, other in combinations(constructs, 2)]


def _loadings(items: Sequence[str], value: float) -> dict[tuple[str, str, str], float]:
    return {(MARKER, "=~", item): value for item in items}


def _method(fit: sem.Variant, baseline: sem.Variant, constructs: Mapping[str, Sequence[str]]) -> dict[str, float]:
    loads = np.array([fit.standardized(MARKER, "=~", item) for of in constructs.values() for item in of])
    change = np.nan if fit is baseline else largest_change(fit, baseline, list(constructs))[0]
    return {"method.loading": float(loads.mean()), "method.share": float((loads**2).mean()), "cor.change": change}


def _refuse(constructs: Mapping[str, Sequence[str]], marker: Sequence[str]) -> None:
    own = {item for of in constructs.values() for item in of}
    if not len(marker):
        raise DataError("measurement.no_marker")
    if len(marker) < FEWEST_ITEMS or own & set(marker):
        raise DataError("measurement.marker_items", items=list(marker), fewest=FEWEST_ITEMS)


def _check(table: pd.DataFrame, better: str, changed: tuple[float, str, str], significance: float) -> Check:
    rows = table.set_index("model")
    bent = rows.at["method.r", "pvalue"]
    return Check("marker_technique", "caution", not bent < significance, {
        "bent": bent, "share": rows.at[better, "method.share"], "change": changed[0],
        "pair": f"{changed[1]} - {changed[2]}"})
