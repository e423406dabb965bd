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
    discrepancy : {"ml", "gls", "uls", "dwls", "uls.ordinal"}
    se : {"standard", "robust.sem", "robust.huber.white", "robust.cluster"}
    information : {"expected", "observed"}
    test : {"standard", "satorra.bentler", "yuan.bentler.mplus", "scaled.shifted"}
    missing : {"listwise", "fiml", "pairwise"}
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

    @property
    def squares(self) -> bool:
        """Whether covariances of continuous variables are fitted by least squares."""
        return self.discrepancy in ("gls", "uls")

    @property
    def categorical(self) -> bool:
        """Whether moments behind ordinal items are fitted."""
        return self.discrepancy in ("dwls", "uls.ordinal")


METHODS = {
    "ML": Method("ML", "ml", "standard", "expected", "standard"),
    "MLM": Method("MLM", "ml", "robust.sem", "expected", "satorra.bentler"),
    "MLR": Method("MLR", "ml", "robust.huber.white", "observed", "yuan.bentler.mplus"),
    "GLS": Method("GLS", "gls", "standard", "expected", "standard"),
    "ULS": Method("ULS", "uls", "standard", "expected", "standard"),
}
ORDINAL = {
    "WLSMV": Method("WLSMV", "dwls", "robust.sem", "expected", "scaled.shifted"),
    "DWLS": Method("DWLS", "dwls", "standard", "expected", "standard"),
    "ULSMV": Method("ULSMV", "uls.ordinal", "robust.sem", "expected", "scaled.shifted"),
    "ULS": Method("ULS", "uls.ordinal", "standard", "expected", "standard"),
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
        ``sem.ordered_estimator``, ``sem.ordered_missing``, ``sem.ordered_needed``, ``sem.ordered_with``: ordinal items
        with what takes answers as continuous, and the other way round.
    """
    if ordered or (isinstance(estimator, str) and estimator.upper() in ORDINAL and estimator.upper() != "ULS"):
        return _ordinal(estimator, missing, ordered, {"cluster": cluster, "weights": weights,
                                                      "effect_coding": effect_coding or None,
                                                      "moments": True if from_moments else None})
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
    return replace(method, information="observed", missing="fiml")


def _ordinal(estimator: str, missing: str, ordered: Sequence[str], beside: dict[str, object]) -> Method:
    if not isinstance(estimator, str) or estimator.upper() not in ORDINAL:
        raise ModelError("sem.ordered_estimator", estimator=estimator)
    method = ORDINAL[estimator.upper()]
    if not ordered:
        raise ModelError("sem.ordered_needed", estimator=method.name)
    if missing not in ("listwise", "pairwise"):
        raise ModelError("sem.ordered_missing", found=missing, estimator=method.name)
    if asked := [name for name, value in beside.items() if value is not None]:
        raise ModelError("sem.ordered_with", arguments=asked, estimator=method.name)
    return replace(method, missing=missing)
