r"""Means and covariances of answers with holes, by maximum likelihood: the EM algorithm, accelerated.

EM climbs steadily, but by a constant share of what is left, which is the share of the missing information. Each step
here combines the last few so that what EM would still change is smallest (Anderson's mixing); where that would leave
the positive definite matrices or lower the likelihood, EM's own step is taken.

Where some variables are to be uncorrelated while others go freely with them, each step keeps the regression of the
others on these; such matrices are a linear space, so that steps can be combined there too.

References
----------
Dempster, Laird & Rubin (1977). Journal of the Royal Statistical Society B, 39, 1-38. Enders (2010). Applied Missing
Data Analysis, ch. 4. Walker & Ni (2011). SIAM Journal on Numerical Analysis, 49, 1715-1735.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.errors import DataError
from helpers.moments.expectation import Expected, expect, inverted
from helpers.moments.patterns import Patterns
from helpers.moments.sample import Sample, checked

# Of the largest change that EM would still make, in standard deviations; rounding allows about 1e-14.
TARGET, ACCEPTED = 1e-12, 1e-8
STEPS, MEMORY = 3000, 6


@dataclass(frozen=True, slots=True, eq=False)
class Saturated:
    """Maximum likelihood estimates of one group's moments.

    Attributes
    ----------
    sample : Sample
        In the units of the patterns.
    deviance : float
        Minus twice the log-likelihood at them, without the constant of ``Expected.deviance``.
    steps : int
    """

    sample: Sample
    deviance: float
    steps: int


def saturated(patterns: Patterns, *, together: np.ndarray | None = None) -> Saturated:
    """Find means and covariances.

    Parameters
    ----------
    patterns : Patterns
    together : ndarray of bool, shape (k, k), optional
        Of the first k variables, those that may be correlated; everything else is free. It has to be blocks (in some
        order), as uncorrelated variables beside a correlated set are.

    Raises
    ------
    DataError
        ``moments.no_saturated``: the likelihood has no maximum among positive definite matrices, because too few
        answered some variables together; ``moments.singular``: variables repeat each other.

    Examples
    --------
    >>> from helpers.moments.patterns import sort
    >>> answers = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [5.0, 4.0], [9.0, np.nan]])
    >>> saturated(sort(answers, ("a", "b"))).sample.mean.round(3)
    array([4.   , 3.571])
    """
    mean, spread = _available(patterns)
    width = 2.0 ** np.round(np.log2(spread))
    own = patterns.rescaled(width)
    # centring changes nothing but the digits that large means cost
    shifted = _shifted(own, mean / width)
    mu, sigma, found, steps, left = _climb(shifted, np.zeros(len(width)), np.diag((spread / width) ** 2), together)
    sample = Sample(patterns.names, patterns.n, sigma * np.outer(width, width), mean + mu * width, patterns.group)
    if left > ACCEPTED:
        raise DataError("moments.no_saturated", group=patterns.group or "-", items=_thin(patterns))
    n = patterns.n
    whole = float(round(n)) if abs(n - round(n)) < 1e-9 * max(n, 1.0) else n
    sample = Sample(sample.names, int(whole) if whole == int(whole) else whole, sample.cov, sample.mean, sample.group)
    return Saturated(checked(sample), found.deviance + 2 * float(patterns.answered @ np.log(width)), steps)


def _available(patterns: Patterns) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard deviations of the answers that are there."""
    here = (~patterns.missing[patterns.of_row]).astype(float)
    answered = patterns.answered
    mean = patterns.b @ patterns.x / answered
    away = (patterns.x - patterns.b[:, None] * mean) * here
    return mean, np.sqrt((away**2).sum(axis=0) / answered)


def _shifted(patterns: Patterns, by: np.ndarray) -> Patterns:
    from dataclasses import replace

    return replace(patterns, x=np.where(patterns.missing[patterns.of_row], 0.0, patterns.x - patterns.b[:, None] * by))


def _climb(patterns: Patterns, mu: np.ndarray, sigma: np.ndarray, together: np.ndarray | None) -> tuple:
    """Iterate; returns means, covariances, what they imply, steps taken, and what EM would still change."""
    p = len(mu)
    lower = np.tril_indices(p)
    x = np.concatenate([mu, sigma[lower]])
    found = _at(patterns, x, lower)
    best, history = (x, found, np.inf), []
    for steps in range(1, STEPS + 1):
        cov = _held(found.second - np.outer(found.away, found.away), together)
        after = np.concatenate([x[:p] + found.away, cov[lower]])
        left = after - x
        size = float(np.abs(left).max())
        if size < best[2]:
            best = x, found, size
        if size < TARGET or (size < 1e-10 and steps > 50 and size >= best[2] and len(history) >= MEMORY):
            break
        history = [*history[-MEMORY:], (x, left)]
        mixed = _mixed(after, left, history)
        tried = _at(patterns, mixed, lower)
        if tried is None or tried.deviance > found.deviance + 1e-9 * abs(found.deviance):
            history, mixed = [], after
            tried = _at(patterns, after, lower)
        if tried is None:
            break
        x, found = mixed, tried
    x, found, size = best
    return x[:p], _matrix(x, lower), found, steps, size


def _held(cov: np.ndarray, together: np.ndarray | None) -> np.ndarray:
    """Best covariances of complete answers when some pairs of the first variables are uncorrelated."""
    if together is None:
        return cov
    k = len(together)
    inside = np.where(together, cov[:k, :k], 0.0)
    slopes = np.linalg.solve(cov[:k, :k], cov[:k, k:]).T
    across = slopes @ inside
    left = cov[k:, k:] - slopes @ cov[:k, k:]
    return np.block([[inside, across.T], [across, left + across @ slopes.T]])


def _at(patterns: Patterns, x: np.ndarray, lower: tuple) -> Expected | None:
    p = len(patterns.names)
    inverse, logdet = inverted(_matrix(x, lower))
    if inverse is None:
        return None
    try:
        return expect(patterns, x[:p], inverse, logdet)
    except np.linalg.LinAlgError:
        return None


def _matrix(x: np.ndarray, lower: tuple) -> np.ndarray:
    p = int(lower[0][-1]) + 1
    sigma = np.zeros((p, p))
    sigma[lower] = x[p:]
    sigma.T[lower] = x[p:]
    return sigma


def _mixed(after: np.ndarray, left: np.ndarray, history: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Combine the last steps so that what is left is smallest."""
    if len(history) < 2:
        return after
    moves = np.array([(later[0] + later[1]) - (x + r) for later, (x, r) in zip(history[1:], history, strict=False)])
    changes = np.array([later[1] - r for later, (_, r) in zip(history[1:], history, strict=False)])
    weights = np.linalg.lstsq(changes.T, left, rcond=1e-10)[0]
    return after - weights @ moves


def _thin(patterns: Patterns) -> list[str]:
    """Name the pairs that fewest answered together."""
    one, two = np.tril_indices(len(patterns.names), -1)
    coverage = patterns.coverage[one, two]
    return [f"{patterns.names[two[at]]} - {patterns.names[one[at]]} ({coverage[at]:.3f})"
            for at in np.argsort(coverage)[:5]]
