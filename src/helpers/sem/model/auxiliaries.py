r"""Saturated correlates: variables outside the model that say something about the answers that are missing.

An auxiliary variable a covaries freely with every other auxiliary and with whatever the model leaves of each observed
variable y (the residual of an indicator or an outcome, an exogenous predictor itself), so that

.. math:: \Sigma = \begin{pmatrix} \Sigma_{yy}(\theta) & \Sigma_{ya} \\ \Sigma_{ay} & \Sigma_{aa} \end{pmatrix}

with all moments of a free: the model says no more and no less than without it, and has the same degrees of freedom.
The rows of the auxiliaries stand behind those of the model in each group; no table of results shows them.

References
----------
Graham (2003). Adding missing-data-relevant variables to FIML-based structural equation models. Structural Equation
Modeling, 10, 80-100. Enders (2010). Applied Missing Data Analysis, ch. 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from helpers.moments import Sample
from helpers.sem.model.implied import Layout, imply
from helpers.sem.model.specify import Structure, specify
from helpers.syntax import Row, Table


def with_auxiliaries(table: Table, names: Sequence[str]) -> Table:
    """Add the moments of the auxiliaries, all free, behind the rows of each group; the table itself without any.

    Examples
    --------
    >>> from helpers.syntax import complete, parse
    >>> table = with_auxiliaries(complete(parse("f =~ x1 + x2 + x3"), meanstructure=True), ("z",))
    >>> [row.shown for row in table.rows if row.lhs == "z"]
    ['z ~1', 'z ~~ z', 'z ~~ x1', 'z ~~ x2', 'z ~~ x3']
    """
    if not names:
        return table
    rows, each = [], len(table.rows) // table.groups
    for group in range(table.groups):
        rows += table.rows[group * each: (group + 1) * each]
        for at, name in enumerate(names):
            others = (name, *table.observed, *names[:at])
            rows += [Row(name, "~1", "", group + 1), *(Row(name, "~~", other, group + 1) for other in others)]
    return replace(table, rows=tuple(rows), auxiliaries=tuple(names))


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """What of a structure with auxiliaries is the model's.

    Attributes
    ----------
    structure : Structure
        Of the model alone.
    samples : list of Sample
        Its observed variables.
    rows : ndarray of int, shape (r,)
        Places of its rows.
    """

    structure: Structure
    samples: list[Sample]
    rows: np.ndarray


def own_part(structure: Structure, table: Table, samples: list[Sample]) -> Own:
    """Find the model within a structure.

    Parameters
    ----------
    structure : Structure
        Of ``with_auxiliaries(table, ...)``.
    table : Table
        The model's.
    samples : list of Sample
        With the auxiliaries.
    """
    if structure.table is table:
        return Own(structure, samples, np.arange(len(table.rows)))
    alone = [sample.subset(table.observed) for sample in samples]
    rows = own_rows(structure)
    k = structure.k[rows]
    return Own(replace(specify(table, alone), k=k[:, k.any(axis=0)], c=structure.c[rows]), alone, rows)


def own_rows(structure: Structure) -> np.ndarray:
    """Places of the rows that are not those of auxiliaries."""
    beside = set(structure.table.auxiliaries)
    return np.array([at for at, row in enumerate(structure.table.rows) if row.lhs not in beside], dtype=int)


def filled(structure: Structure, samples: list[Sample], x: np.ndarray) -> np.ndarray:
    r"""Let the auxiliaries go with a model as they go with the samples: its parameters x, shape (q,), theirs replaced.

    The regression of a on y is that of the sample, so the joint matrix is positive definite where that of y is, and of
    complete answers it is the best there is:

    .. math:: \Sigma_{ay} = B \Sigma_{yy}, \quad \Sigma_{aa} = R + B \Sigma_{yy} B', \quad
              \mu_a = m_a + B (\mu_y - m_y)
    """
    if not structure.table.auxiliaries:
        return x
    own, x = own_rows(structure), x.copy()
    for group, sample in enumerate(samples):
        part = structure.part(group)
        values = structure.k[part] @ x + structure.c[part]
        beside = np.ones(len(values), dtype=bool)
        beside[own[(own >= part.start) & (own < part.stop)] - part.start] = False
        wanted = _moments_beside(structure.layout, np.where(beside, 0.0, values), sample,
                                 len(structure.table.model.observed))
        if wanted is None:
            continue
        cov, mean = wanted
        at = {name: place for place, name in enumerate(sample.names)}
        for place in np.flatnonzero(beside):
            row = structure.table.rows[part.start + place]
            value = mean[at[row.lhs]] if row.op == "~1" else cov[at[row.lhs], at[row.rhs]]
            column = int(np.abs(structure.k[part.start + place]).argmax())
            x[column] = value / structure.k[part.start + place, column]
    return x


def _moments_beside(layout: Layout, values: np.ndarray, sample: Sample, p: int) -> tuple[np.ndarray, np.ndarray] | None:
    implied = imply(layout, values)
    if implied is None:
        return None
    inside, cov, mean = implied.sigma[:p, :p], sample.cov.copy(), sample.mean.copy()
    slopes = np.linalg.solve(cov[:p, :p], cov[:p, p:]).T
    left = cov[p:, p:] - slopes @ cov[:p, p:]
    cov[p:, :p] = slopes @ inside
    cov[:p, p:], cov[p:, p:] = cov[p:, :p].T, left + slopes @ inside @ slopes.T
    mean[p:] += slopes @ (implied.mu[:p] - mean[:p])
    return cov, mean
