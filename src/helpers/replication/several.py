"""What does each of several studies contribute? Its fit, its paths in standard deviations, its correlations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from helpers import sem
from helpers.errors import Check, DataError, HelpersError, ModelError, Problem
from helpers.replication.synthesis import weights
from helpers.sem import Moments, SemFit
from helpers.sem.fitting.estimates import root
from helpers.sem.model.correlation_structure import path_model
from helpers.sem.resampling.chains import Paths, effects_of

Sample = pd.DataFrame | Moments


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """The fits of several studies.

    Attributes
    ----------
    models : mapping of str to str
        Study -> lavaan text.
    samples : mapping of str to DataFrame or Moments
        Study -> what was fitted.
    by_study : mapping of str to SemFit
    settings : mapping of str to mapping
        Study -> how it was fitted.
    """

    models: Mapping[str, str]
    samples: Mapping[str, Sample]
    by_study: Mapping[str, SemFit]
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def fits(models: Mapping[str, str], samples: Mapping[str, Sample], *,
         settings: Mapping[str, Mapping[str, Any]] | None = None, conf_level: float = 0.95,
         overlap: pd.DataFrame | None = None) -> Fits:
    """Fit each study's model to its answers, or to its printed matrix.

    Parameters
    ----------
    models : mapping of str to str
        Study -> complete lavaan text.
    samples : mapping of str to (DataFrame or Moments)
        Answers are fitted by the declared rules (``sem.treatment``), a matrix by maximum likelihood.
    settings : mapping of str to mapping, optional
        Study -> ``estimator missing auxiliaries`` as it declares them.
    conf_level : float, default 0.95
    overlap : DataFrame, optional
        What was found of respondents in two studies; where any are, nothing is fitted.

    Returns
    -------
    Fits

    Raises
    ------
    DataError
        ``replication.synthesis_overlap``, with the studies that share respondents.
    ModelError
        Every study whose model cannot be fitted, with the reason of each: none is left out silently.

    Examples
    --------
    >>> models = dict.fromkeys(("a", "b"), "m ~ x; y ~ m")
    >>> samples = {name: sem.simulate("m ~ .5*x; y ~ .4*m", n=200, seed=at) for at, name in enumerate(models)}
    >>> contributed(fits(models, samples))[["effect", "kind", "study"]].head(4)
             effect      kind study
    0        x -> m    direct     a
    1        x -> m    direct     b
    2  x -> m -> y  indirect     a
    3  x -> m -> y  indirect     b
    """
    if overlap is not None and overlap["flagged"].any():
        flagged = overlap[overlap["flagged"]]
        pairs = list(dict.fromkeys(f"{row.study1} - {row.study2}" for row in flagged.itertuples()))
        raise DataError("replication.synthesis_overlap", pairs=pairs)
    settings, found, problems = settings or {}, {}, []
    for study, model in models.items():
        try:
            found[study] = fitted(model, samples[study], settings.get(study, {}), conf_level)
        except HelpersError as error:
            problems += [Problem("replication.synthesis_study", {"study": study, "reason": problem.sentence()})
                         for problem in error.problems]
    if problems:
        raise ModelError.of(problems)
    return Fits(models, samples, found, settings)


def studies(found: Fits, formats: pd.DataFrame | None = None) -> pd.DataFrame:
    """Show what each study is: n, how it was asked and fitted, how well, and how many paths it has.

    Parameters
    ----------
    found : Fits
    formats : DataFrame, optional
        ``study item low high``: the response scales of the items.

    Returns
    -------
    DataFrame
        ``study n data scale estimator items paths chisq df cfi rmsea srmr``; ``data`` is "answers" or "matrix".
        ``attrs["checks"]``: ``synthesis_stopped`` where a study's fit failed a *stop*, and ``synthesis_models`` where
        studies declare different paths.
    """
    rows, stopped = [], []
    for study, fit in found.by_study.items():
        model = found.models[study]
        gates = [check.gate for check in fit.checks if check.severity == "stop" and not check.passed]
        stopped += [f"{study} ({', '.join(gates)})"] if gates else []
        rows.append({"study": study, "n": fit.n, "data": _source(found.samples[study]),
                     "scale": _scales(formats, study, fit.structure.table.model.observed),
                     "estimator": fit.engine.method.name, "items": len(fit.structure.table.model.observed),
                     "paths": len(_paths_of(model)), "chisq": fit.reported("chisq"), "df": fit.measures["df"],
                     **{name: fit.reported(name) for name in ("cfi", "rmsea", "srmr")}})
    first = next(iter(found.models))
    other = [study for study, model in found.models.items()
             if set(_paths_of(model)) != set(_paths_of(found.models[first]))]
    table = pd.DataFrame(rows)
    table.attrs["checks"] = (
        Check("synthesis_stopped", "caution", not stopped, {"studies": stopped or ["-"]}),
        Check("synthesis_models", "info", not other, {"studies": other or ["-"], "first": first}))
    return table


def contributed(found: Fits, *, conf_level: float = 0.95) -> pd.DataFrame:
    r"""List every path, and every indirect and total effect, of every study.

    Parameters
    ----------
    found : Fits
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``effect kind study n est se ci.lower ci.upper unstandardized unstandardized.se``: ``est`` in standard
        deviations of each study; the effects in the order of the studies. Behind a failed *stop* of a study's fit,
        errors and intervals are missing.

    Notes
    -----
    Errors of the standardized effects by the delta method: the standard deviations are estimates too.
    """
    from scipy.stats import norm

    parts = [_contributed(study, fit) for study, fit in found.by_study.items()]
    order = list(dict.fromkeys(key for part in parts for key in zip(part["effect"], part["kind"], strict=True)))
    table = pd.concat(parts, ignore_index=True)
    half = norm.ppf((1 + conf_level) / 2) * table["se"]
    table.insert(6, "ci.lower", table["est"] - half)
    table.insert(7, "ci.upper", table["est"] + half)
    table.attrs["not_printed"] = ["unstandardized.se"]
    rank = [order.index(key) for key in zip(table["effect"], table["kind"], strict=True)]
    return table.iloc[np.argsort(rank, kind="stable")].reset_index(drop=True)


def unstandardized(found: Fits, estimates: pd.DataFrame, formats: pd.DataFrame) -> pd.DataFrame:
    """Take the unstandardized effects, where all studies measure in one unit.

    Parameters
    ----------
    found : Fits
    estimates : DataFrame
        From `contributed`.
    formats : DataFrame
        ``study item construct low high``, of every study and item.

    Returns
    -------
    DataFrame
        ``study effect kind n est se``.

    Raises
    ------
    DataError
        ``replication.no_common_units`` where a study has no answers, other items in its model, or another response
        scale.
    """
    def key(study: str) -> frozenset:
        items = formats[(formats["study"] == study) & formats["item"].isin(sem.indicators(found.models[study]))]
        return frozenset(items[["item", "construct", "low", "high"]].itertuples(index=False, name=None))

    first, *rest = found.models
    if other := [study for study in rest if key(study) != key(first)] or ([first] if not key(first) else []):
        raise DataError("replication.no_common_units", first=first, studies=other)
    return estimates[["study", "effect", "kind", "n"]].assign(est=estimates["unstandardized"],
                                                              se=estimates["unstandardized.se"])


def forest_rows(estimates: pd.DataFrame, combined: pd.DataFrame, *, kinds: str = "direct") -> pd.DataFrame:
    """Arrange studies and what they say together for the forest plot, effect by effect.

    Parameters
    ----------
    estimates, combined : DataFrame
        From `contributed` and `synthesis`.
    kinds : str, default "direct"
        Kinds of effects to show, divided by spaces.

    Returns
    -------
    DataFrame
        ``head label est ci.lower ci.upper weight summary pi.lower pi.upper``.

    Raises
    ------
    DataError
        ``replication.no_such_effects`` where there is none of these kinds in two studies.
    """
    rows: list[dict[str, Any]] = []
    for one in combined[combined["kind"].isin(kinds.split()) & (combined["studies"] > 1)].to_dict("records"):
        part = estimates[(estimates["effect"] == one["effect"]) & (estimates["kind"] == one["kind"])]
        part = part[part["se"].notna()]
        for row, weight in zip(part.to_dict("records"), weights(part, one["tau2"]), strict=True):
            rows.append({"head": one["effect"], "label": row["study"], "est": row["est"], "weight": weight,
                         "ci.lower": row["ci.lower"], "ci.upper": row["ci.upper"], "summary": False})
        rows.append({"head": one["effect"], "label": f"synthesis.{one['method']}", "summary": True,
                     **{name: one[name] for name in ("est", "ci.lower", "ci.upper")},
                     "pi.lower": one["predicted.ci.lower"], "pi.upper": one["predicted.ci.upper"]})
    if not rows:
        raise DataError("replication.no_such_effects")
    return pd.DataFrame(rows, columns=["head", "label", "est", "ci.lower", "ci.upper", "weight", "summary", "pi.lower",
                                       "pi.upper"])


def fitted(model: str, sample: Sample, settings: Mapping[str, Any], conf_level: float = 0.95) -> SemFit:
    """Fit a model to answers by the declared rules, or to a printed matrix by maximum likelihood."""
    if isinstance(sample, Moments):
        return sem.fit(model, moments=sample, conf_level=conf_level, fixed_x=False)
    return sem.fit_by_rule(model, sample, treatment=sem.treatment(model, sample, **settings), conf_level=conf_level)


def _scales(formats: pd.DataFrame | None, study: str, items: tuple[str, ...]) -> str:
    """Say the ends of the response scales of some items."""
    if formats is None:
        return ""
    own = formats[(formats["study"] == study) & formats["item"].isin(items)]
    return ", ".join(dict.fromkeys(f"{low:g}–{high:g}" for low, high in zip(own["low"], own["high"], strict=True)))


def _source(sample: Sample) -> str:
    return "matrix" if isinstance(sample, Moments) else "answers"


def _paths_of(model: str) -> list[tuple[str, str]]:
    return [(row.rhs, row.lhs) for row in path_model(model).rows if row.op == "~"]


def _contributed(study: str, fit: SemFit) -> pd.DataFrame:
    table = fit.structure.table
    found = effects_of(Paths.of(table, 1))
    count = len(table.rows)
    slopes = fit.std_slopes[:count, :count]
    columns: dict[str, np.ndarray] = {}
    for name, source, vcov in (("est", "std.all", slopes @ fit.rows_vcov @ slopes.T),
                               ("unstandardized", "est", fit.rows_vcov)):
        values = fit.parameters[source].to_numpy()[:count]
        reach = {each.paths: each.paths.reach(values[None]) for each in found}
        columns[name] = np.array([each.values(values[None], reach[each.paths])[0] for each in found])
        moved = np.vstack([each.slopes(values, reach[each.paths][0]) for each in found])
        se = root(np.einsum("ij,jk,ik->i", moved, vcov, moved))
        columns["se" if name == "est" else f"{name}.se"] = np.full(len(se), np.nan) if fit.stopped else se
    made = pd.DataFrame({"effect": [each.name for each in found], "kind": [each.kind for each in found],
                         "study": study, "n": fit.n, **columns})
    made = made[["effect", "kind", "study", "n", "est", "se", "unstandardized", "unstandardized.se"]]
    return made[made["se"] != 0]  # what is fixed is no estimate
