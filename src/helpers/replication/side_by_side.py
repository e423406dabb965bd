"""Who answered, how reliably, and how well does the model fit: the two studies beside each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import DataError

COEFFICIENTS = ("alpha", "omega")


def samples(original: sem.SemFit, replication: sem.SemFit, *, answers_original: pd.DataFrame | None = None,
            answers_replication: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare how many answered and how many are in the model.

    Parameters
    ----------
    original, replication : SemFit
        Of the same model.
    answers_original, answers_replication : DataFrame, optional
        Answers to the variables of the model; without them nothing is said of missing answers.

    Returns
    -------
    DataFrame
        ``measure original replication``: respondents in the data, in the model, with complete answers, items.

    Raises
    ------
    DataError
        ``replication.no_n``: of the original only estimates are known.
    """
    _refuse_tables(original, replication)
    shown = {}
    for name, fit, answers in (("original", original, answers_original),
                               ("replication", replication, answers_replication)):
        used = [item for item in fit.observed if answers is not None and item in answers]
        complete = float(answers[used].notna().all(axis=1).sum()) if used else np.nan
        shown[name] = {"respondents": float(fit.n_read), "ntotal": float(fit.n), "n.complete": complete,
                       "items": float(len(fit.observed))}
    table = pd.DataFrame(shown)
    return table.rename_axis("measure").reset_index()


def profile(original: pd.DataFrame, replication: pd.DataFrame) -> pd.DataFrame:
    """Compare who answered, over the columns that both studies describe.

    Parameters
    ----------
    original, replication : DataFrame
        ``variable level n share``, as ``survey.sample_profile`` gives them: small cells are blank already.

    Returns
    -------
    DataFrame
        ``variable level n.original share.original n.replication share.replication share.difference``, the
        levels of either study.

    Raises
    ------
    DataError
        ``replication.no_shared_profile``.
    """
    shared = [name for name in dict.fromkeys(replication["variable"]) if name in set(original["variable"])]
    if not shared:
        raise DataError("replication.no_shared_profile")
    one, two = (table[table["variable"].isin(shared)][["variable", "level", "n", "share"]].astype({"level": "string"})
                .rename(columns={"n": f"n.{name}", "share": f"share.{name}"})
                for table, name in ((original, "original"), (replication, "replication")))
    places = pd.concat([two, one])[["variable", "level"]].drop_duplicates()  # levels in the new study's order
    both = places.merge(two, how="left").merge(one, how="left")
    order = {name: i for i, name in enumerate(shared)}
    both = both.sort_values("variable", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)
    both["share.difference"] = both["share.replication"] - both["share.original"]
    return both[["variable", "level", "n.original", "share.original", "n.replication", "share.replication",
                 "share.difference"]].astype({"level": object})


def reliability(original: pd.DataFrame, replication: pd.DataFrame) -> pd.DataFrame:
    r"""Compare alpha and omega of every construct, with an interval of their difference.

    Parameters
    ----------
    original, replication : DataFrame
        ``construct k n alpha omega`` with ``.ci.lower .ci.upper``, as ``measurement.reliability`` gives them; only
        constructs of both are compared.

    Returns
    -------
    DataFrame
        ``construct coefficient k n.original n.replication original replication difference ci.lower ci.upper``.

    Raises
    ------
    DataError
        ``replication.no_shared_scales``.

    Notes
    -----
    The interval recovers the variances of each estimate from its own interval (MOVER), so that Feldt's asymmetric
    intervals and those of the bootstrap carry over:

    .. math:: L = d - \sqrt{(r - l_r)^2 + (u_o - o)^2}, \qquad U = d + \sqrt{(u_r - r)^2 + (o - l_o)^2}

    References
    ----------
    Zou (2007). Psychological Methods, 12, 399-413. Feldt, Woodruff & Salih (1987). Applied Psychological Measurement,
    11, 93-103.

    Examples
    --------
    >>> of = lambda alpha, n: pd.DataFrame({"construct": ["trust"], "k": [4], "n": [n], "alpha": [alpha],
    ...     "alpha.ci.lower": [alpha - .03], "alpha.ci.upper": [alpha + .02]})
    >>> reliability(of(.80, 300), of(.85, 300))[["coefficient", "difference", "ci.lower", "ci.upper"]].round(3)
      coefficient  difference  ci.lower  ci.upper
    0       alpha        0.05     0.014     0.086
    """
    one, two = original.set_index("construct"), replication.set_index("construct")
    shared = [name for name in two.index if name in one.index]
    if not shared:
        raise DataError("replication.no_shared_scales")
    rows = []
    for name in shared:
        for coefficient in (each for each in COEFFICIENTS if each in one and each in two):
            o, lo, uo = _with_interval(one.loc[name], coefficient)
            r, lr, ur = _with_interval(two.loc[name], coefficient)
            rows.append({"construct": name, "coefficient": coefficient, "k": int(two.loc[name, "k"]),
                         "n.original": int(one.loc[name, "n"]), "n.replication": int(two.loc[name, "n"]),
                         "original": o, "replication": r, "difference": r - o,
                         "ci.lower": r - o - np.hypot(r - lr, uo - o), "ci.upper": r - o + np.hypot(ur - r, o - lo)})
    table = pd.DataFrame(rows)
    table.attrs["not_printed"] = ["k"]
    return table


def fit(original: sem.SemFit, replication: sem.SemFit) -> pd.DataFrame:
    """Compare the fit of one model to both studies, in the forms that a report shows.

    Parameters
    ----------
    original, replication : SemFit

    Returns
    -------
    DataFrame
        ``measure original replication``: chi-square with df and p, CFI, TLI, RMSEA with its interval, SRMR; robust or
        else scaled forms where there are any. ``attrs["checks"]`` holds the checks of both.
    """
    _refuse_tables(original, replication)
    measures = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
    return pd.DataFrame([{"measure": name, "original": original.reported(name),
                          "replication": replication.reported(name)} for name in measures])


def _refuse_tables(*fits: sem.SemFit | pd.DataFrame) -> None:
    """Refuse what is only a table of estimates: it has neither n nor fit."""
    if any(isinstance(each, pd.DataFrame) for each in fits):
        raise DataError("replication.no_n")


def _with_interval(row: pd.Series, coefficient: str) -> tuple[float, float, float]:
    return (float(row[coefficient]), float(row.get(f"{coefficient}.ci.lower", np.nan)),
            float(row.get(f"{coefficient}.ci.upper", np.nan)))
