r"""Whether restrictions on a model that was fitted by weighted least squares hold: the scaled and shifted difference.

With :math:`\Delta_1` the slopes of the larger model's moments at its estimates, :math:`P = \Delta_1'W\Delta_1`, and H
what expresses the smaller model's slopes by them,

.. math:: T_d = a\,(T_0 - T_1) + b, \qquad M = \bigl[P^{-1} - H (H'PH)^{-1} H'\bigr] \Delta_1'W\Gamma W\Delta_1,
          \qquad a = \sqrt{d / \operatorname{tr}(M^2)}, \qquad b = d - a \operatorname{tr} M

References
----------
Satorra (2000). Scaled and adjusted restricted tests in multi-sample analysis of moment structures. In Heijmans et al.
(Eds.), Innovations in multivariate statistical analysis, 233-247. Asparouhov & Muthen (2010).
"""

from __future__ import annotations

import math

import numpy as np

from helpers.sem.estimation.discrepancy import Point
from helpers.sem.inference.indices import upper_tail
from helpers.sem.inference.weighted import Weighted


def shifted_difference(larger: Weighted, at: Point, smaller: Weighted, restricted: Point, *,
                       units: np.ndarray | float = 1.0) -> dict[str, float]:
    """Test the smaller of two nested models against the larger.

    Parameters
    ----------
    larger, smaller : discrepancies
        On the same moments.
    at, restricted : Point
        Their minima.
    units : ndarray, shape (m,), or float
        What a group's moments are multiplied by to be in the units of the data: H is a least-squares solution there, as
        lavaan's is.

    Returns
    -------
    dict
        ``chisq.diff df.diff pvalue``; without restrictions 0, 0 and NaN.
    """
    n = larger.n.sum()
    shares = larger.n / n
    slopes, theirs = larger.slopes_at(at), np.vstack(smaller.slopes_at(restricted))
    df = slopes[0].shape[1] - theirs.shape[1]
    if df <= 0:
        return {"chisq.diff": 0.0, "df.diff": 0, "pvalue": math.nan}
    unit = np.broadcast_to(units, len(slopes[0]))
    unit = np.tile(unit, len(slopes))[:, None]
    expressed = np.linalg.lstsq(np.vstack(slopes) * unit, theirs * unit, rcond=None)[0]
    root = np.linalg.cholesky(larger.information(at, shares))
    turned = np.linalg.qr(root.T @ expressed, mode="complete")[0][:, theirs.shape[1]:]
    given_up = np.linalg.solve(root.T, turned)  # its square is what stands in the brackets
    middle = np.zeros((df, df))
    for group, each in enumerate(slopes):
        pulled = larger.weights[group][:, None] * (each @ given_up)
        middle += shares[group] * pulled.T @ larger.gammas[group] @ pulled
    factor = math.sqrt(df / float((middle**2).sum()))
    difference = max(restricted.f - at.f, 0.0) * n
    chisq = factor * difference + df - factor * float(np.trace(middle))
    return {"chisq.diff": chisq, "df.diff": df, "pvalue": upper_tail(chisq, df)}
