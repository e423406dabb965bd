"""The moments of one group as the estimation uses them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.errors import DataError

# Smallest eigenvalue of a correlation matrix below which its items repeat each other to the precision of the data.
SINGULAR = 1e-10
# Below this no rounding explains it: no answers can have such covariances.
IMPOSSIBLE = -1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Moments of one group.

    Attributes
    ----------
    names : tuple of str
        The p variables.
    n : int or float
        Respondents behind the moments; not whole where a meta-analysis gives a harmonic mean.
    cov : ndarray, shape (p, p)
        Covariances with divisor n.
    mean : ndarray, shape (p,) or None
        None where only covariances were given.
    group : str
        Its label; "" when there is one group.
    """

    names: tuple[str, ...]
    n: float
    cov: np.ndarray
    mean: np.ndarray | None
    group: str = ""

    def subset(self, names: tuple[str, ...]) -> Sample:
        """See the same group through some of its variables, in the order asked for."""
        at = [self.names.index(name) for name in names]
        mean = None if self.mean is None else self.mean[at]
        return Sample(names, self.n, self.cov[np.ix_(at, at)], mean, self.group)

    def table(self) -> pd.DataFrame:
        """Covariances (divisor n), means, standard deviations (divisor n - 1) and n, one row per variable."""
        shown = pd.DataFrame(self.cov, index=list(self.names), columns=list(self.names))
        shown.insert(0, "n", self.n)
        shown.insert(1, "mean", np.nan if self.mean is None else self.mean)
        shown.insert(2, "sd", np.sqrt(np.diag(self.cov) * self.n / (self.n - 1)))
        return shown.rename_axis("item")


def checked(sample: Sample) -> Sample:
    """Refuse moments that no model can be fitted to.

    Raises
    ------
    DataError
        Fewer respondents than variables, constant variables, variables that repeat each other, covariances that no
        answers can have.
    """
    where = {"group": sample.group or "-"}
    spread = np.diag(sample.cov)
    if sample.n <= len(sample.names):
        raise DataError("moments.too_few", n=sample.n, variables=len(sample.names), **where)
    if constant := [name for name, variance in zip(sample.names, spread, strict=True) if not variance > 0]:
        raise DataError("moments.constant", items=constant, **where)
    sd = np.sqrt(spread)
    roots, vectors = np.linalg.eigh(sample.cov / np.outer(sd, sd))
    if roots[0] < SINGULAR:
        involved = np.abs(vectors[:, 0])
        names = [name for name, weight in zip(sample.names, involved, strict=True) if weight > 0.1 * involved.max()]
        id = "moments.not_positive_definite" if roots[0] < IMPOSSIBLE else "moments.singular"
        raise DataError(id, items=names, eigenvalue=float(roots[0]), **where)
    return sample
