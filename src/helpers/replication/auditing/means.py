"""Whether the printed means and standard deviations are possible for whole-numbered answers of so many respondents."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.replication.auditing.intervals import Interval
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading

_MANY = 2000  # sums that would be printed as one mean; from here on some sum fits every deviation between the bounds
_SLACK = 1e-9  # relative: what binary floating point may lose of a sum


@dataclass(frozen=True, slots=True)
class Scored:
    """What is known of the answers behind a mean.

    Attributes
    ----------
    n : int or None
        Respondents.
    k : int
        Items that each score averages (``score = "mean"``) or adds up.
    lower, upper : float
        Of the scale of one item; infinite where it is not printed.
    summed : bool
    whole : bool
        Whether answers are whole numbers.
    missing : bool
        Whether some answers are missing.
    """

    n: int | None
    k: int
    lower: float = -math.inf
    upper: float = math.inf
    summed: bool = False
    whole: bool = True
    missing: bool = False

    @property
    def unit(self) -> int:
        """What a score is multiplied by to be a sum of answers."""
        return 1 if self.summed else self.k

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest sum of one respondent's answers."""
        return self.k * self.lower, self.k * self.upper


def answers_of(entry: Mapping[str, Any], printed: Mapping[str, Any], k: int) -> Scored:
    """Collect what the entry says, and the table where the entry is silent."""
    scale = entry.get("scale") or printed.get("scale") or {}
    n = (entry.get("n") or printed.get("n"))
    whole_n = n is not None and n.half == 0.5 and n.relation == "=" and n.value >= 1
    lower, upper = (scale[end].value if end in scale else default
                    for end, default in (("min", -math.inf), ("max", math.inf)))
    if not (math.isfinite(lower) and math.isfinite(upper)):
        lower, upper = -math.inf, math.inf
    return Scored(int(n.value) if whole_n else None, k, lower, upper, entry.get("score") == "sum",
                   scale.get("answers", "whole") == "whole" and all(not math.isfinite(end) or float(end).is_integer()
                                                                    for end in (lower, upper)),
                   printed.get("missing_answers") == "yes")


def audit_moments(ledger: Ledger, section: str, place: str, entry: Mapping[str, Any], answers: Scored) -> None:
    """Check the mean and the standard deviation of one item or scale."""
    mean, sd = entry.get("mean"), entry.get("sd")
    if entry.get("score") == "factor":
        for quantity, number in (("mean", mean), ("sd", sd)):
            if number is not None:
                ledger.skip(section, place, quantity, number, "factor_scores", "grim")
        return
    low, high = (end / answers.unit for end in answers.ends)
    if ledger.bounded(section, place, "mean", mean, low, high):
        _mean(ledger, section, place, mean, answers)
    if sd is not None and ledger.bounded(section, place, "sd", sd, 0.0, math.inf):
        _deviation(ledger, section, place, mean, sd, answers)


def _mean(ledger: Ledger, section: str, place: str, mean: Number | None, answers: Scored) -> None:
    """Look for a whole sum of answers that gives the mean.

    Notes
    -----
    A mean of n respondents and k items is T / (nk) with a whole T; where nk times a unit of the last decimal is 1 or
    more, every printed mean has such a T, and the test says nothing.

    References
    ----------
    Brown & Heathers (2017). Social Psychological and Personality Science, 8(4), 363-369.
    """
    if mean is None:
        return
    why = _silent(answers)
    if not why and mean.half * 2 * answers.n * answers.unit >= 1:
        why = "granularity"
    if why:
        ledger.skip(section, place, "mean", mean, why, "grim")
        return
    ledger.judge(section, place, "mean", mean, [Way("", lambda reading: _nearest(reading, mean, answers))], "grim")


def _silent(answers: Scored) -> str:
    if answers.n is None:
        return "needs_n"
    if not answers.whole:
        return "not_whole"
    return "missing_answers" if answers.missing else ""


def _nearest(reading: Reading, mean: Number, answers: Scored) -> Interval:
    """Find the possible mean nearest to the printed one."""
    cells = answers.n * answers.unit
    inside = reading(mean)
    sums = [math.floor(mean.value * cells), math.ceil(mean.value * cells), math.ceil(inside.lower * cells - _SLACK),
            math.floor(inside.upper * cells + _SLACK)]
    low, high = (answers.n * end for end in answers.ends)
    best = min((min(max(each, low), high) / cells for each in sums), key=lambda each: abs(each - mean.value))
    fitting = [each / cells for each in sums if low <= each <= high and inside.meets(Interval.exactly(each / cells))]
    return Interval.exactly(fitting[0] if fitting else best)


def _deviation(ledger: Ledger, section: str, place: str, mean: Number | None, sd: Number, answers: Scored) -> None:
    """Look for whole answers with this mean and standard deviation, or hold the latter against its bounds.

    Notes
    -----
    The sum of squares of whole numbers is whole, and odd or even as their sum is; for a given sum it is smallest where
    the answers are as equal as they can be and largest where all but one are at the ends of the scale. Both n - 1 and n
    are tried as the divisor.

    References
    ----------
    Anaya (2016). The GRIMMER test. PeerJ Preprints 4:e2400v1. Allard (2018), analytic GRIMMER.
    Heathers, Anaya, van der Zee & Brown (2018). PeerJ Preprints 6:e26968v1 (SPRITE).
    """
    bounds = all(map(math.isfinite, answers.ends))
    if answers.n is None or answers.n < 2:
        if bounds:
            ledger.judge(section, place, "sd", sd, [Way("", lambda _: _widest(answers))], "sd_range")
        else:
            ledger.skip(section, place, "sd", sd, "needs_scale", "sd_range")
        return
    if answers.missing:
        ledger.skip(section, place, "sd", sd, "missing_answers", "grimmer")
        return
    divisors = (("n_1", answers.n - 1), ("n", answers.n))
    if mean is not None and answers.whole and _few(mean, answers):
        ways = [Way(code, lambda reading, divisor=divisor: _possible(reading, mean, sd, answers, divisor))
                for code, divisor in divisors]
        ledger.judge(section, place, "sd", sd, ways, "grimmer")
    elif bounds:
        ways = [Way(code, lambda reading, divisor=divisor: _between(reading, mean, answers, divisor))
                for code, divisor in divisors]
        ledger.judge(section, place, "sd", sd, ways, "sd_range")
    else:
        ledger.skip(section, place, "sd", sd, "needs_scale", "sd_range")


def _few(mean: Number, answers: Scored) -> bool:
    return mean.half * 4 * answers.n * answers.unit < _MANY


def _widest(answers: Scored) -> Interval:
    """Bounds whatever n is: two answers at the ends spread most."""
    low, high = (end / answers.unit for end in answers.ends)
    return Interval(0.0, (high - low) / math.sqrt(2))


def _between(reading: Reading, mean: Number | None, answers: Scored, divisor: int) -> Interval:
    """Bounds of the standard deviation on a scale: all answers at its ends, at most."""
    low, high = (end / answers.unit for end in answers.ends)
    inside = reading(mean) if mean is not None else Interval(low, high)
    centre = min(max((low + high) / 2, inside.lower), inside.upper)
    return Interval(0.0, math.sqrt(max((high - centre) * (centre - low), 0.0) * answers.n / divisor))


def _possible(reading: Reading, mean: Number, sd: Number, answers: Scored, divisor: int) -> Interval | None:
    """Find the possible standard deviation nearest to the printed one; None where no sum gives the mean."""
    inside = reading(sd)
    found = list(_candidates(reading(mean), inside, answers, divisor))
    if not found:
        return None
    best = min(found, key=lambda each: max(inside.lower - each, each - inside.upper, 0.0))
    return Interval.exactly(best)


def _candidates(mean: Interval, sd: Interval, answers: Scored, divisor: int) -> Iterator[float]:
    n, unit = answers.n, answers.unit
    cells = n * unit
    first, last = math.ceil((mean.lower - _SLACK) * cells), math.floor((mean.upper + _SLACK) * cells)
    low, high = answers.ends
    first, last = (max(first, n * low), min(last, n * high)) if math.isfinite(low) else (first, last)
    for T in range(int(first), int(last) + 1):
        least, most = _squares(T, n, low, high)
        wanted = [divisor * (end * unit) ** 2 + T * T / n for end in (sd.lower, sd.upper)]
        slack = _SLACK * max(1.0, wanted[1])
        start = max(least, math.ceil(wanted[0] - slack))
        start += (start - T) % 2
        below = start - 2 if start - 2 >= least else start
        for squares in (start, below):
            if squares <= most:
                yield math.sqrt(max(squares - T * T / n, 0.0) / divisor) / unit
        if start > most >= least:
            yield math.sqrt(max(most - T * T / n, 0.0) / divisor) / unit


def _squares(T: int, n: int, low: float, high: float) -> tuple[int, float]:
    """Smallest and largest sum of squares of n whole numbers that add up to T."""
    each, rest = divmod(T, n)
    least = (n - rest) * each**2 + rest * (each + 1) ** 2
    if not math.isfinite(low):
        return least, math.inf
    low, high = int(low), int(high)
    above, left = divmod(T - n * low, high - low) if high > low else (0, 0)
    if above >= n:
        return least, n * high**2
    return least, above * high**2 + (low + left) ** 2 + (n - above - 1) * low**2
