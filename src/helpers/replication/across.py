"""Where both files are there in one format: whether items measure alike, and whether the paths are equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import Check, DataError, ModelError
from helpers.replication.agreement import holm
from helpers.replication.estimates import refuse_stopped
from helpers.replication.overlap import refuse_overlap

STUDY = ".study"  # no item can be called so
NAMES = ("original", "replication")
_METRIC = ("metric", "loadings", "residuals")  # the level that makes paths comparable; two categories have one level


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """In which metric estimates are compared.

    Attributes
    ----------
    kind : {"unstandardized", "standardized"}
    checks : tuple of Check
        ``replication_metric``: why.
    """

    kind: str
    checks: tuple[Check, ...]


def treatment(model: str, replication: pd.DataFrame, original: pd.DataFrame | None = None, *, estimator: str = "auto",
              missing: str = "auto") -> sem.Treatment:
    """Choose one estimator and one treatment of missing answers for both studies, by the rules for all answers.

    Parameters
    ----------
    model : str
    replication : DataFrame
    original : DataFrame, optional
        None where only moments of the original are known.
    estimator, missing : str, default "auto"
        What the new study declares goes before the rules.

    Returns
    -------
    Treatment

    Raises
    ------
    ModelError, DataError
        As ``sem.treatment``.
    """
    answers = replication if original is None else pd.concat([original, replication], ignore_index=True)
    return sem.treatment(model, answers, estimator=estimator, missing=missing)


def invariance(model: str, original: pd.DataFrame, replication: pd.DataFrame, *, same_format: bool = True,
               treatment: sem.Treatment | None = None) -> pd.DataFrame:
    """Test whether the items measure alike in both studies.

    Parameters
    ----------
    model : str
        Its first-order constructs and their items are tested.
    original, replication : DataFrame
        Answers to the same items.
    same_format : bool, default True
        Whether every item has the same ends of its scale in both.
    treatment : Treatment, optional
        Estimator and missing answers, as ``treatment`` chooses them.

    Returns
    -------
    DataFrame
        As ``sem.invariance``.

    Raises
    ------
    DataError
        ``replication.no_common_format``.
    ModelError, DataError
        As ``sem.invariance``.
    """
    data = together(original, replication, same_format=same_format)
    tested = sem.measurement_part(model)
    chosen = treatment or sem.treatment(tested, data[sem.indicators(tested)])
    items = sem.indicators(tested)
    return sem.invariance(tested, data[[*items, STUDY]], group=STUDY, estimator=chosen.estimator,
                          missing=chosen.missing, ordered=[name for name in items if name in chosen.ordered])


def metric(model: str, original: pd.DataFrame | None = None, replication: pd.DataFrame | None = None, *,
           same_format: bool = True, treatment: sem.Treatment | None = None) -> Metric:
    """Decide in which metric paths may be compared.

    Parameters
    ----------
    model, original, replication, same_format, treatment
        As in ``invariance``; None where only moments or printed paths of a study are known.

    Returns
    -------
    Metric
        Unstandardized where loadings are equal in both studies: a unit of each construct is then the same. Otherwise,
        also where that cannot be tested, standardized, which is descriptive: each study's own standard deviations are
        part of its estimates (Kim & Ferree, 1981. Sociological Methods & Research, 10, 187-210).

    Examples
    --------
    >>> answers = sem.simulate("f =~ .8*a + .7*b + .6*c; g =~ .8*d + .7*e + .6*h; g ~ .5*f", n=900, seed=1)
    >>> metric("f =~ a + b + c; g =~ d + e + h; g ~ f", answers[:450], answers[450:]).kind
    'unstandardized'
    """
    known = original is not None and replication is not None
    holds, why = False, "format" if known else "answers"
    if known and same_format:
        try:
            tested = invariance(model, original, replication, treatment=treatment)
        except (ModelError, DataError):  # a level that cannot be fitted shows nothing; the table of invariance says why
            why = "fitted"
        else:
            rows = tested[tested["level"].isin(_METRIC)]
            holds = len(rows) > 0 and bool(rows["holds"].iloc[0])
            why = "tested" if holds else "unequal"
    return Metric("unstandardized" if holds else "standardized",
                  (Check("replication_metric", "info", holds, {"how": why}),))


def equal_paths(model: str, original: pd.DataFrame, replication: pd.DataFrame, *, metric: Metric | None = None,
                treatment: sem.Treatment | None = None, same_format: bool = True, conf_level: float = 0.95,
                overlap: pd.DataFrame | None = None) -> pd.DataFrame:
    r"""Test whether the paths are equal in both studies, all together and one by one, with equal loadings.

    Parameters
    ----------
    model : str
    original, replication : DataFrame
    metric : Metric, optional
        Loadings that are not equal make the paths incomparable.
    treatment : Treatment, optional
    same_format : bool, default True
    conf_level : float, default 0.95
    overlap : DataFrame, optional
        What ``overlap`` found.

    Returns
    -------
    DataFrame
        First row ``test`` "all": ``chisq df pvalue`` and ``method`` of the nested test. Then a row "one" per path:
        ``lhs op rhs est.original est.replication difference se ci.lower ci.upper`` and the Wald test of its
        difference, ``chisq`` with one degree of freedom, ``pvalue.holm`` over the paths. ``attrs["checks"]`` holds
        those of the free model.

    Raises
    ------
    DataError
        ``replication.no_common_format``, ``replication.same_respondents``.
    ModelError
        ``replication.not_invariant``, ``replication.joint_stopped``; as ``sem.fit``.

    Notes
    -----
    Unlike the comparison of two separate fits, the constructs of both studies have one unit here, estimated from both.
    For path :math:`b` the Wald statistic is :math:`(b_r - b_o)^2 / \operatorname{var}(b_r - b_o)`, with the covariance
    that equal loadings bring about.

    References
    ----------
    Joreskog (1971). Psychometrika, 36, 409-426. Satorra & Bentler (2001). Psychometrika, 66, 507-514.
    """
    refuse_overlap(overlap)
    if metric is not None and metric.kind != "unstandardized":
        raise ModelError("replication.not_invariant")
    data = together(original, replication, same_format=same_format)
    chosen = treatment or sem.treatment(model, data)
    how = {"group": STUDY, "estimator": chosen.estimator, "missing": chosen.missing, "ordered": chosen.ordered}
    free = sem.fit(model, data, group_equal=("loadings",), conf_level=conf_level, **how)
    refuse_stopped(joint=free)
    equal = sem.fit(model, data, group_equal=("loadings", "regressions"), **how)
    tested = sem.compare(free, equal).iloc[0]
    rows = _by_path(free, conf_level)
    rows["pvalue.holm"] = holm(rows["pvalue"].to_numpy())
    first = {"test": "all", "lhs": "", "op": "~", "rhs": "", "chisq": tested["chisq.diff"], "df": tested["df.diff"],
             "pvalue": tested["pvalue"], "method": tested["method"]}
    found = pd.concat([pd.DataFrame([first]), rows], ignore_index=True)
    columns = ["test", "lhs", "op", "rhs", "est.original", "est.replication", "difference", "se", "ci.lower",
               "ci.upper", "chisq", "df", "pvalue", "pvalue.holm", "method"]
    found = found[columns]
    found.attrs |= {"conf_level": conf_level, "checks": free.checks}
    return found


def together(original: pd.DataFrame, replication: pd.DataFrame, *, same_format: bool = True) -> pd.DataFrame:
    """Put the answers of both studies under each other, with a column that tells them apart.

    Raises
    ------
    DataError
        ``replication.no_common_format``.
    """
    if not same_format:
        raise DataError("replication.no_common_format")
    items = [name for name in original if name in replication]
    data = pd.concat([original[items], replication[items]], ignore_index=True)
    which = np.repeat(NAMES, [len(original), len(replication)])
    return data.assign(**{STUDY: pd.Categorical(which, categories=list(NAMES), ordered=True)})


def _by_path(free: sem.SemFit, conf_level: float) -> pd.DataFrame:
    from scipy.special import chdtrc, ndtri

    rows, z = free.parameters.reset_index(drop=True), float(ndtri((1 + conf_level) / 2))
    vcov, found = free.rows_vcov, []
    paths = rows[(rows["op"] == "~") & (rows["se"] > 0)]
    for (lhs, rhs), part in paths.groupby(["lhs", "rhs"], sort=False):
        at = [part.index[part["group"] == group][0] for group in (1, 2)]
        before, after = (float(rows.loc[place, "est"]) for place in at)
        se = float(np.sqrt(vcov[at[0], at[0]] + vcov[at[1], at[1]] - 2 * vcov[at[0], at[1]]))
        d = after - before
        found.append({"test": "one", "lhs": lhs, "op": "~", "rhs": rhs, "est.original": before,
                      "est.replication": after, "difference": d, "se": se, "ci.lower": d - z * se,
                      "ci.upper": d + z * se, "chisq": (d / se) ** 2, "df": 1,
                      "pvalue": float(chdtrc(1, (d / se) ** 2)), "method": "wald"})
    return pd.DataFrame(found)
