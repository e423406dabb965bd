"""Can these variables help where answers are missing? Refuses auxiliaries that cannot, and describes the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from helpers.errors import Check, DataError, ModelError
from helpers.moments import Cases, Patterns, Sample, Saturated, saturated, some_of

# Smallest eigenvalue of the correlations of complete rows below which variables repeat each other.
SINGULAR = 1e-10


def refuse_auxiliaries(auxiliaries: Sequence[str], names: Sequence[str], *, missing: str) -> None:
    """Refuse what cannot be an auxiliary whatever its answers are.

    Parameters
    ----------
    auxiliaries : sequence of str
    names : sequence of str
        Observed variables of the model.
    missing : str
        What is done about missing answers.

    Raises
    ------
    ModelError
        ``sem.auxiliary_missing``: nothing but full information takes them; ``sem.auxiliary_in_model``.

    Examples
    --------
    >>> refuse_auxiliaries(["a"], ["a", "b"], missing="fiml")
    Traceback (most recent call last):
    helpers.errors.ModelError: a is already in the model, which uses its answers; take it out of `auxiliaries`.
    """
    if not auxiliaries:
        return
    if missing != "fiml":
        raise ModelError("sem.auxiliary_missing", auxiliaries=list(auxiliaries), missing=missing)
    if inside := [name for name in auxiliaries if name in names]:
        raise ModelError("sem.auxiliary_in_model", auxiliaries=inside)


def refuse_useless(answers: Cases, auxiliaries: Sequence[str]) -> None:
    """Refuse auxiliaries without an answer, with the same one everywhere, or that repeat other variables.

    Raises
    ------
    DataError
        ``sem.auxiliary_useless``; ``sem.auxiliary_collinear``, looked for in the complete rows.
    """
    for values, label in zip(answers.values, answers.labels, strict=True):
        useless = [name for name in auxiliaries
                   if len(np.unique((own := values[:, answers.names.index(name)])[~np.isnan(own)])) < 2]
        if useless:
            raise DataError("sem.auxiliary_useless", auxiliaries=useless, group=label or "-")
        if auxiliaries and (items := _repeated(values, answers.names)) and set(items) & set(auxiliaries):
            raise _collinear(items, auxiliaries, label or "-")


def saturated_with(patterns: Sequence[Patterns], auxiliaries: Sequence[str]) -> list[Saturated]:
    """Find the moments of every group, the auxiliaries' included.

    Raises
    ------
    DataError
        As ``saturated``; where it is the auxiliaries that leave no estimate, ``sem.auxiliary_collinear`` or
        ``sem.auxiliary_no_saturated``.
    """
    try:
        return [saturated(each) for each in patterns]
    except DataError as error:
        problem = error.problems[0]
        items, group = list(problem.values.get("items", ())), problem.values.get("group", "-")
        if problem.id == "moments.singular" and set(items) & set(auxiliaries):
            raise _collinear(items, auxiliaries, group) from None
        if problem.id != "moments.no_saturated" or not auxiliaries:
            raise
        kept = tuple(name for name in patterns[0].names if name not in auxiliaries)
        for each in patterns:
            saturated(some_of(each, kept))
        raise DataError("sem.auxiliary_no_saturated", auxiliaries=list(auxiliaries), pairs=items, group=group) from None


def _repeated(values: np.ndarray, names: Sequence[str]) -> list[str]:
    """Name variables that follow from each other exactly in the complete rows, where these are enough to tell."""
    whole = values[~np.isnan(values).any(axis=1)]
    if len(whole) <= 2 * len(names) or not (whole.std(axis=0) > 0).all():
        return []
    roots, vectors = np.linalg.eigh(np.corrcoef(whole.T))
    weight = np.abs(vectors[:, 0])
    return [name for name, own in zip(names, weight, strict=True) if own > 0.1 * weight.max()] if (
        roots[0] < SINGULAR) else []


def _collinear(items: Sequence[str], auxiliaries: Sequence[str], group: str) -> DataError:
    return DataError("sem.auxiliary_collinear", auxiliaries=[name for name in items if name in auxiliaries],
                     items=list(items), group=group)


def auxiliaries_check(samples: Sequence[Sample], auxiliaries: Sequence[str], incomplete: Sequence[str], *,
                      beside: int) -> Check:
    """Say which auxiliaries are used, how many moments they add, and what they have to do with the missing answers.

    Parameters
    ----------
    samples : sequence of Sample
        Saturated moments, per group.
    auxiliaries : sequence of str
        The last of the variables.
    incomplete : sequence of str
        Variables of the model with holes; without any, auxiliaries change nothing.
    beside : int
        Respondents who answered auxiliaries only.
    """
    names = samples[0].names
    k, p = len(auxiliaries), len(names) - len(auxiliaries)
    largest, pair = 0.0, "-"
    for sample in samples:
        sd = np.sqrt(np.diag(sample.cov))
        related = np.abs(sample.cov / np.outer(sd, sd))
        for name in incomplete:
            at = names.index(name)
            one = p + int(related[at, p:].argmax())
            if related[at, one] > largest:
                largest, pair = float(related[at, one]), f"{names[one]} - {name}"
    return Check("auxiliaries", "info", bool(incomplete), {
        "auxiliaries": list(auxiliaries), "parameters": len(samples) * (k * p + k * (k + 3) // 2),
        "largest": largest, "pair": pair, "beside": beside})
