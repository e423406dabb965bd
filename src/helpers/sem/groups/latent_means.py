"""By how much the constructs of groups or waves differ, once intercepts may be held equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.fitting.arguments import refuse_wrong
from helpers.sem.fitting.estimates import root, wald
from helpers.sem.fitting.result import SemFit
from helpers.sem.groups.invariance import fits_of_levels
from helpers.sem.groups.levels import judged
from helpers.sem.groups.ordinal_answers import asks_ordinal, ordinal_answers
from helpers.sem.groups.ordinal_invariance import ordinal_change, ordinal_fits
from helpers.sem.groups.ordinal_levels import Ordinal
from helpers.sem.groups.places import Place, loadings_of, places_of, refuse_few
from helpers.sem.inference.shifted_test import robust_covariance
from helpers.sem.model.implied import imply


def latent_means(model: str, data: pd.DataFrame, *, group: str | None = None, reference: str | None = None,
                 estimator: str = "MLR", missing: str = "listwise", ordered: Sequence[str] | bool = (),
                 waves: Mapping[str, Sequence[str]] | None = None, group_partial: Sequence[str] = (),
                 conf_level: float = 0.95) -> pd.DataFrame:
    r"""Compare the constructs of groups or waves once intercepts may be held equal.

    Parameters
    ----------
    model : str
        Measurement model of first-order constructs.
    data : DataFrame
    group : str, optional
        Column of the groups.
    reference : str, optional
        Group or wave whose latent means are 0; None: the first.
    estimator, missing, ordered
        As in ``invariance``.
    waves : mapping of wave to its columns, optional
        As in ``invariance``. That the same people answer twice is in the model, so the standard error of a change
        allows for it.
    group_partial : sequence of str
        Parameters left free in each group or wave; every construct keeps two items with equal loading and intercept.
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``construct group reference est se ci.lower ci.upper d``; est in units of the marker item (ordinal items:
        standard deviations of the construct in the reference group), d in standard deviations of the construct pooled
        over all groups or waves. ``group`` is the wave's label where waves differ.

    Raises
    ------
    ModelError
        ``sem.no_scalar_invariance``: which level does not hold, and by how much. ``sem.partial_indicators``: a
        construct with fewer than two invariant items. ``sem.reference_group``: no such group or wave.

    Notes
    -----
    .. math:: d = \hat\kappa_g \Big/ \sqrt{\textstyle\sum_g n_g \hat\phi_g / N}

    References
    ----------
    Sorbom (1974). British Journal of Mathematical and Statistical Psychology, 27, 229-239. Byrne, Shavelson & Muthen
    (1989). Psychological Bulletin, 105, 456-466. Little (2013). Longitudinal structural equation modeling, ch. 5.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ c(.8,.8)*a + c(.7,.7)*b + c(.6,.6)*c\nf ~ c(0,.5)*1", n=500, seed=3)
    >>> latent_means("f =~ a + b + c", answers, group="group")[["construct", "group", "reference"]]
      construct group reference
    0         f     2         1
    """
    refuse_wrong(flags={}, columns={"group": group}, conf_level=conf_level)
    data, waves = _referred(data, group, waves, reference)
    if asks_ordinal(ordered, estimator):
        return _ordinal(ordinal_answers(model, data, estimator=estimator, ordered=ordered, group=group, waves=waves,
                                        missing=missing, partial=group_partial), conf_level)
    fits = fits_of_levels(model, data, group=group, waves=waves, levels=("configural", "metric", "scalar"),
                          group_partial=group_partial, estimator=estimator, missing=missing)
    found = fits["scalar"]
    tested = judged(fits, [sample.n for sample in found.sample])
    _refuse_failed(tested)
    places = places_of(found, model, waves)
    refuse_few(found, places)
    return _shown(_differences(found, places), tested, conf_level)


def _differences(found: SemFit, places: list[Place]) -> list[tuple]:
    structure, table = found.structure, found.parameters
    values = table["est"].to_numpy()[: len(structure.table.rows)]
    implied = [imply(structure.layout, values[structure.part(group)]) for group in range(structure.table.groups)]
    means = table[table["op"] == "~1"].set_index(["lhs", "group"])
    n = np.array([found.sample[place.group - 1].n for place in places], dtype=float)
    constructs = dict.fromkeys(latent for latent, _, _ in loadings_of(found, places))
    rows = []
    for place in places[1:]:
        for name in constructs:
            variances = [implied[each.group - 1].eta.diagonal()[structure.layout.etas.index(each.names[name])]
                         for each in places]
            mean = means.loc[(place.names[name], place.group)]
            rows.append((name, place.label, places[0].label, mean["est"], mean["se"],
                         mean["est"] / np.sqrt(n @ np.array(variances) / n.sum())))
    return rows


def _ordinal(answers: Ordinal, conf_level: float) -> pd.DataFrame:
    """Means of the constructs behind ordinal items, in standard deviations of the first group."""
    last = "intercepts" if "intercepts" in answers.levels else "residuals"
    fits = ordinal_fits(answers, answers.levels[: answers.levels.index(last) + 1])
    tested = judged(fits, answers.sizes, ordinal_change)
    _refuse_failed(tested)
    answers.refuse_few()
    problem, point = fits[last].problem, fits[last].optimum.point
    structure = problem.structure
    values = structure.k @ point.x + structure.c
    errors = root(np.diag(structure.k @ robust_covariance(problem, point) @ structure.k.T))
    shares = problem.n / problem.n.sum() if answers.across_groups else np.full(len(answers.labels), 1.0)
    shares = shares / shares.sum()
    rows = []
    for at, row in enumerate(structure.table.rows):
        if row.op != "~1" or row.lhs not in structure.table.latents:
            continue
        (construct, _, _), place = answers.own(row)
        if place:
            variances = [point.implied[group if answers.across_groups else 0].responses.eta.diagonal()[
                structure.layout.etas.index(names[construct])] for group, names in enumerate(answers.names)]
            rows.append((construct, answers.labels[place], answers.labels[0], values[at], errors[at],
                         values[at] / np.sqrt(shares @ variances)))
    return _shown(rows, tested, conf_level)


def _refuse_failed(tested: pd.DataFrame) -> None:
    if not tested["holds"].all():
        failed = tested[~tested["holds"]].iloc[0]
        raise ModelError("sem.no_scalar_invariance", level=failed["level"], cfi=float(failed["delta.cfi"]),
                         rmsea=float(failed["delta.rmsea"]), srmr=float(failed["delta.srmr"]))


def _shown(rows: list[tuple], tested: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    shown = pd.DataFrame(rows, columns=["construct", "group", "reference", "est", "se", "d"])
    limits = wald(shown["est"].to_numpy(), shown["se"].to_numpy(), conf_level)
    shown = shown.assign(**{name: limits[name] for name in ("ci.lower", "ci.upper")})
    shown = shown[["construct", "group", "reference", "est", "se", "ci.lower", "ci.upper", "d"]]
    shown.attrs |= {"conf_level": conf_level, "checks": tested.attrs["checks"]}
    return shown


def _referred(data: pd.DataFrame, group: str | None, waves: Mapping[str, Sequence[str]] | None,
              reference: str | None) -> tuple[pd.DataFrame, Mapping[str, Sequence[str]] | None]:
    """Put the reference first."""
    if reference is None or (waves is None and (not isinstance(data, pd.DataFrame) or group not in data.columns)):
        return data, waves
    if waves is not None:
        levels = [str(label) for label in waves]
    else:
        said = data[group].where(data[group].isna(), data[group].astype(str))
        levels = list(dict.fromkeys(said.dropna()))
    if str(reference) not in levels:
        raise ModelError("sem.reference_group", reference=reference, known=levels)
    order = [str(reference), *(level for level in levels if level != str(reference))]
    if waves is not None:
        by_label = {str(label): of for label, of in waves.items()}
        return data, {label: by_label[label] for label in order}
    return data.assign(**{group: pd.Categorical(said, categories=order, ordered=True)}), waves
