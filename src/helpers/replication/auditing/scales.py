"""Whether CR, AVE and their root follow from the printed loadings, and whether claims made with them hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.replication.auditing.intervals import Interval, total
from helpers.replication.auditing.ledger import Ledger, Way
from helpers.replication.auditing.numbers import Number, Reading

Pair = frozenset[str]


def audit_scales(ledger: Ledger, constructs: Mapping[str, Mapping[str, Any]]) -> None:
    r"""Recompute CR, AVE and the root of the AVE of each construct.

    Notes
    -----
    With standardized loadings and uncorrelated errors

    .. math:: CR = \frac{(\sum\lambda)^2}{(\sum\lambda)^2 + \sum(1-\lambda^2)},
              \qquad AVE = \frac{1}{k}\sum\lambda^2

    References
    ----------
    Fornell & Larcker (1981). Journal of Marketing Research, 18(1), 39-50.
    """
    for name, construct in constructs.items():
        loadings = construct.get("loadings") or []
        possible = all([ledger.bounded("constructs", name, "loading", each, -1.0, 1.0) for each in loadings])
        _reliability(ledger, name, construct, loadings if possible else [])
        ave = construct.get("ave")
        if ledger.bounded("constructs", name, "ave", ave, 0.0, 1.0):
            ways = [Way("", lambda reading, of=loadings: extracted([reading(each) for each in of]))]
            ledger.judge("constructs", name, "ave", ave, ways if loadings and possible else [], "ave")
        root = construct.get("sqrt_ave")
        if ave is not None:
            ways = [Way("from_ave", lambda reading, of=ave: reading(of).root())]
        else:
            ways = [Way("from_loadings", lambda reading, of=loadings: extracted([reading(each) for each in of]).root())]
        ledger.judge("constructs", name, "sqrt_ave", root, ways if ave is not None or loadings else [], "sqrt_ave")


def _reliability(ledger: Ledger, name: str, construct: Mapping[str, Any], loadings: Sequence[Number]) -> None:
    for quantity in ("alpha", "omega"):
        coefficient = construct.get(quantity)
        if coefficient is not None and ledger.bounded("constructs", name, quantity, coefficient, float("-inf"), 1.0):
            ledger.skip("constructs", name, quantity, coefficient, "needs_covariances", quantity)
    cr = construct.get("cr")
    if not ledger.bounded("constructs", name, "cr", cr, 0.0, 1.0):
        return
    ways = [Way("", lambda reading: composite([reading(each) for each in loadings])),
            Way("sizes", lambda reading: composite([reading(each).size() for each in loadings]))]
    doubt = "correlated_errors" if construct.get("correlated_errors") == "yes" else ""
    ledger.judge("constructs", name, "cr", cr, ways if len(loadings) > 1 else [], "cr", doubt=doubt)


def composite(loadings: Sequence[Interval]) -> Interval:
    """Composite reliability over all loadings within their intervals.

    It rises with every loading while none is negative, so that its ends are at the corners; else the enclosure of
    sum and sum of squares is taken, which is wider.
    """
    if all(each.lower >= 0 for each in loadings):
        return Interval(_composite([each.lower for each in loadings]), _composite([each.upper for each in loadings]))
    common = total(list(loadings)).square()
    unique = Interval.exactly(len(loadings)) - total([each.square() for each in loadings])
    unique = Interval(max(unique.lower, 0.0), max(unique.upper, 0.0))
    lower = common.lower / (common.lower + unique.upper) if common.lower + unique.upper else 0.0
    upper = common.upper / (common.upper + unique.lower) if common.upper + unique.lower else 1.0
    return Interval(lower, upper)


def _composite(loadings: Sequence[float]) -> float:
    common = sum(loadings) ** 2
    unique = sum(max(1 - each**2, 0.0) for each in loadings)
    return common / (common + unique) if common + unique else 0.0


def extracted(loadings: Sequence[Interval]) -> Interval:
    """Average variance extracted over all loadings within their intervals."""
    squares = total([each.square() for each in loadings])
    return Interval(squares.lower / len(loadings), squares.upper / len(loadings))


def audit_claims(ledger: Ledger, claims: Mapping[str, Any], constructs: Mapping[str, Mapping[str, Any]],
                 correlations: Mapping[Pair, Number], htmt: Mapping[Pair, Number]) -> None:
    """Hold what is said of the printed numbers against them.

    A claim is consistent as long as some values that would be printed like this fulfil it.
    """
    _fornell_larcker(ledger, claims.get("fornell_larcker", ""), constructs, correlations)
    for claim, numbers in (("htmt_below", htmt), ("correlations_below", correlations)):
        limit = claims.get(claim)
        if limit is None:
            continue
        if not numbers:
            ledger.skip("claims", "", claim, limit, "needs_more", "claim")
            continue
        pair, largest = max(numbers.items(), key=lambda each: abs(each[1].value))
        ledger.verdict("claims", shown(pair), claim, limit.text, largest.rounded().size().lower <= limit.value, "claim",
                       recomputed=largest.rounded().size())
    for quantity in ("alpha", "cr", "ave", "loadings"):
        limit = claims.get(f"{quantity}_above")
        if limit is not None:
            _above(ledger, quantity, limit, constructs)


def _above(ledger: Ledger, quantity: str, limit: Number, constructs: Mapping[str, Mapping[str, Any]]) -> None:
    found = [(name, each) for name, construct in constructs.items()
             for each in (construct.get(quantity, []) if quantity == "loadings" else [construct.get(quantity)])
             if each is not None]
    claim = f"{quantity}_above"
    if not found:
        ledger.skip("claims", "", claim, limit, "needs_more", "claim")
        return
    sizes = [(name, each.rounded().size() if quantity == "loadings" else each.rounded()) for name, each in found]
    name, smallest = min(sizes, key=lambda each: each[1].upper)  # an item asked the other way round loads below 0
    ledger.verdict("claims", name, claim, limit.text, smallest.upper >= limit.value, "claim", recomputed=smallest)


def _fornell_larcker(ledger: Ledger, said: str, constructs: Mapping[str, Mapping[str, Any]],
                     correlations: Mapping[Pair, Number]) -> None:
    roots = {name: _root(construct, Number.rounded) for name, construct in constructs.items()}
    margins = {}
    for pair, r in correlations.items():
        of = [roots.get(name) for name in pair]
        if len(pair) == 2 and None not in of:
            least = Interval(min(each.lower for each in of), min(each.upper for each in of))
            margins[pair] = least - r.rounded().size()
    if not margins:
        if said:
            ledger.skip("claims", "", "fornell_larcker", said, "needs_more", "fornell_larcker")
        return
    if not said:  # nothing is claimed, so nothing can be contradicted; the closest pair is still worth knowing
        pair = min(margins, key=lambda each: margins[each].lower)
        ledger.skip("claims", shown(pair), "fornell_larcker", "", "no_claim", "fornell_larcker", margins[pair])
        return
    if said == "met":
        pair = min(margins, key=lambda each: margins[each].upper)
        holds = margins[pair].upper >= 0
    else:
        pair = min(margins, key=lambda each: margins[each].lower)
        holds = margins[pair].lower <= 0
    ledger.verdict("claims", shown(pair), "fornell_larcker", said, holds, "fornell_larcker", recomputed=margins[pair])


def _root(construct: Mapping[str, Any], reading: Reading) -> Interval | None:
    if construct.get("sqrt_ave") is not None:
        return reading(construct["sqrt_ave"])
    if construct.get("ave") is not None:
        return reading(construct["ave"]).root()
    loadings = construct.get("loadings")
    return extracted([reading(each) for each in loadings]).root() if loadings else None


def audit_htmt(ledger: Ledger, htmt: Mapping[Pair, Number], correlations: Mapping[Pair, Number],
               constructs: Mapping[str, Mapping[str, Any]]) -> None:
    """Show what HTMT would be if construct scores were sums of standardized items; no necessity, so no verdict.

    Notes
    -----
    For sums of standardized items and standardized alphas, ``htmt = r / sqrt(alpha1 * alpha2)``. Weighted scores and
    latent correlations differ from it.

    References
    ----------
    Henseler, Ringle & Sarstedt (2015). Journal of the Academy of Marketing Science, 43(1), 115-135.
    """
    for pair, number in htmt.items():
        if not ledger.bounded("htmt", shown(pair), "htmt", number, 0.0, float("inf")):
            continue
        alphas = [constructs.get(name, {}).get("alpha") for name in pair]
        r = correlations.get(pair)
        about = None
        if r is not None and len(pair) == 2 and None not in alphas:
            one, two = (each.rounded() for each in alphas)
            if min(one.lower, two.lower) > 0:
                about = r.rounded().size() / (one * two).root()
        ledger.skip("htmt", shown(pair), "htmt", number, "needs_items" if about is None else "htmt_about", "htmt",
                    about)


def shown(pair: Pair) -> str:
    """Name two constructs."""
    return " ~~ ".join(sorted(pair))
