"""Whether z, p and the confidence interval of a path follow from its estimate and standard error."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.replication.auditing.intervals import Interval, corners
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading

_MOST_PREDICTORS = 60  # of a regression whose degrees of freedom are not printed


def audit_paths(ledger: Ledger, paths: Sequence[Mapping[str, Any]], sds: Mapping[str, Number], model: str,
                n: Number | None) -> None:
    """Check every path.

    Notes
    -----
    ``z = est / se``; ``p`` from the standard normal distribution, or from t with the printed df, two-sided or
    one-sided. Where neither z nor df is printed, a regression may have used t: any df that up to 60 predictors leave of
    n is allowed, and without n a difference is no contradiction. ``est ± q se`` with the quantile q of the level. An
    interval that is not symmetric about its estimate may be a bootstrap interval and is no contradiction, unless
    ``interval: wald`` says what it is.

    References
    ----------
    Nuijten, Hartgerink, van Assen, Epskamp & Wicherts (2016). Behavior Research Methods, 48(4), 1205-1226.
    """
    for at, path in enumerate(paths):
        place = path.get("path") or path.get("name") or str(at + 1)
        if not ledger.bounded("paths", place, "se", path.get("se"), 0.0, math.inf):
            continue
        if not ledger.bounded("paths", place, "pvalue", path.get("p"), 0.0, 1.0):
            continue
        statistic = path.get("z") or path.get("t")
        by_error = "est" in path and "se" in path
        if statistic is not None:
            ways = [Way("", lambda reading, of=path: reading(of["est"]) / reading(of["se"])),
                    Way("unsigned", lambda reading, of=path: (reading(of["est"]) / reading(of["se"])).size())]
            ways += [Way("from_interval", lambda reading, of=path: _from_interval(reading, of, n))]
            usable = ways[:2] if by_error else ways[2:] if "est" in path and "ci" in path else []
            ledger.judge("paths", place, "z" if "z" in path else "t", statistic, usable, "z")
        _pvalue(ledger, place, path, statistic, n)
        _interval(ledger, place, path, statistic, n)
        _standardized(ledger, place, path, sds, model)


def _pvalue(ledger: Ledger, place: str, path: Mapping[str, Any], statistic: Number | None, n: Number | None) -> None:
    if statistic is None and not ("est" in path and "se" in path):
        if "p" in path:
            ledger.skip("paths", place, "pvalue", path["p"], "needs_se", "p_from_z")
        return

    def ratio(reading: Reading) -> Interval:
        if statistic is None:
            return (reading(path["est"]) / reading(path["se"])).size()
        known = reading(statistic).size()
        if "est" in path and "se" in path:
            return known.within((reading(path["est"]) / reading(path["se"])).size()) or known
        return known

    sides = {"one": (1,), "two": (2,)}.get(path.get("tails", ""), (2, 1))
    ledger.judge("paths", place, "pvalue", path.get("p"), [
        Way(f"{code}_{tails}", lambda reading, degrees=degrees, tails=tails: corners(
            lambda z, df: tails * _upper(z, df), ratio(reading), degrees)) for tails in sides
        for code, degrees in _degrees(path, n)], "p_from_z", doubt=_doubt(path, n))


def _upper(z: float, df: float) -> float:
    from scipy.special import ndtr, stdtr

    return float(ndtr(-z) if math.isinf(df) or math.isinf(z) else stdtr(df, -z))


def _quantile(path: Mapping[str, Any], df: float) -> float:
    from scipy.special import ndtri, stdtrit

    level = path["level"].value if "level" in path else 0.95
    share = (1 + (level / 100 if level > 1 else level)) / 2
    return float(ndtri(share) if math.isinf(df) else stdtrit(df, share))


def _degrees(path: Mapping[str, Any], n: Number | None) -> list[tuple[str, Interval]]:
    normal = ("normal", Interval.exactly(math.inf))
    if path.get("df") is not None:
        return [("t", Interval.exactly(max(path["df"].value, 1.0))), normal]
    if "z" in path or n is None or n.value < 3:
        return [normal]
    return [normal, ("t_n", Interval(max(1.0, n.value - 1 - _MOST_PREDICTORS), n.value - 1))]


def _doubt(path: Mapping[str, Any], n: Number | None) -> str:
    return "needs_df" if n is None and "z" not in path and path.get("df") is None else ""


def _quantiles(path: Mapping[str, Any], degrees: Interval) -> Interval:
    return corners(lambda df: _quantile(path, df), degrees)


def _from_interval(reading: Reading, path: Mapping[str, Any], n: Number | None) -> Interval:
    lower, upper = (reading(end) for end in path["ci"])
    found = [reading(path["est"]) / ((upper - lower) / (Interval.exactly(2.0) * _quantiles(path, degrees)))
             for _, degrees in _degrees(path, n)]
    return found[0] if len(found) == 1 else found[0].hull(found[1])


def _interval(ledger: Ledger, place: str, path: Mapping[str, Any], statistic: Number | None,
              n: Number | None) -> None:
    ends = path.get("ci")
    if not ends:
        return
    kind = path.get("interval", "")
    if kind in ("bootstrap", "other"):
        for quantity, end in zip(("ci_lower", "ci_upper"), ends, strict=True):
            ledger.skip("paths", place, quantity, end, "not_wald", "ci")
        return
    if not ends[0].rounded().lower <= ends[1].rounded().upper:
        ledger.verdict("paths", place, "ci", f"[{ends[0].text}, {ends[1].text}]", False, "ci_order")
        return

    def error(reading: Reading) -> Interval | None:
        if "se" in path:
            return reading(path["se"])
        return (reading(path["est"]) / reading(statistic)).size() if statistic is not None else None

    for sign, quantity, end in ((-1, "ci_lower", ends[0]), (1, "ci_upper", ends[1])):
        ways = [Way(code, lambda reading, degrees=degrees, sign=sign: None if (width := error(reading)) is None
                    else reading(path["est"]) + width * _quantiles(path, degrees) * Interval.exactly(sign))
                for code, degrees in _degrees(path, n)]
        ledger.judge("paths", place, quantity, end, ways if "est" in path else [], "ci",
                     doubt=_doubt(path, n) if kind == "wald" else "perhaps_not_wald")


def _standardized(ledger: Ledger, place: str, path: Mapping[str, Any], sds: Mapping[str, Number], model: str) -> None:
    """Compare signs, and with the standard deviations of observed variables the sizes: ``std = est * sd_x / sd_y``."""
    est, std = path.get("est"), path.get("std")
    if est is None or std is None:
        return
    outcome, sign, predictor = (part.strip() for part in path.get("path", "").partition("~"))
    if sign and "=~" not in model and model not in ("", "cfa") and outcome in sds and predictor in sds:
        ways = [Way("", lambda reading: reading(est) * reading(sds[predictor]) / reading(sds[outcome]))]
        ledger.judge("paths", place, "std", std, ways, "std", doubt="model_restricts")
        return
    one, two = est.rounded(), std.rounded()
    ledger.verdict("paths", place, "std", std.text, not (one.lower > 0 > two.upper or one.upper < 0 < two.lower),
                   "std_sign")
