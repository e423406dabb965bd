r"""Which axes make the pattern simplest? Gradient projection, from many starts at once.

Orthogonal: :math:`L = A T` with :math:`T'T = I`. Oblique: :math:`L = A (T')^{-1}` with the columns of T of length one
and factor correlations :math:`\Phi = T'T`. Each step goes against the gradient and is projected back; the B starts are
rotated together, each with its own step length.

References
----------
Jennrich, R. I. (2001). A simple general procedure for orthogonal rotation. Psychometrika, 66, 289-306. Jennrich, R. I.
(2002). A simple general method for oblique rotation. Psychometrika, 67, 7-19. Bernaards & Jennrich (2005). Gradient
projection algorithms and software for arbitrary rotation criteria in factor analysis. Educational and Psychological
Measurement, 65, 676-696. Hendrickson & White (1964). Promax. British Journal of Statistical Psychology, 17, 65-70.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.errors import ModelError
from helpers.measurement.dimensionality import rotation_criteria as criteria

# Length of the projected gradient at which a start has arrived. Loadings are then right to about the seventh digit.
ARRIVED = 1e-8
# Length at which a start that rounding keeps from going on counts as arrived; others have failed.
NEAR = 1e-5
STEPS, HALVINGS = 1000, 16
# Starts whose criterion differs by less reached the same minimum.
SAME = 1e-6
# Power of the loadings in promax's target (Hendrickson & White, 1964).
POWER = 4
ROTATIONS = ("none", "varimax", "promax", "oblimin", "geomin")


@dataclass(frozen=True, slots=True, eq=False)
class Rotation:
    """Rotated loadings.

    Attributes
    ----------
    loadings : ndarray, shape (p, m)
        Pattern.
    correlations : ndarray, shape (m, m)
        Of the factors.
    starts, reached : int
        Random starts, and how many of them reached the lowest value of the criterion.
    minima : int
        Different local minima among those that arrived.
    converged : bool
        Of the start that was lowest.
    """

    loadings: np.ndarray
    correlations: np.ndarray
    starts: int = 1
    reached: int = 1
    minima: int = 1
    converged: bool = True


def rotate(loadings: np.ndarray, rotation: str = "oblimin", *, starts: int = 30, seed: int = 1) -> Rotation:
    """Rotate unrotated loadings.

    Parameters
    ----------
    loadings : ndarray, shape (p, m)
    rotation : {"none", "varimax", "promax", "oblimin", "geomin"}
        "varimax" and "promax" weigh all items alike (Kaiser's normalization), the others do not; "oblimin" is direct
        quartimin (gamma 0).
    starts : int, default 30
        The unrotated axes and random ones; the lowest value of the criterion is kept.
    seed : int, default 1

    Returns
    -------
    Rotation

    Raises
    ------
    ModelError
        If there is no such rotation.

    Examples
    --------
    >>> simple = np.array([[0.8, 0], [0.7, 0], [0, 0.6], [0, 0.9]])
    >>> turned = simple @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    >>> found = rotate(turned, "varimax").loadings
    >>> np.abs(found[np.ix_([0, 1, 2, 3], np.argsort(-np.abs(found[0])))]).round(3).tolist()
    [[0.8, 0.0], [0.7, 0.0], [0.0, 0.6], [0.0, 0.9]]
    """
    if rotation not in ROTATIONS:
        raise ModelError("measurement.unknown_rotation", rotation=rotation, known=list(ROTATIONS))
    factors = loadings.shape[1]
    if rotation == "none" or factors == 1:
        return Rotation(loadings, np.eye(factors))
    begin = _starts(factors, starts, np.random.default_rng(seed))
    if rotation in ("varimax", "promax"):
        length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
        found = _lowest(loadings / length, begin, criteria.varimax, oblique=False)
        found = Rotation(found.loadings * length, found.correlations, starts, found.reached, found.minima,
                         found.converged)
        return found if rotation == "varimax" else _promax(found)
    criterion = criteria.quartimin if rotation == "oblimin" else criteria.geomin
    return _lowest(loadings, begin, criterion, oblique=True)


def _starts(factors: int, starts: int, random: np.random.Generator) -> np.ndarray:
    """Give the unrotated axes and random orthogonal ones, shape (starts, m, m)."""
    drawn, triangles = np.linalg.qr(random.standard_normal((max(starts, 1), factors, factors)))
    drawn *= np.sign(np.einsum("bii->bi", triangles))[:, None]  # uniform over the orthogonal matrices
    drawn[0] = np.eye(factors)
    return drawn


def _lowest(loadings: np.ndarray, begin: np.ndarray, criterion: criteria.Criterion, *, oblique: bool) -> Rotation:
    axes, values, arrived = _projected(loadings, begin, criterion, oblique=oblique)
    best = int(np.argmin(np.where(arrived, values, values + 1e3 * (arrived.any()))))
    distinct = np.sort(values[arrived]) if arrived.any() else values[[best]]
    return Rotation(
        _turned(loadings, axes[[best]], oblique=oblique)[0], axes[best].T @ axes[best], len(begin),
        int((np.abs(values - values[best]) < SAME).sum()), 1 + int((np.diff(distinct) > SAME).sum()),
        bool(arrived[best]))


def _projected(loadings: np.ndarray, axes: np.ndarray, criterion: criteria.Criterion, *,
               oblique: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Go downhill from every start; those that have arrived leave the work."""
    axes, arrived, waiting = axes.copy(), np.zeros(len(axes), dtype=bool), np.ones(len(axes), dtype=bool)
    values, slopes = _at(loadings, axes, criterion, oblique=oblique)
    length = np.ones(len(axes))
    for _ in range(STEPS):
        going = np.flatnonzero(waiting)
        down = _tangent(axes[going], slopes[going], oblique=oblique)
        steep = np.sqrt((down**2).sum(axis=(1, 2)))
        arrived[going[steep < ARRIVED]], waiting[going[steep < ARRIVED]] = True, False
        going, down, steep = (part[steep >= ARRIVED] for part in (going, down, steep))
        if not len(going):
            break
        length[going] *= 2
        for _ in range(HALVINGS):
            there = _back(axes[going] - length[going, None, None] * down, oblique=oblique)
            reached, slope = _at(loadings, there, criterion, oblique=oblique)
            # The last digits of the criterion are rounding; near the minimum they must not stop the search.
            rounding = 1e-15 * np.abs(values[going])
            lower = reached < values[going] - 0.5 * steep**2 * length[going] + rounding
            moved = going[lower]
            axes[moved], values[moved], slopes[moved] = there[lower], reached[lower], slope[lower]
            going, down, steep = (part[~lower] for part in (going, down, steep))
            if not len(going):
                break
            length[going] /= 2
        arrived[going[steep < NEAR]], waiting[going] = True, False
    return axes, values, arrived


def _turned(loadings: np.ndarray, axes: np.ndarray, *, oblique: bool) -> np.ndarray:
    return loadings @ (np.linalg.inv(axes).swapaxes(1, 2) if oblique else axes)


def _at(loadings: np.ndarray, axes: np.ndarray, criterion: criteria.Criterion, *,
        oblique: bool) -> tuple[np.ndarray, np.ndarray]:
    """Value of the criterion, and its gradient in the axes."""
    if not oblique:
        values, slopes = criterion(loadings @ axes)
        return values, loadings.T @ slopes
    inverse = np.linalg.inv(axes)
    turned = loadings @ inverse.swapaxes(1, 2)
    values, slopes = criterion(turned)
    return values, -(turned.swapaxes(1, 2) @ slopes @ inverse).swapaxes(1, 2)


def _tangent(axes: np.ndarray, slopes: np.ndarray, *, oblique: bool) -> np.ndarray:
    """Leave of the gradient what does not change the lengths (oblique) or the angles (orthogonal) of the axes."""
    if oblique:
        return slopes - axes * (axes * slopes).sum(axis=1, keepdims=True)
    crossed = axes.swapaxes(1, 2) @ slopes
    return slopes - axes @ (crossed + crossed.swapaxes(1, 2)) / 2


def _back(axes: np.ndarray, *, oblique: bool) -> np.ndarray:
    """Project to the nearest axes of length one (oblique), or to the nearest orthogonal ones."""
    if oblique:
        return axes / np.sqrt((axes**2).sum(axis=1, keepdims=True))
    left, _, right = np.linalg.svd(axes)
    return left @ right


def _promax(simple: Rotation) -> Rotation:
    """Turn varimax's axes so that they fit its own loadings raised to a power, signs kept."""
    target = simple.loadings * np.abs(simple.loadings)**(POWER - 1)
    turn = np.linalg.lstsq(simple.loadings, target, rcond=None)[0]
    turn *= np.sqrt(np.diag(np.linalg.inv(turn.T @ turn)))  # factors of variance one
    correlations = np.linalg.inv(turn.T @ turn)
    return Rotation(simple.loadings @ turn, correlations, simple.starts, simple.reached, simple.minima,
                    simple.converged)
