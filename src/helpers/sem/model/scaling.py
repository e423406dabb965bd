"""Items of any width: estimation sees every item with a standard deviation near one.

Divisors are powers of two, so bringing the estimates back loses no digit. The latent scale follows the marker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.moments import Sample
from helpers.sem.model.specify import Structure
from helpers.syntax import Row


@dataclass(frozen=True, slots=True, eq=False)
class Scaled:
    """The same model on scaled items.

    Attributes
    ----------
    structure : Structure
        With k and c for the scaled parameters.
    samples : list of Sample
    basic : ndarray, shape (q,)
        Multiply the scaled basic parameters by this to have the original ones.
    rows : ndarray, shape (r,)
        The same for the rows of the table.
    width : ndarray, shape (p,)
        Divisors of the items.
    """

    structure: Structure
    samples: list[Sample]
    basic: np.ndarray
    rows: np.ndarray
    width: np.ndarray


def scale(structure: Structure, samples: list[Sample]) -> Scaled:
    """Divide every item by a power of two near its standard deviation, pooled over groups."""
    weights = np.array([sample.n for sample in samples], dtype=float)
    variances = sum(w * np.diag(sample.cov) for w, sample in zip(weights, samples, strict=True)) / weights.sum()
    width = 2.0 ** np.round(0.5 * np.log2(variances))
    table = structure.table
    of = dict(zip(samples[0].names, width, strict=True)) | _latent_widths(structure, samples[0].names, width)
    rows = np.array([_row_scale(row, of) for row in table.rows])
    k = structure.k / rows[:, None]
    chosen = np.abs(structure.k).argmax(axis=0)
    basic = rows[chosen] if k.size else np.ones(0)
    scaled = [replace(sample, cov=sample.cov / np.outer(width, width),
                      mean=None if sample.mean is None else sample.mean / width) for sample in samples]
    return Scaled(replace(structure, k=k * basic, c=structure.c / rows), scaled, basic, rows, width)


def _latent_widths(structure: Structure, names: tuple[str, ...], width: np.ndarray) -> dict[str, float]:
    """Give a latent variable the width of its marker, or of its first item where all of them give it a scale."""
    of = dict(zip(names, width, strict=True))
    markers = {row.lhs: row for row in reversed(structure.table.rows)
               if row.op == "=~" and row.value and not np.isnan(row.value)}
    latents = structure.table.latents
    unit = {row.lhs for row in structure.table.rows if (row.op, row.lhs) == ("~~", row.rhs) and row.value > 0}
    for row in structure.table.rows:  # neither marker nor variance: all items together give the scale
        if row.op == "=~" and row.lhs not in unit:
            markers.setdefault(row.lhs, row)
    for _ in latents:  # a construct of constructs waits for its parts
        for latent in latents:
            marker = markers.get(latent)
            if marker is not None and latent not in of and (marker.rhs in of):
                of[latent] = of[marker.rhs]
    return {latent: of.get(latent, 1.0) for latent in latents}


def _row_scale(row: Row, of: dict[str, float]) -> float:
    if row.op == "=~":
        return of[row.rhs] / of[row.lhs]
    if row.op == "~":
        return of[row.lhs] / of[row.rhs]
    if row.op == "~*~":
        return 1.0
    return of[row.lhs] if row.op in ("~1", "|") else of[row.lhs] * of[row.rhs]
