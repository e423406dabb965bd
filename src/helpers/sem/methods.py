"""Which discrepancy, standard errors and test an estimator's name stands for, and which are not in this version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpers.errors import ModelError


@dataclass(frozen=True, slots=True)
class Method:
    """What an estimator's name stands for.

    Attributes
    ----------
    name : str
    discrepancy : {"ml"}
    se : {"standard", "robust.sem", "robust.huber.white", "robust.cluster"}
    information : {"expected", "observed"}
    test : {"standard", "satorra.bentler", "yuan.bentler.mplus"}
    missing : {"listwise", "fiml"}
    """

    name: str
    discrepancy: str
    se: str
    information: str
    test: str
    missing: str = "listwise"

    @property
    def robust(self) -> bool:
        """Whether standard errors and test allow for answers that are not normal."""
        return self.se != "standard"


METHODS = {
    "ML": Method("ML", "ml", "standard", "expected", "standard"),
    "MLM": Method("MLM", "ml", "robust.sem", "expected", "satorra.bentler"),
    "MLR": Method("MLR", "ml", "robust.huber.white", "observed", "yuan.bentler.mplus"),
}
# Lavaan gives ML these when rows are clustered or weighted; the model-based standard errors would be wrong.
DESIGN = Method("MLR", "ml", "robust.cluster", "observed", "yuan.bentler.mplus")

# Names of what is done about holes; "ml" is lavaan's other name of "fiml".
MISSING = {"listwise": "listwise", "fiml": "fiml", "ml": "fiml"}


def choose(*, estimator: str, missing: str, ordered: Sequence[str], cluster: str | None, weights: str | None,
           effect_coding: bool, from_moments: bool) -> Method:
    """Find the method, or refuse by name.

    Raises
    ------
    ModelError
        ``sem.not_in_this_version`` naming argument and value; ``sem.estimator_design``: clusters or weights with an
        estimator that cannot allow for them; ``sem.estimator_answers``: a robust estimator on printed moments;
        ``sem.fiml_estimator``, ``sem.fiml_answers``: full information with another estimator, or without answers.
    """
    asked = {"ordered": (tuple(ordered), ()), "effect_coding": (effect_coding, False)}
    for name, (value, known) in asked.items():
        if value != known:
            raise ModelError("sem.not_in_this_version", argument=name, value=value)
    if missing not in MISSING:
        raise ModelError("sem.not_in_this_version", argument="missing", value=missing)
    if not isinstance(estimator, str) or estimator.upper() not in METHODS:
        raise ModelError("sem.not_in_this_version", argument="estimator", value=estimator)
    method = METHODS[estimator.upper()]
    if cluster is not None or weights is not None:
        if method.name not in ("ML", "MLR"):
            raise ModelError("sem.estimator_design", estimator=method.name)
        method = DESIGN
    if method.robust and from_moments:
        raise ModelError("sem.estimator_answers", estimator=method.name)
    return method if MISSING[missing] == "listwise" else _full(method, from_moments=from_moments)


def _full(method: Method, *, from_moments: bool) -> Method:
    """Use all answers: errors come from the observed information, the expected one would need holes at random."""
    if method.name not in ("ML", "MLR"):
        raise ModelError("sem.fiml_estimator", estimator=method.name)
    if from_moments:
        raise ModelError("sem.fiml_answers")
    if method.robust:
        raise ModelError("sem.not_in_this_version", argument="missing", value="fiml")
    return replace(method, information="observed", missing="fiml")
