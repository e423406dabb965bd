"""Whether groups or waves differ in the constructs themselves: invariance first, then latent means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from helpers import sem
from helpers.cases.samples import levels_of, refuse_repeated
from helpers.errors import Check, DataError, ModelError

NOTHING: Mapping = MappingProxyType({})
PARTIAL = ("step", "parameter", "chisq", "df", "pvalue", "epc", "delta.cfi", "delta.rmsea", "delta.srmr", "holds")
# What is looked for first stays in sight of a wide table.
FIRST = ("grouping", "level", "holds", "construct", "group", "d")


def invariance(scores: pd.DataFrame, model: str, groups: pd.DataFrame, *,
               respondents: Sequence[int] | np.ndarray | None = None, panel: str = "", estimator: str = "MLR",
               missing: str = "listwise", ordered: Sequence[str] = (),
               partial: Mapping[str, Sequence[str]] = NOTHING) -> pd.DataFrame:
    """Test invariance of a measurement model over every grouping variable.

    Parameters
    ----------
    scores : DataFrame, shape (n_sheets, n_items)
        One row per answer sheet.
    model : str
        Its first-order constructs and their items are tested; paths and second-order constructs do not matter here.
    groups : DataFrame, shape (n_sheets, n_groupings)
    respondents : sequence of length n_sheets, optional
        Whose answers each row holds; refused when somebody appears twice, unless in the waves of a panel.
    panel : str, default ""
        Column of the waves where the same people answered in each: one joint model of all waves takes the place of
        groups. The other groupings are then left out, because their rows are not independent; the check ``panel``
        says so.
    estimator, missing, ordered
        As ``helpers.sem.invariance`` takes them.
    partial : mapping of grouping to sequence of str
        Loadings and intercepts that were declared to differ between its groups, as ``"tr2 ~ 1"``.

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
    return _over(scores, tested, groups, respondents, panel, lambda data, name, how: sem.invariance(
        tested, data, estimator=estimator, missing=missing, ordered=items_of(ordered, tested),
        group_partial=partial.get(name, ()), **how))


def latent_means(scores: pd.DataFrame, model: str, groups: pd.DataFrame, *,
                 respondents: Sequence[int] | np.ndarray | None = None, panel: str = "", estimator: str = "MLR",
                 missing: str = "listwise", ordered: Sequence[str] = (), partial: Mapping[str, Sequence[str]] = NOTHING,
                 references: Mapping[str, str] = NOTHING, conf_level: float = 0.95) -> pd.DataFrame:
    """Compare the constructs over every grouping variable for which loadings and intercepts may be held equal.

    Parameters
    ----------
    scores, model, groups, respondents, panel, estimator, missing, ordered, partial
        As in `invariance`. Between the waves of a panel the difference is the change of the same people.
    references : mapping of grouping to group
        The group that the others are compared with; the first where none is given.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``grouping`` and the columns of `helpers.sem.latent_means`; a grouping without scalar invariance has no rows.

    Raises
    ------
    ModelError
        ``sem.no_scalar_invariance`` where no grouping has it.
    """
    tested, refused = sem.measurement_part(model), list[ModelError]()

    def of_one(data: pd.DataFrame, name: str, how: dict[str, object]) -> pd.DataFrame | None:
        try:
            return sem.latent_means(tested, data, estimator=estimator, missing=missing,
                                    ordered=items_of(ordered, tested),
                                    group_partial=partial.get(name, ()), reference=references.get(name) or None,
                                    conf_level=conf_level, **how)
        except ModelError as error:
            refused.append(error)
            return None

    found = _over(scores, tested, groups, respondents, panel, of_one)
    if found.empty:
        raise refused[0]
    found.attrs["conf_level"] = conf_level
    return found


def partial_invariance(tested: pd.DataFrame, scores: pd.DataFrame, model: str, groups: pd.DataFrame, *,
                       respondents: Sequence[int] | np.ndarray | None = None, panel: str = "", estimator: str = "MLR",
                       missing: str = "listwise", ordered: Sequence[str] = (),
                       partial: Mapping[str, Sequence[str]] = NOTHING) -> pd.DataFrame:
    """Name the items that make a level fail, and offer a partial model; it is not used.

    Parameters
    ----------
    tested : DataFrame
        What `invariance` found.
    scores, model, groups, respondents, panel, estimator, missing, ordered, partial
        As in `invariance`.

    Returns
    -------
    DataFrame
        ``grouping level`` and the columns of `helpers.sem.partial_invariance` at the first level of each grouping that
        fails; no rows where every level holds or no item stands out.

    Raises
    ------
    ModelError
        As `helpers.sem.partial_invariance`.
    """
    part = sem.measurement_part(model)
    failed = tested[~tested["holds"].astype(bool)].groupby("grouping", sort=False)["level"].first()
    failed = failed[failed != "configural"]
    if not len(failed):
        return pd.DataFrame(columns=["grouping", "level", *PARTIAL])

    def of_one(data: pd.DataFrame, name: str, how: dict[str, object]) -> pd.DataFrame:
        found = sem.partial_invariance(part, data, level=failed[name], estimator=estimator, missing=missing,
                                       ordered=items_of(ordered, part), group_partial=partial.get(name, ()), **how)
        checks = found.attrs["checks"]
        found = found.assign(level=failed[name])
        found.attrs["checks"] = checks
        return found

    return _over(scores, part, groups[list(failed.index)], respondents, panel, of_one)


def items_of(ordered: Sequence[str], tested: str) -> list[str]:
    """Those of the ordered items that are tested here."""
    return [name for name in sem.indicators(tested) if name in ordered]


def _over(scores: pd.DataFrame, tested: str, groups: pd.DataFrame, respondents: Sequence[int] | np.ndarray | None,
          panel: str, table_of: Callable[[pd.DataFrame, str, dict[str, object]], pd.DataFrame | None]) -> pd.DataFrame:
    if not groups.shape[1]:
        raise DataError("cases.no_groups")
    parts, checks = [], []
    if panel:
        side = side_by_side(scores, tested, groups[panel], respondents)
        skipped = [str(name) for name in groups.columns if name != panel]
        checks.append(Check("panel", "caution", not skipped, {
            "people": int(side.n.get(len(side.waves), 0)), "waves": list(side.waves), "skipped": skipped}))
        frames = [(panel, side.data, {"waves": side.waves})]
    else:
        if respondents is not None:
            refuse_repeated(respondents)
        frames = [(str(name), with_groups(scores, groups[name]), {"group": str(name)}) for name in groups.columns]
    for name, data, how in frames:
        table = table_of(data, name, how)
        if table is not None:
            checks += [_placed(check, name) for check in table.attrs["checks"]]
            parts.append(table.assign(grouping=name))
    if not parts:
        return pd.DataFrame()
    found = pd.concat(parts, ignore_index=True)
    first = [name for name in FIRST if name in found]
    found = found[[*first, *(column for column in found.columns if column not in first)]]
    found.attrs["checks"] = tuple(checks)
    return found


def _placed(check: Check, grouping: str) -> Check:
    """Say of which grouping a level is; a doubt about the sample has no level."""
    if "level" not in check.values:
        return check
    return replace(check, values={**check.values, "level": f"{grouping} - {check.values['level']}"})


def with_groups(scores: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Put a grouping beside the answers, its groups in the declared order."""
    of = pd.Categorical(group.astype(object), categories=levels_of(group), ordered=True)
    return scores.assign(**{str(group.name): of})


def side_by_side(scores: pd.DataFrame, tested: str, wave: pd.Series,
                  respondents: Sequence[int] | np.ndarray | None) -> sem.Waves:
    """Put the waves of the same people side by side."""
    if respondents is None:
        raise DataError("cases.panel_respondents")
    sheets = scores.assign(**{".respondent": np.asarray(respondents), ".wave": wave.astype(object).to_numpy()})
    return sem.by_wave(sheets, sem.indicators(tested), respondent=".respondent", wave=".wave", order=levels_of(wave))
