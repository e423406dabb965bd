r"""Which of two models that do not contain each other is closer to the answers, and can the answers tell them apart.

With :math:`d_i` the difference of a respondent's log-likelihoods and :math:`\omega^2` its variance,

.. math:: z = \frac{\sum_i d_i}{\sqrt n\, \omega}

is standard normal where both models are equally close, provided :math:`\omega^2 > 0`. That is tested first:
:math:`n \hat\omega^2` is a sum of chi-squares weighed by the squared eigenvalues of

.. math:: W = \begin{pmatrix} B_1 A_1^{-1} & B_{12} A_2^{-1} \\ -B_{21} A_1^{-1} & -B_2 A_2^{-1} \end{pmatrix}

(A: observed information, B: mean products of the casewise derivatives). Where answers have holes, a respondent's
log-likelihood is that of what was answered.

References
----------
Vuong (1989). Econometrica, 57, 307-333. Merkle, You & Preacher (2016). Psychological Methods, 21, 151-163. Imhof
(1961). Biometrika, 48, 419-426, for the sum of chi-squares.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.moments import expect, inverted
from helpers.sem.checking.compare import unlike
from helpers.sem.estimation.full_information import FullInformation
from helpers.sem.estimation.missing_information import casewise
from helpers.sem.estimation.normal_theory import NormalTheory
from helpers.sem.fitting.brief import refuse_stopped
from helpers.sem.fitting.result import SemFit
from helpers.sem.inference.casewise import scores
from helpers.sem.inference.holed_material import HoledMaterial

# Where the integrand of a tail has fallen to exp(-NEGLIGIBLE) the rest of it does not count.
NEGLIGIBLE = 21.0
MOST_PANELS, CHUNK = 1_000_000, 20_000


def compare_non_nested(one: SemFit, two: SemFit, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Compare two models on the same answers.

    Parameters
    ----------
    one, two : SemFit
        By ML, MLM or MLR from answers of the same respondents to the same items, complete or with holes
        (``missing="fiml"``, with the same auxiliaries).
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        One row ``delta.aic delta.bic delta.bic2 delta.bic.ci.lower delta.bic.ci.upper variance variance.pvalue z
        pvalue``. Deltas are ``two`` minus ``one``: positive values favour ``one``. ``variance`` is that of the
        casewise differences of log-likelihood and ``variance.pvalue`` tests whether it is 0: a large one says that the
        answers cannot tell the models apart, and neither ``z`` nor the interval is to be read. ``z`` is positive where
        ``one`` is closer to the answers; ``pvalue`` is two-sided.

    Raises
    ------
    ModelError
        ``sem.stopped`` behind a failed *stop* of either; ``sem.compare_unlike``: other answers, variables, estimators,
        means or given predictors; ``sem.vuong_answers``: answers are not equally weighted, come in clusters, or are
        not known.

    Notes
    -----
    Checked against the formulas of Merkle, You & Preacher (2016) written out in R (tests/oracle/non_nested.csv);
    without holes full information gives the numbers of the complete route. ``z`` does not count parameters, the
    information criteria do. Nested models are compared by ``sem.compare``.

    Examples
    --------
    >>> from helpers.sem import fit, simulate
    >>> answers = simulate("f =~ .8*a + .8*b + .7*c + .7*d; a ~~ .3*b", n=500, seed=1)
    >>> right, wrong = (fit(f"f =~ a + b + c + d; a ~~ {item}", answers) for item in "bc")
    >>> found = compare_non_nested(right, wrong).iloc[0]
    >>> bool(found["z"] > 0), bool(found["delta.bic"] > 0)
    (True, True)
    """
    from scipy.special import ndtr, ndtri

    for each in (one, two):
        refuse_stopped(each)
    _refuse(one, two)
    differences = _casewise(one) - _casewise(two)
    n, variance = len(differences), float(differences.var())
    spread = math.sqrt(variance)
    z = float(differences.sum()) / (math.sqrt(n) * spread) if spread > 0 else math.nan
    delta = {name: float(two.measures[name] - one.measures[name]) for name in ("aic", "bic", "bic2")}
    half = float(ndtri(0.5 + conf_level / 2)) * 2 * math.sqrt(n) * spread
    return pd.DataFrame([{
        **{f"delta.{name}": value for name, value in delta.items()}, "delta.bic.ci.lower": delta["bic"] - half,
        "delta.bic.ci.upper": delta["bic"] + half, "variance": variance,
        "variance.pvalue": weighted_tail(n * variance, _weights(one, two)), "z": z,
        "pvalue": float(2 * ndtr(-abs(z)))}])


def weighted_tail(value: float, weights: np.ndarray) -> float:
    r"""Upper tail of a sum of chi-squares with one degree of freedom each, weighed by ``weights`` >= 0.

    .. math:: P = \tfrac12 + \tfrac1\pi \int_0^\infty \frac{\sin\theta(u)}{u\,\rho(u)} du, \quad
              \theta = \tfrac12 \sum_j \arctan(w_j u) - \tfrac12 xu, \quad \rho = \prod_j (1 + w_j^2u^2)^{1/4}

    Examples
    --------
    >>> round(weighted_tail(3.841459, np.array([1.0, 0.0])), 6)
    0.05
    """
    from scipy.special import chdtrc

    largest = float(weights.max(initial=0.0))
    if not largest > 0:
        return float(value <= 0)
    w, x = weights[weights > 1e-10 * largest] / largest, value / largest
    if np.allclose(w, 1.0):
        return float(chdtrc(len(w), x))

    end = 1.0
    while math.log(end) + 0.25 * float(np.log1p((w * end) ** 2).sum()) < NEGLIGIBLE:
        end *= 1.3
    step = math.pi / max(float(w.sum()), x, 1.0)  # half a wave at most
    panels = min(math.ceil(end / step), MOST_PANELS)
    nodes, heights = np.polynomial.legendre.leggauss(8)
    total = 0.0
    for start in range(0, panels, CHUNK):
        left = step * np.arange(start, min(start + CHUNK, panels))
        u = (left[:, None] + step * (nodes + 1) / 2).ravel()
        theta = 0.5 * (sum(np.arctan(each * u) for each in w) - x * u)
        size = np.log(u) + 0.25 * sum(np.log1p((each * u) ** 2) for each in w)
        total += float((np.sin(theta) * np.exp(-size)).reshape(len(left), -1).sum(axis=0) @ heights) * step / 2
    return float(np.clip(0.5 + total / math.pi, 0.0, 1.0))


def _refuse(one: SemFit, two: SemFit) -> None:
    plain = all(each.engine.cases is not None and isinstance(each.engine.problem, NormalTheory | FullInformation)
                and each.engine.cases.weights is None and each.engine.cases.clusters is None for each in (one, two))
    if not plain:
        raise ModelError("sem.vuong_answers")
    found = unlike(one, two)
    given = [set(each.structure.table.exogenous) if each.structure.table.fixed_x else set() for each in (one, two)]
    if given[0] != given[1]:
        found.append("exogenous")
    if found:
        raise ModelError("sem.compare_unlike", differ=found)


def _casewise(fit: SemFit) -> np.ndarray:
    """Log-likelihood of every respondent on scaled items, shape (n,), but for a constant."""
    if isinstance(fit.engine.problem, FullInformation):
        return _holed(fit)[0]
    found, point = [], fit.engine.optimum.point
    for group, away in enumerate(_away(fit)):
        sigma, inverse = point.implied[group].sigma, point.inverses[group]
        distance = ((away @ inverse) * away).sum(axis=1)
        found.append(-0.5 * (np.linalg.slogdet(sigma)[1] + distance))
    return np.concatenate(found)


def _away(fit: SemFit) -> list[np.ndarray]:
    """Answers less their implied means (observed ones where none are modelled), on scaled items, per group."""
    engine = fit.engine
    return [values / engine.scaled.width - (implied.mu if fit.structure.table.means else sample.mean)
            for values, implied, sample in zip(engine.cases.values, engine.optimum.point.implied,
                                               engine.scaled.samples, strict=True)]


def _derivatives(fit: SemFit) -> np.ndarray:
    """Each respondent's derivatives by the basic parameters, shape (n, q)."""
    if isinstance(fit.engine.problem, FullInformation):
        return _holed(fit)[1]
    structure, point = fit.engine.scaled.structure, fit.engine.optimum.point
    return np.vstack([scores(structure.layout, point.implied[group], point.inverses[group], away,
                             means=structure.table.means) @ structure.k[structure.part(group)]
                      for group, away in enumerate(_away(fit))])


def _holed(fit: SemFit) -> tuple[np.ndarray, np.ndarray]:
    """Log-likelihoods, shape (n,), and their derivatives, shape (n, q), of answers with holes."""
    engine = fit.engine
    structure, point, likelihoods, derivatives = engine.scaled.structure, engine.optimum.point, [], []
    for group, rows in enumerate(HoledMaterial.of(engine.cases, engine.scaled).rows):
        implied = point.implied[group]
        inverse, logdet = inverted(implied.sigma)
        found = expect(rows, implied.mu, inverse, logdet)
        # what holes are filled with adds nothing to the form; their information leaves the determinant
        distance = ((found.filled @ inverse) * found.filled).sum(axis=1)
        size = np.full(len(rows.counts), logdet)
        for block, conditional in zip(rows.blocks, found.conditional, strict=True):
            size[block.patterns] -= np.linalg.slogdet(conditional)[1]
        likelihoods.append(-0.5 * (size[rows.of_row] + distance))
        own = casewise(rows, found, structure.layout, implied, inverse)
        derivatives.append(own @ structure.k[structure.part(group)])
    return np.concatenate(likelihoods), np.vstack(derivatives)


def _weights(one: SemFit, two: SemFit) -> np.ndarray:
    """Squared eigenvalues of W."""
    bread = [np.linalg.inv(each.engine.problem.curvature(each.engine.optimum.point) / 2) for each in (one, two)]
    first, second = _derivatives(one), _derivatives(two)
    both = np.hstack([first, second])
    products = both.T @ both / len(both)
    q = first.shape[1]
    products[q:] *= -1
    products[:, :q] = products[:, :q] @ bread[0]
    products[:, q:] = products[:, q:] @ bread[1]
    return np.real(np.linalg.eigvals(products)) ** 2
