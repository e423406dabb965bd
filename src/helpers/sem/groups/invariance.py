"""Do the groups, or the waves, answer the same questionnaire? Equal loadings, intercepts, residuals, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers import syntax
from helpers.errors import ModelError
from helpers.sem.fitting.arguments import several
from helpers.sem.fitting.auxiliary_answers import refuse_auxiliaries
from helpers.sem.fitting.result import SemFit
from helpers.sem.groups.levels import LEVELS, asked_levels, judged, refuse_unknown_partial, remarked
from helpers.sem.groups.longitudinal import Longitudinal, refuse_absent
from helpers.sem.groups.ordinal_answers import asks_ordinal, ordinal_answers
from helpers.sem.groups.ordinal_invariance import ordinal_change, ordinal_fits
from helpers.sem.groups.sequence import Step, fit_in_turn


def invariance(model: str, data: pd.DataFrame, *, group: str | None = None, levels: Sequence[str] | None = None,
               estimator: str = "MLR", missing: str = "listwise", ordered: Sequence[str] | bool = (),
               waves: Mapping[str, Sequence[str]] | None = None, group_partial: Sequence[str] = (),
               auxiliaries: Sequence[str] = ()) -> pd.DataFrame:
    """Hold a measurement model equal across groups or waves, level by level.

    Parameters
    ----------
    model : str
        Measurement model.
    data : DataFrame
        One row per respondent; answers in several waves stand in columns of their own (``by_wave`` brings them there).
    group : str, optional
        Column of the groups.
    levels : sequence of str, optional
        Of ``configural metric scalar strict``, in this order; None: all. Of ordinal items: ``configural thresholds
        loadings intercepts residuals``; with at most three categories no ``thresholds``, and with two only
        ``configural residuals``, because the steps between cannot be tested alone.
    estimator : {"MLR", "MLM", "ML", "WLSMV"}
        WLSMV goes with ``ordered``.
    missing : {"listwise", "fiml", "pairwise"}
        "fiml" as in ``fit``; "pairwise" for ordinal items only.
    ordered : sequence of str or True
        Every item (True; of waves also: every column), or none: the items are ordinal, and normal responses stand
        behind them.
    waves : mapping of wave to its columns, optional
        Instead of ``group``: what the same people answered in each wave, the columns in the order in which the items
        appear in the model. Residuals of the same item are correlated across waves (``wave_model`` writes the model).
    group_partial : sequence of str
        Parameters left free in each group or wave, as ``"tr2 ~ 1"``; ``partial_invariance`` looks for them. Where it
        is the first loading of a construct, the next item becomes the marker.
    auxiliaries : sequence of str
        With "fiml", as in ``fit``.

    Returns
    -------
    DataFrame
        ``level chisq df pvalue cfi rmsea srmr delta.chisq delta.df delta.pvalue delta.cfi delta.rmsea delta.srmr
        holds``: scaled chi-square and robust indices of a robust estimator (scaled ones of WLSMV), and differences
        from the level before.
        ``attrs["checks"]`` has a gate per level with the criterion used, after the *stop* gates that failed in it.

    Raises
    ------
    ModelError, DataError
        As ``fit`` and ``wave_model``; ``sem.invariance_levels`` for unknown levels or a wrong order;
        ``sem.groups_or_waves``: neither or both; ``sem.partial_unknown``: no such parameter; of ordinal items
        ``sem.ordinal_estimator``, ``sem.ordinal_mixed``, ``sem.ordinal_model``,
        ``sem.ordinal_partial``, ``sem.ordinal_categories``: a group in which nobody chose a category.

    Notes
    -----
    A level holds when the levels before it hold, no *stop* gate failed, CFI falls by at most .010 and RMSEA rises by at
    most .015 or SRMR by at most .030 (metric, loadings; .010 at other levels). With n of at most 300, or a largest
    group of more than three times the smallest: .005, .010, .025 and .005. The chi-square difference is printed and
    does not decide.
    CFI of every level is against the same baseline: uncorrelated variables with free means. Levels of groups and of
    waves agree with lavaan 0.6-14 (tests/oracle/invariance_*.csv, waves_*.csv).

    How often the rule is right (two constructs of four normal items, two equal groups, n in all = 150, 200, 300, 500;
    100 samples each by ``benchmarks/invariance_holds.py 100 1``): where everything is equal, metric holds in .87, .79,
    .97 and .99 of the samples, scalar in .68, .68, .87 and .99, strict in .55, .54, .76 and .99; where one of the eight
    intercepts differs by half a standard deviation, scalar holds in .08, .05, .02 and .01. Below n = 300 the stricter
    bounds find what differs at the price of alarms about what does not.

    Ordinal items: the first group's responses have mean 0 and residual variance 1 (theta parameterization; fit and
    tests are those of delta). Later groups' are free once thresholds are equal, the means of the constructs once
    intercepts are equal too; every construct has variance 1 in the first group, and in later ones until loadings are
    equal. The difference test is that of Satorra (2000). Agrees with lavaan on the models that semTools writes
    (tests/oracle/ordinal_invariance_*.csv).

    References
    ----------
    Chen (2007). Structural Equation Modeling, 14, 464-504. Meredith (1993). Psychometrika, 58, 525-543. Wu & Estabrook
    (2016). Psychometrika, 81, 1014-1045.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ c(.8,.8)*a + c(.7,.7)*b + c(.6,.6)*c + c(.7,.7)*d", n=400, seed=3)
    >>> invariance("f =~ a + b + c + d", answers, group="group")[["level", "holds"]]
            level  holds
    0  configural   True
    1      metric   True
    2      scalar   True
    3      strict   True
    """
    if asks_ordinal(ordered, estimator):
        refuse_auxiliaries(several("auxiliaries", auxiliaries), (), missing=missing)
        answers = ordinal_answers(model, data, estimator=estimator, ordered=ordered, group=group, waves=waves,
                                  missing=missing, partial=group_partial)
        return judged(ordinal_fits(answers, levels), answers.sizes, ordinal_change)
    fits = fits_of_levels(model, data, group=group, levels=levels, estimator=estimator, missing=missing, waves=waves,
                          group_partial=group_partial, auxiliaries=auxiliaries)
    return judged(fits, [sample.n for sample in next(iter(fits.values())).sample])


def fits_of_levels(model: str, data: pd.DataFrame, *, group: str | None, waves: Mapping[str, Sequence[str]] | None,
                   levels: Sequence[str] | None, group_partial: Sequence[str], estimator: str,
                   missing: str, auxiliaries: Sequence[str] = ()) -> dict[str, SemFit]:
    """Fit each level; see ``invariance``.

    Parameters
    ----------
    model, data, group, waves, levels, group_partial, estimator, missing, auxiliaries
        As in ``invariance``.

    Returns
    -------
    dict of level to SemFit
    """
    asked, free = asked_levels(levels, LEVELS), several("group_partial", group_partial)
    if (group is None) == (waves is None):
        raise ModelError("sem.groups_or_waves")
    model = remarked(model, free)
    if waves is not None:
        joint = Longitudinal.of(model, waves, free)
        refuse_absent(joint, data)
        steps = {level: Step(joint.text(level)) for level in asked}
    else:
        refuse_unknown_partial(syntax.parse(model), free)
        steps = {level: Step(model, LEVELS[level], free if LEVELS[level] else ()) for level in asked}
    return fit_in_turn(steps, data, group=group, estimator=estimator, missing=missing, auxiliaries=auxiliaries)


def measurement_part(model: str) -> str:
    r"""Keep what measures first-order constructs with items: the model whose invariance is tested.

    Examples
    --------
    >>> measurement_part("a =~ x1 + x2; b =~ y1 + y2; g =~ a + b; b ~ a")
    'a =~ x1 + x2\nb =~ y1 + y2'
    """
    written = syntax.parse(model)
    items: dict[str, list[str]] = {}
    for each in written.relations:
        if each.op == "=~" and each.rhs not in written.latents:
            items.setdefault(each.lhs, []).append(each.rhs)
    if not items:
        raise ModelError("sem.no_measurement")
    return "\n".join(f"{latent} =~ {' + '.join(of)}" for latent, of in items.items())
