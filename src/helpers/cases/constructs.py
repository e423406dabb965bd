"""Whether the groups differ in the constructs themselves: invariance by every grouping, then latent means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from helpers import sem
from helpers.cases.samples import levels_of, refuse_repeated
from helpers.errors import DataError, ModelError


def invariance(scores: pd.DataFrame, model: str, groups: pd.DataFrame, *,
               respondents: Sequence[int] | np.ndarray | None = None, estimator: str = "MLR") -> pd.DataFrame:
    """Test invariance of a measurement model over every grouping variable.

    Parameters
    ----------
    scores : DataFrame, shape (n_respondents, n_items)
    model : str
        Its first-order constructs and their items are tested; paths and second-order constructs do not matter here.
    groups : DataFrame, shape (n_respondents, n_groupings)
    respondents : sequence of length n_respondents, optional
        Whose answers each row holds; refused when somebody appears twice.
    estimator : {"MLR", "MLM", "ML"}

    Returns
    -------
    DataFrame
        ``grouping`` and the columns of `helpers.sem.invariance`, ``holds`` beside the level.

    Raises
    ------
    DataError, ModelError
        No groups, somebody twice, or a model that cannot be fitted in every group.
    """
    tested = sem.measurement_part(model)
    return _over(scores, groups, respondents, lambda data, name: sem.invariance(tested, data, group=name,
                                                                                estimator=estimator))


def latent_means(scores: pd.DataFrame, model: str, groups: pd.DataFrame, *,
                 respondents: Sequence[int] | np.ndarray | None = None, estimator: str = "MLR",
                 conf_level: float = 0.95) -> pd.DataFrame:
    """Compare the constructs over every grouping variable for which loadings and intercepts may be held equal.

    Parameters
    ----------
    scores, model, groups, respondents, estimator
        As in `invariance`.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``grouping`` and the columns of `helpers.sem.latent_means`; a grouping without scalar invariance has no rows.
        The first group is the reference.

    Raises
    ------
    ModelError
        ``sem.no_scalar_invariance`` where no grouping has it.
    """
    tested, refused = sem.measurement_part(model), list[ModelError]()

    def of_one(data: pd.DataFrame, name: str) -> pd.DataFrame | None:
        try:
            return sem.latent_means(tested, data, group=name, estimator=estimator, conf_level=conf_level)
        except ModelError as error:
            refused.append(error)
            return None

    found = _over(scores, groups, respondents, of_one)
    if found.empty:
        raise refused[0]
    found.attrs["conf_level"] = conf_level
    return found


def _over(scores: pd.DataFrame, groups: pd.DataFrame, respondents: Sequence[int] | np.ndarray | None,
          table_of: Callable[[pd.DataFrame, str], pd.DataFrame | None]) -> pd.DataFrame:
    if not groups.shape[1]:
        raise DataError("cases.no_groups")
    if respondents is not None:
        refuse_repeated(respondents)
    parts, checks = [], []
    for name in groups.columns:
        levels = levels_of(groups[name])
        of = pd.Categorical(groups[name].astype(object), categories=levels, ordered=True)
        table = table_of(scores.assign(**{str(name): of}), str(name))
        if table is not None:
            checks += table.attrs["checks"]
            parts.append(table.assign(grouping=str(name)))
    if not parts:
        return pd.DataFrame()
    found = pd.concat(parts, ignore_index=True)
    first = [name for name in ("grouping", "level", "holds") if name in found]  # the verdict stays in sight
    found = found[[*first, *(column for column in found.columns if column not in first)]]
    found.attrs["checks"] = tuple(checks)
    return found
