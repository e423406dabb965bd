"""A fit in one sentence: what the front page of a report says of it."""

from __future__ import annotations

from helpers.errors import ModelError
from helpers.sem.fitting.result import SemFit


def fit_in_brief(fit: SemFit) -> dict[str, str | float]:
    """Pick the measures that a sentence about fit names.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    dict
        ``estimator n chisq df cfi rmsea lower upper srmr``; lower and upper are the 90 % limits of RMSEA. Of a
        robust estimator the scaled chi-square and the robust CFI and RMSEA; ``variant`` names the form of the
        indices ("", "scaled", "robust"), so that a sentence can say it.

    Raises
    ------
    ModelError
        ``sem.stopped`` where a *stop* gate failed.
    """
    refuse_stopped(fit)
    names = {"n": "ntotal", "chisq": "chisq", "df": "df", "cfi": "cfi", "rmsea": "rmsea", "lower": "rmsea.ci.lower",
             "upper": "rmsea.ci.upper", "srmr": "srmr"}
    variant = next((form for form in ("robust", "scaled") if f"cfi.{form}" in fit.measures.index), "")
    return {"estimator": fit.engine.method.name, "variant": variant,
            **{short: fit.reported(name) for short, name in names.items()}}


def strongest_path(fit: SemFit) -> dict[str, str | float]:
    """Pick the largest standardized path between two variables of the structural model.

    Parameters
    ----------
    fit : SemFit

    Returns
    -------
    dict
        ``predictor outcome std paths``; ``paths`` is how many there are.

    Raises
    ------
    ModelError
        ``sem.no_paths``, or ``sem.stopped`` where a *stop* gate failed.
    """
    refuse_stopped(fit)
    paths = fit.parameters[fit.parameters["op"] == "~"]
    if paths.empty:
        raise ModelError("sem.no_paths")
    largest = paths.loc[paths["std.all"].abs().idxmax()]
    return {"predictor": largest["rhs"], "outcome": largest["lhs"], "std": float(largest["std.all"]),
            "paths": len(paths)}


def refuse_stopped(fit: SemFit) -> None:
    """Refuse (``sem.stopped``) what must not be read behind a failed *stop*."""
    failed = [check.gate for check in fit.checks if check.severity == "stop" and not check.passed]
    if failed:
        raise ModelError("sem.stopped", gates=failed)
