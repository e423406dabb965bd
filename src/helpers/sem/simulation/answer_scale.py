"""Places continuous answers on a rating scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.errors import ModelError
from helpers.sem.simulation.nonnormal import bent
from helpers.sem.simulation.population import Population

# Rhemtulla, Brosseau-Liard & Savalei (2012), Psychological Methods, 17, 354-373: symmetrical thresholds cut 2.5
# standard deviations on both sides of the mean into steps of one width.
REACH = 2.5
FINE = 200_001  # places at which a distribution is tabulated to find its quantiles
SUM = 1e-8  # by which proportions may miss 1

Cut = int | Sequence[float]


def cuts(of: Population, cubics: np.ndarray | None, *, thresholds: Cut | Mapping[str, Cut] | None,
         proportions: Sequence[float] | Mapping[str, Sequence[float]] | None) -> dict[str, np.ndarray]:
    """Find each rated item's thresholds, in the item's own units.

    Parameters
    ----------
    of : Population
    cubics : ndarray, shape (4, p), optional
        Of the items' distributions; None: normal.
    thresholds, proportions
        See ``simulate``.

    Returns
    -------
    dict of item to ndarray, rising

    Raises
    ------
    ModelError
        ``sem.simulate_unknown``, ``sem.simulate_thresholds``, ``sem.simulate_proportions``, ``sem.simulate_twice``.
    """
    asked, shares = per_item(of, thresholds, "thresholds"), per_item(of, proportions, "proportions")
    if both := [name for name in asked if name in shares]:
        raise ModelError("sem.simulate_twice", items=both)
    found = {}
    for at, name in enumerate(of.names):
        mean, sd = of.implied[0].mu[at], of.sds[at]
        if name in asked:
            found[name] = _thresholds(asked[name], name, mean, sd)
        elif name in shares:
            found[name] = mean + sd * _quantiles(shares[name], name, None if cubics is None else cubics[:, at])
    return found


def per_item(of: Population, asked: object, argument: str) -> dict[str, object]:
    """Spread one value over every item, or check the names of a mapping.

    Raises
    ------
    ModelError
        ``sem.simulate_unknown``
    """
    if asked is None:
        return {}
    if not isinstance(asked, Mapping):
        return dict.fromkeys(of.names, asked)
    if unknown := [str(name) for name in asked if name not in of.names]:
        raise ModelError("sem.simulate_unknown", argument=argument, found=unknown, known=list(of.names))
    return dict(asked)


def rated(values: np.ndarray, names: tuple[str, ...], thresholds: dict[str, np.ndarray]) -> np.ndarray:
    """Replace answers, shape (n, p), by their categories 1, 2, ... where an item has thresholds."""
    found = values.copy()
    for at, name in enumerate(names):
        if name in thresholds:
            found[:, at] = np.searchsorted(thresholds[name], values[:, at]) + 1.0
    return found


def _thresholds(asked: object, item: str, mean: float, sd: float) -> np.ndarray:
    if isinstance(asked, int | np.integer) and not isinstance(asked, bool):
        if asked < 2:
            raise ModelError("sem.simulate_thresholds", item=item, found=asked)
        return mean + sd * np.linspace(-REACH, REACH, asked + 1)[1:-1]
    values = _numbers(asked)
    if values is None or not values.size or not (np.diff(values) > 0).all():
        raise ModelError("sem.simulate_thresholds", item=item, found=asked)
    return values


def _quantiles(asked: object, item: str, cubic: np.ndarray | None) -> np.ndarray:
    shares = _numbers(asked)
    if shares is None or len(shares) < 2 or (shares <= 0).any() or abs(shares.sum() - 1) > SUM:
        raise ModelError("sem.simulate_proportions", item=item, found=asked)
    from scipy.special import ndtri

    below = np.cumsum(shares)[:-1]
    if cubic is None:
        return ndtri(below)
    # The cubic need not rise everywhere, so that its quantiles are those of its values at equally likely places.
    values = bent(cubic[:, None], ndtri((np.arange(FINE) + 0.5) / FINE)[:, None])[:, 0]
    return np.quantile(values, below)


def _numbers(asked: object) -> np.ndarray | None:
    try:
        values = np.asarray(asked, dtype=float)
    except (TypeError, ValueError):
        return None
    return values if values.ndim == 1 and np.isfinite(values).all() else None
