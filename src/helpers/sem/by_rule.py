"""A model estimated as the declared rules, or the study, want it; the rules' findings travel with the fit."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from helpers.sem.fit import fit
from helpers.sem.result import SemFit
from helpers.sem.treatment import Treatment
from helpers.sem.treatment import treatment as choose_treatment


def fit_by_rule(model: str, data: pd.DataFrame, *, estimator: str = "auto", missing: str = "auto",
                treatment: Treatment | None = None, conf_level: float = 0.95) -> SemFit:
    """Fit a model with the estimator and the missing treatment that the study asks for, or that its answers call for.

    Parameters
    ----------
    model : str
    data : DataFrame, shape (n_respondents, ...)
    estimator, missing : str, default "auto"
        See ``sem.treatment``.
    treatment : Treatment, optional
        Chosen already; the two arguments before it are then not read.
    conf_level : float, default 0.95

    Returns
    -------
    SemFit
        Among its checks those of the treatment, ``estimator_rule`` and ``missing_rule``.

    Raises
    ------
    ModelError, DataError
        As ``fit``.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ .8*a + .7*b + .6*c", n=300, seed=1)
    >>> fit_by_rule("f =~ a + b + c", answers).engine.method.name
    'MLR'
    """
    chosen = treatment or choose_treatment(model, data, estimator=estimator, missing=missing)
    found = fit(model, data, estimator=chosen.estimator, missing=chosen.missing, ordered=chosen.ordered,
                conf_level=conf_level)
    return replace(found, checks=(*found.checks, *chosen.checks))
