r"""How good estimates, errors, intervals and tests were over many samples, each with its own Monte-Carlo error.

With R replications, estimates of standard deviation s and standard errors :math:`\widehat{se}_r`:

.. math:: \mathrm{mce}(\text{bias}) = s/\sqrt R, \qquad \mathrm{mce}(s) = s/\sqrt{2(R-1)}, \qquad
          \mathrm{mce}(\text{share}) = \sqrt{p(1-p)/R}

References
----------
Morris, White & Crowther (2019). Using simulation studies to evaluate statistical methods. Statistics in Medicine, 38,
2074-2102, table 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.sem.simulation.estimands import Key

LEVEL = 0.05  # of every test
TESTS = ("chisq", "chisq.scaled")
IMPROPER = ("negative_variance", "latent_covariance", "residual_covariance")


@dataclass(frozen=True, slots=True, eq=False)
class Replication:
    """What one sample gave.

    Attributes
    ----------
    failure : str
        Id of the refusal, "not_converged", "no_errors" where standard errors could not be computed, else "".
    rows : dict
        Of each free parameter: est, se, p-value, lower and upper limit.
    tests : dict
        Of each test: statistic, df, p-value.
    gates : tuple of (gate, severity, passed)
    """

    failure: str
    rows: dict[Key, tuple[float, ...]]
    tests: dict[str, tuple[float, float, float]]
    gates: tuple[tuple[str, str, bool], ...]


def stacked(used: Sequence[Replication], truth: dict[Key, float]) -> tuple[list[Key], np.ndarray]:
    """Bring replications side by side, shape (replications, parameters, 5); NaN where a sample lacks a parameter."""
    names = list(dict.fromkeys(key for each in used for key in each.rows if key in truth))
    blank = (np.nan,) * 5
    return names, np.array([[each.rows.get(key, blank) for key in names] for each in used]).reshape(
        len(used), len(names), 5)


def parameters(names: Sequence[Key], values: np.ndarray, truth: dict[Key, float]) -> pd.DataFrame:
    """Judge each parameter; columns as in ``MonteCarlo.parameters``."""
    rows = []
    for at, key in enumerate(names):
        here = values[:, at][np.isfinite(values[:, at]).all(axis=1)]
        count, true = len(here), truth[key]
        if count < 2:
            continue
        est, se, pvalue, lower, upper = here.T
        sd, mean_se, bias = est.std(ddof=1), se.mean(), est.mean() - true
        covered, significant = float(((lower <= true) & (true <= upper)).mean()), float((pvalue < LEVEL).mean())
        ratio = mean_se / sd
        rows.append((*key, true, est.mean(), bias, sd / np.sqrt(count), bias / true if true else np.nan, sd,
                     sd / np.sqrt(2 * (count - 1)), mean_se, ratio,
                     ratio * np.sqrt(se.var(ddof=1) / (count * mean_se**2) + 1 / (2 * (count - 1))),
                     covered, share_error(covered, count), significant, share_error(significant, count), count))
    return pd.DataFrame(rows, columns=["lhs", "op", "rhs", "group", "true", "est.mean", "bias", "bias.mce",
                                       "bias.relative", "est.sd", "est.sd.mce", "se.mean", "se.ratio", "se.ratio.mce",
                                       "coverage", "coverage.mce", "power", "power.mce", "used"])


def tests(used: Sequence[Replication]) -> pd.DataFrame:
    """Count rejections of each test; columns as in ``MonteCarlo.tests``."""
    rows = []
    for name in TESTS:
        found = np.array([each.tests[name] for each in used if name in each.tests]).reshape(-1, 3)
        found = found[np.isfinite(found).all(axis=1) & (found[:, 1] > 0)]
        if not len(found):
            continue
        rejected, degrees = float((found[:, 2] < LEVEL).mean()), np.unique(found[:, 1])
        rows.append((name, degrees[0] if len(degrees) == 1 else np.nan, found[:, 0].mean(),
                     found[:, 0].std(ddof=1) if len(found) > 1 else np.nan, rejected,
                     share_error(rejected, len(found)), len(found)))
    return pd.DataFrame(rows, columns=["test", "df", "statistic.mean", "statistic.sd", "rejection", "rejection.mce",
                                       "used"])


def gates(found: Sequence[Replication]) -> pd.DataFrame:
    """Count alarms of each gate over all samples that gave an estimate; columns as in ``MonteCarlo.gates``."""
    estimated = [each.gates for each in found if each.gates]
    times: dict[str, dict[str, int]] = {}
    for gate, severity, passed in (one for each in estimated for one in each):
        of_gate = times.setdefault(gate, {})
        of_gate[severity] = of_gate.get(severity, 0) + (not passed)
    rows = []
    for gate, by_severity in times.items():
        # A gate whose severity depends on what it finds stands once for each severity at which it failed.
        failed = {severity: count for severity, count in by_severity.items() if count}
        failed = failed or dict([next(iter(by_severity.items()))])
        for severity, count in failed.items():
            share = count / len(estimated)
            rows.append((gate, severity, share, share_error(share, len(estimated)), count, len(estimated)))
    return pd.DataFrame(rows, columns=["gate", "severity", "failed", "failed.mce", "times", "estimated"])


def counts(found: Sequence[Replication]) -> pd.Series:
    """Count what became of the samples."""
    usable = [each for each in found if not each.failure]
    out = {"replications": len(found), "used": len(usable),
           "improper": sum(any(gate in IMPROPER and not passed for gate, _, passed in each.gates) for each in usable),
           "stopped": sum(any(severity == "stop" and not passed for _, severity, passed in each.gates)
                          for each in usable),
           "not_converged": 0, "no_errors": 0}
    for each in found:
        if each.failure:
            out[each.failure] = out.get(each.failure, 0) + 1
    return pd.Series(out, name="samples")


def share_error(share: float, count: int) -> float:
    """Monte-Carlo error of a share."""
    return float(np.sqrt(share * (1 - share) / count))
