"""Is the misfit of this very model, at this n, larger than that of a model known to be wrong? Simulated cutoffs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.errors import Check, ModelError
from helpers.measurement.misspecified import Factors, available, levels

if TYPE_CHECKING:
    from helpers.sem import SemFit

# Hu & Bentler (1999), found for models of three factors with five items each.
CONVENTIONAL = {"srmr": 0.08, "rmsea": 0.06, "cfi": 0.95}
MOST_LEVELS = 3
TOLERATED_FAILURES = 0.10
# Of chi-square under normal answers 1; beyond these, indices vary otherwise than those of the samples.
SCALING = (0.90, 1.10)


def fit_cutoffs(fit: SemFit, *, replications: int = 500, seed: int = 1, most_levels: int = MOST_LEVELS) -> pd.DataFrame:
    r"""Simulate what the fit indices of a factor model are when it is right, and when it leaves something out.

    Parameters
    ----------
    fit : SemFit
        One factor, or several correlated ones with each item on one of them; one group; by ML, MLM or MLR.
    replications : int, default 500
        Samples from each population.
    seed : int, default 1
    most_levels : int, default 3
        Levels of misspecification that are simulated.

    Returns
    -------
    DataFrame, one row per index
        ``measure observed conventional correct cutoff.1 ... verdict``. ``correct``: reached by 95 % of samples from a
        population in which the model is right. ``cutoff.l``: the value that keeps 95 % of samples of level l out and
        lets 95 % of the right ones in; NaN (none) where no value does both. ``verdict``: ``correct`` (within what
        a right model reaches), ``below`` (beyond it, but closer than level 1), ``level_1`` ... (at least as wrong as
        that level), ``none`` (beyond a right model, and no cutoff tells how far). ``observed`` is robust where the
        estimator is. In ``attrs``: ``replications``, ``levels`` (of the model; ``shown`` of them are simulated),
        ``n``, and the check ``fit_cutoffs``.

    Raises
    ------
    ModelError
        ``sem.stopped`` behind a failed *stop*. Not defined: ``measurement.no_cutoffs_estimator`` for other
        estimators, ``measurement.no_cutoffs_model`` for other models, ``measurement.no_cutoffs_size`` where nothing
        can be left out (no degrees of freedom) or n does not exceed the items.

    Notes
    -----
    The populations are those of ``helpers.measurement.misspecified``, samples are of complete normal answers. The
    idea and the rule of 95 % and 5 % are McNeish & Wolf's; the program is our own and was not compared with theirs.
    With answers that crowd at one end ``correct`` is too strict, for SRMR most of all, which has no robust form here;
    the check ``cutoff_answers`` says so where the scaling factor of a robust estimator tells. The levels lie far beyond
    and are touched little.

    Cutoffs grade the size of misfit; they are no test of the model, and a model with weak loadings fits closely
    whatever it leaves out.

    References
    ----------
    McNeish, D., & Wolf, M. G. (2023). Dynamic fit index cutoffs for confirmatory factor analysis models. Psychological
    Methods, 28(1), 61-88. McNeish, D., & Wolf, M. G. (2022). Dynamic fit index cutoffs for one-factor models. Behavior
    Research Methods, 55, 1157-1174. Hu & Bentler (1999). Structural Equation Modeling, 6(1), 1-55. Hancock & Mueller
    (2001). In Cudeck et al. (Eds.), Structural equation modeling: Present and future (coefficient H).

    Examples
    --------
    >>> fit_cutoffs(sem.fit("f =~ a + b + c + d + e + g", scores), seed=1)  # doctest: +SKIP
    """
    from helpers.sem.simulation.sampled_fit import sampled_fit

    model = _factors(fit)
    graded = levels(model, most=most_levels)
    text = "\n".join(f"{name} =~ {' + '.join(np.array(model.items)[model.owner == at])}"
                     for at, name in enumerate(model.names))
    found = sampled_fit(text, [model.implied, *(level.population for level in graded)], names=model.items,
                        n=int(fit.n), replications=replications, seed=seed)
    table = pd.DataFrame([_row(measure, fit.reported(measure), [each[measure].dropna() for each in found])
                          for measure in CONVENTIONAL])
    failed = max(float(each["chisq"].isna().mean()) for each in found)
    samples = Check("cutoff_samples", "caution", failed <= TOLERATED_FAILURES, {
        "failed": failed, "tolerated": TOLERATED_FAILURES, "replications": replications})
    table.attrs |= {"replications": replications, "levels": available(model), "shown": len(graded), "n": int(fit.n),
                    "checks": (_graded(table, graded), samples, *_answers(fit))}
    return table


def _factors(fit: SemFit) -> Factors:
    """Read the standardized factor model; refuse what the cutoffs are not defined for."""
    from helpers.sem.fitting.brief import refuse_stopped

    refuse_stopped(fit)
    method = fit.engine.method
    if method.categorical or method.squares:
        raise ModelError("measurement.no_cutoffs_estimator", estimator=method.name)
    rows = fit.parameters
    lines = rows[rows["op"] == "=~"]
    crossed = rows[(rows["op"] == "~~") & (rows["lhs"] != rows["rhs"]) & ~rows["lhs"].isin(fit.latents)]
    if (len(fit.groups) > 1 or lines.empty or set(rows["op"]) - {"=~", "~~", "~1"} or lines["rhs"].duplicated().any()
            or lines["rhs"].isin(fit.latents).any() or len(crossed) or set(lines["rhs"]) != set(fit.observed)):
        raise ModelError("measurement.no_cutoffs_model")
    if fit.measures["df"] < 1 or fit.n <= len(lines):
        raise ModelError("measurement.no_cutoffs_size", df=int(fit.measures["df"]), n=int(fit.n), items=len(lines))
    names = tuple(dict.fromkeys(map(str, lines["lhs"])))
    correlations = np.eye(len(names))
    between = rows[(rows["op"] == "~~") & rows["lhs"].isin(names) & (rows["lhs"] != rows["rhs"])]
    for lhs, rhs, value in between[["lhs", "rhs", "std.all"]].to_numpy():
        one, other = names.index(lhs), names.index(rhs)
        correlations[one, other] = correlations[other, one] = float(value)
    loadings = lines["std.all"].to_numpy(dtype=float)
    if not (np.abs(loadings) < 1).all() or np.linalg.eigvalsh(correlations)[0] <= 0:
        raise ModelError("measurement.no_cutoffs_model")
    return Factors(tuple(map(str, lines["rhs"])), names, np.array([names.index(each) for each in lines["lhs"]]),
                   loadings, correlations)


def _row(measure: str, observed: float, samples: list[pd.Series]) -> dict[str, object]:
    """Grade one index; all of them as if large values were bad."""
    sign = -1.0 if measure == "cfi" else 1.0
    right, *wrong = [sign * each.to_numpy() for each in samples]
    correct = float(np.quantile(right, 0.95))
    limits = [float(np.quantile(each, 0.05)) for each in wrong]
    cutoffs = [limit if limit >= correct else np.nan for limit in limits]
    beyond = [at for at, cutoff in enumerate(cutoffs, start=1) if sign * observed >= cutoff]
    if beyond:
        verdict = f"level_{beyond[-1]}"
    elif sign * observed <= correct:
        verdict = "correct"
    else:
        verdict = "below" if np.isfinite(cutoffs[:1]).all() and cutoffs else "none"
    return {"measure": measure, "observed": observed, "conventional": CONVENTIONAL[measure], "correct": sign * correct,
            **{f"cutoff.{at}": sign * cutoff for at, cutoff in enumerate(cutoffs, start=1)}, "verdict": verdict}


def _answers(fit: SemFit) -> tuple[Check, ...]:
    """Whether the answers are as normal as those of the samples, where a robust estimator tells."""
    factor = float(fit.measures.get("chisq.scaling.factor", np.nan))
    if np.isnan(factor):
        return ()
    return (Check("cutoff_answers", "info", SCALING[0] <= factor <= SCALING[1], {
        "factor": factor, "least": SCALING[0], "most": SCALING[1]}),)


def _graded(table: pd.DataFrame, graded: list) -> Check:
    """Say in one line how far the model is from right, and what the levels leave out."""
    wrong = [f"{row.measure.upper()} {row.observed:.3f}" for row in table.itertuples()
             if str(row.verdict).startswith("level")]
    return Check("fit_cutoffs", "info", not wrong, {
        "indices": wrong or [f"{row.measure.upper()} {row.observed:.3f}" for row in table.itertuples()],
        "added": [f"{one} - {other}" for one, other, _ in graded[-1].added], "levels": len(graded)})
