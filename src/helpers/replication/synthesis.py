"""What do several studies say together about each path, and what may the next study find? Random effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError
from helpers.replication.heterogeneity import q_profile, reml, share, weighted

FEWEST_FOR_RANDOM = 3
"""Below it a variance between studies cannot be told: a common effect is estimated, and the table says so."""
FEW = 5
"""With fewer studies the variance between them is so uncertain that its interval has to be read with it."""

NEEDED = ("study", "effect", "kind", "est", "se")
HETEROGENEITY = ("tau2", "tau2.ci.lower", "tau2.ci.upper", "i2", "q", "q.df", "q.pvalue")
COLUMNS = ("effect", "kind", "studies", "n", "method", "est", "se", "ci.lower", "ci.upper", "pvalue",
           "predicted.ci.lower", "predicted.ci.upper", *HETEROGENEITY)
WITHOUT = ("effect", "kind", "without", "studies", "method", "est", "ci.lower", "ci.upper", "shift", "tau2", "i2")


def synthesis(estimates: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    r"""Combine the estimates of every effect over the studies that have it.

    Parameters
    ----------
    estimates : DataFrame
        ``study effect kind est se`` and, where known, ``n``; one row per study and effect. A row whose se is missing
        (behind a failed *stop*) cannot be weighted; it is left out, and a gate names its study.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``effect kind studies n method est se ci.lower ci.upper pvalue predicted.ci.lower predicted.ci.upper tau2
        tau2.ci.lower tau2.ci.upper i2 q q.df q.pvalue``, one row per effect in their order. ``method`` is
        "random" (three studies or more), "common" (two: no prediction, no variance between studies) or "single"
        (nothing is combined).
        ``attrs["checks"]``: ``synthesis_left_out``, ``synthesis_few``, ``synthesis_heterogeneity``.

    Raises
    ------
    DataError
        Columns missing, a study twice for one effect, an se that is not positive, or no effect with two studies.

    Notes
    -----
    Random effects: :math:`\tau^2` by REML, :math:`\hat\mu = \sum w_i y_i / \sum w_i`, and the interval of Hartung and
    Knapp with the ad hoc correction,

    .. math:: \hat\mu \pm t_{k-1} \sqrt{\max(1, q) / \textstyle\sum w_i}, \qquad
              q = \frac{1}{k-1} \sum w_i (y_i - \hat\mu)^2

    so that it is never narrower than the interval by normal theory (with few homogeneous studies the uncorrected one
    can be). Prediction interval of the true effect of a next study:
    :math:`\hat\mu \pm t_{k-2} \sqrt{\hat\tau^2 + \widehat{se}^2}`; k - 2 because mean and variance are both estimated
    (Higgins, Thompson & Spiegelhalter, 2009), with the standard error above. Everything
    agrees with metafor's ``rma(method="REML", test="adhoc")`` (tests/oracle/synthesis.csv).

    References
    ----------
    Hartung & Knapp (2001). Statistics in Medicine, 20, 3875-3889. Knapp & Hartung (2003). Statistics in Medicine, 22,
    2693-2710. IntHout, Ioannidis & Borm (2014). BMC Medical Research Methodology, 14, 25. Rover, Knapp & Friede
    (2015). BMC Medical Research Methodology, 15, 99. Jackson, Law, Rucker & Schwarzer (2017). Statistics in Medicine,
    36, 3923-3934. Higgins, Thompson & Spiegelhalter (2009). Journal of the Royal Statistical Society A, 172, 137-159.
    IntHout, Ioannidis, Rovers & Goeman (2016). BMJ Open, 6, e010247.

    Examples
    --------
    >>> found = synthesis(pd.DataFrame({"study": list("abc"), "effect": "x -> y", "kind": "direct",
    ...                                 "est": [0.1, 0.5, 0.9], "se": 0.1}))
    >>> found[["studies", "method", "est", "ci.lower", "ci.upper"]].round(3)
       studies  method  est  ci.lower  ci.upper
    0        3  random  0.5    -0.494     1.494
    """
    used = _usable(estimates)
    rows = [{"effect": effect, "kind": kind, "n": _total(part), **combined(part["est"].to_numpy(float),
                                                                            part["se"].to_numpy(float),
                                                                            conf_level=conf_level)}
            for (effect, kind), part in used.groupby(["effect", "kind"], sort=False)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if not (table["studies"] > 1).any():
        raise DataError("replication.synthesis_nothing", studies=list(dict.fromkeys(estimates["study"])))
    table.attrs |= {"checks": _checks(estimates, used, table), "not_printed": ["pvalue", *HETEROGENEITY],
                    "conf_level": conf_level}
    return table


def heterogeneity_shown(combined: pd.DataFrame) -> pd.DataFrame:
    """Show how much studies differ in every effect that is combined.

    Parameters
    ----------
    combined : DataFrame
        From `synthesis`.

    Returns
    -------
    DataFrame
        ``effect kind studies tau tau2 tau2.ci.lower tau2.ci.upper i2 q q.df q.pvalue``; ``tau`` is in the unit of the
        effect. Empty cells where a common effect is assumed.
    """
    table = combined.loc[combined["studies"] > 1, ["effect", "kind", "studies", *HETEROGENEITY]].reset_index(drop=True)
    table.insert(3, "tau", np.sqrt(table["tau2"].astype(float)))
    table.attrs = {"conf_level": combined.attrs.get("conf_level")}
    return table


def synthesis_in_brief(combined: pd.DataFrame) -> dict[str, Any]:
    """Say the path that is known most exactly, for the front page.

    Returns
    -------
    dict
        ``variant`` (the method), ``predictor outcome k n est lower upper``, and where it is predicted, ``low high``.
    """
    direct = combined[(combined["studies"] > 1) & (combined["kind"] == "direct")]
    several = direct if len(direct) else combined[combined["studies"] > 1]
    one = several.loc[(several["ci.upper"] - several["ci.lower"]).astype(float).idxmin()]
    predictor, *_, outcome = one["effect"].split(" -> ")
    return {"variant": one["method"], "predictor": predictor, "outcome": outcome, "k": int(one["studies"]),
            "n": float(one["n"]), "est": one["est"], "lower": one["ci.lower"], "upper": one["ci.upper"],
            "low": one["predicted.ci.lower"], "high": one["predicted.ci.upper"]}


def leave_one_out(estimates: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Combine every effect without each study in turn, to see whether one of them decides.

    Parameters
    ----------
    estimates : DataFrame
        As for `synthesis`.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``effect kind without studies method est ci.lower ci.upper shift tau2 i2``; only effects of three
        studies and more. ``shift`` is the estimate without the study minus that with it.

    Raises
    ------
    DataError
        As `synthesis`; ``replication.no_third_study`` where no effect has three studies.

    Examples
    --------
    >>> found = leave_one_out(pd.DataFrame({"study": list("abc"), "effect": "x -> y", "kind": "direct",
    ...                                     "est": [0.1, 0.5, 0.9], "se": 0.1}))
    >>> found[["without", "studies", "method", "est"]].round(3)
      without  studies  method  est
    0       a        2  common  0.7
    1       b        2  common  0.5
    2       c        2  common  0.3
    """
    rows = []
    for (effect, kind), part in _usable(estimates).groupby(["effect", "kind"], sort=False):
        if len(part) < FEWEST_FOR_RANDOM:
            continue
        y, se = part["est"].to_numpy(float), part["se"].to_numpy(float)
        whole = combined(y, se, conf_level=conf_level)["est"]
        for at, study in enumerate(part["study"]):
            rest = combined(np.delete(y, at), np.delete(se, at), conf_level=conf_level)
            rows.append({"effect": effect, "kind": kind, "without": study, "shift": rest["est"] - whole, **rest})
    if not rows:
        raise DataError("replication.no_third_study")
    return pd.DataFrame(rows, columns=list(WITHOUT))


def combined(y: np.ndarray, se: np.ndarray, *, conf_level: float = 0.95) -> dict[str, Any]:
    """Combine the estimates of one effect; see `synthesis` for the formulas and for what is returned.

    Parameters
    ----------
    y, se : ndarray, shape (k,)
    conf_level : float

    Examples
    --------
    >>> combined(np.array([0.2, 0.4]), np.array([0.1, 0.1]))["method"]
    'common'
    """
    from scipy.stats import chi2, norm, t

    k, v = len(y), se**2
    if k < 2:
        return {"studies": k, "method": "single"}
    _, _, q = weighted(y, v, 0.0)
    told = {"studies": k, "q": q, "q.df": k - 1, "q.pvalue": float(chi2.sf(q, k - 1))}
    if k < FEWEST_FOR_RANDOM:
        mean, variance, _ = weighted(y, v, 0.0)
        error, held = np.sqrt(variance), norm
        found = {"method": "common"}
    else:
        tau2 = reml(y, v)
        mean, variance, spread = weighted(y, v, tau2)
        error, held = np.sqrt(max(1.0, spread / (k - 1)) * variance), t(k - 1)
        wide = float(t.ppf((1 + conf_level) / 2, k - 2) * np.sqrt(tau2 + error**2))
        lower, upper = q_profile(y, v, conf_level=conf_level)
        found = {"method": "random", "tau2": tau2, "tau2.ci.lower": lower, "tau2.ci.upper": upper,
                 "i2": share(v, tau2), "predicted.ci.lower": mean - wide, "predicted.ci.upper": mean + wide}
    half = float(held.ppf((1 + conf_level) / 2) * error)
    return told | found | {"est": mean, "se": float(error), "ci.lower": mean - half, "ci.upper": mean + half,
                           "pvalue": float(2 * held.sf(abs(mean) / error))}


def weights(part: pd.DataFrame, tau2: float) -> np.ndarray:
    """Share of each study in the combined estimate.

    Parameters
    ----------
    part : DataFrame
        Rows of one effect, with ``se``.
    tau2 : float
        NaN for a common effect.

    Examples
    --------
    >>> weights(pd.DataFrame({"se": [0.1, 0.2]}), float("nan")).round(2).tolist()
    [0.8, 0.2]
    """
    w = 1 / (part["se"].to_numpy(float) ** 2 + np.nan_to_num(tau2))
    return w / w.sum()


def _usable(estimates: pd.DataFrame) -> pd.DataFrame:
    if absent := [name for name in NEEDED if name not in estimates]:
        raise DataError("replication.synthesis_columns", columns=absent)
    doubled = estimates[estimates.duplicated(["study", "effect", "kind"])]
    if len(doubled):
        first = doubled.iloc[0]
        raise DataError("replication.synthesis_twice", study=first["study"], effect=first["effect"],
                        count=len(doubled))
    known = estimates[np.isfinite(estimates["est"].astype(float)) & np.isfinite(estimates["se"].astype(float))]
    if (wrong := known[known["se"] <= 0]).size:
        raise DataError("replication.synthesis_se", study=wrong.iloc[0]["study"], effect=wrong.iloc[0]["effect"])
    return known


def _named(table: pd.DataFrame) -> list[str]:
    """Name effects, each once: an effect and its total bear one name."""
    return list(dict.fromkeys(name.replace(" -> ", " → ") for name in table["effect"]))


def _total(part: pd.DataFrame) -> float:
    return float(part["n"].sum()) if "n" in part else float("nan")


def _checks(estimates: pd.DataFrame, used: pd.DataFrame, table: pd.DataFrame) -> tuple[Check, ...]:
    left = sorted(set(estimates["study"]) - set(used["study"])) if len(used) < len(estimates) else []
    lost = len(estimates) - len(used)
    random = table[table["method"] == "random"]
    differing = _named(random[random["q.pvalue"] < 0.10])
    fewest = int(table.loc[table["studies"] > 1, "studies"].min())
    single: Mapping[str, Any] = {"effects": _named(table[table["studies"] < 2]) or ["-"]}
    return (Check("synthesis_left_out", "caution", not lost, {"count": lost, "studies": left or ["-"]}),
            Check("synthesis_single", "info", not (table["studies"] < 2).any(), single),
            Check("synthesis_few", "caution", fewest >= FEW, {"k": fewest, "few": FEW}),
            Check("synthesis_heterogeneity", "info", not differing,
                  {"effects": differing or ["-"], "count": len(differing)}))
