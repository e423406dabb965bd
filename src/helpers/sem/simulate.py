"""Data from a population that the author chose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import ModelError
from helpers.sem.implied import imply
from helpers.sem.specify import specify
from helpers.syntax import Row


def simulate(model: str, *, n: int | Sequence[int], seed: int) -> pd.DataFrame:
    """Draw normal answers from a population model.

    Parameters
    ----------
    model : str
        Every loading, path and written (co)variance or intercept has a value; ``c(0.5, 0.7)*x`` per group. What is
        not written: a first loading is 1, a (residual) variance 1, a single indicator has no residual, covariances
        and intercepts are 0.
    n : int, or one per group
    seed : int

    Returns
    -------
    DataFrame, shape (n, p)
        The observed variables in the order of the model, and ``group`` (1, 2, ...) where the model has several.

    Raises
    ------
    ModelError
        A parameter without a value, an implied covariance matrix that is not positive definite, n not fitting.

    Examples
    --------
    >>> answers = simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", n=500, seed=1)
    >>> answers.shape
    (500, 3)
    """
    written = syntax.parse(model)
    groups = max(each.modifiers.groups for each in written.relations)
    sizes = [n] * groups if isinstance(n, int | np.integer) else list(n)
    if len(sizes) != groups or min(sizes) < 1:
        raise ModelError("sem.simulate_n", found=sizes, groups=groups)
    table = syntax.complete(written, groups=groups, meanstructure=True, fixed_x=False)
    if unsaid := [row.shown for row in table.rows if row.free and row.line]:
        raise ModelError("sem.population_values", parameters=list(dict.fromkeys(unsaid)))
    structure = specify(replace(table, rows=tuple(replace(row, value=_default(row)) for row in table.rows)), [])
    generator = np.random.default_rng(seed)
    parts = []
    for group, size in enumerate(sizes):
        implied = imply(structure.layout, structure.c[structure.part(group)])
        root = None if implied is None else _root(implied.sigma)
        if root is None:
            raise ModelError("sem.population", group=group + 1)
        part = pd.DataFrame(implied.mu + generator.standard_normal((size, len(root))) @ root.T,
                            columns=list(table.observed))
        if groups > 1:
            part["group"] = group + 1
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _default(row: Row) -> float:
    if not math.isnan(row.value):
        return row.value
    return 1.0 if row.op == "~~" and row.lhs == row.rhs else 0.0


def _root(sigma: np.ndarray) -> np.ndarray | None:
    try:
        return np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return None
