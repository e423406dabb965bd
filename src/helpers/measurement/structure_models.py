r"""Which factor models could have produced the same items? The rivals of the declared factors, where identified.

One factor; a second-order factor behind them; a general factor beside them (bifactor);
whatever the study declares. A model is written only where it is identified, else the reason stands in its place.

References
----------
Yung, Thissen & McLeod (1999). On the relationship between the higher-order factor model and the hierarchical factor
model. Psychometrika, 64(2), 113-128. Bollen (1989), pp. 238-247 (rules of identification).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from helpers.measurement.factor_validity import correlated_factors

GENERAL = "general"
"""Name of the general factor of a bifactor model; followed by ``_`` where the study uses it itself."""

OWN_NAMES = ("one_factor", "correlated", "second_order", "bifactor")
"""Names of the structures that the study does not declare itself."""

# With three group factors the loadings on the general factor follow from the correlations between the groups; with two
# they are fixed only up to a constant. Three items tell their own loadings on a group factor; two tell a product.
FEWEST_PARTS, FEWEST_ITEMS = 3, 3


@dataclass(frozen=True, slots=True)
class Structure:
    """One factor model of a set of items.

    Attributes
    ----------
    name : str
        ``one_factor``, ``correlated``, ``second_order``, ``bifactor``, or the study's own name.
    model : str
        In lavaan's syntax; "" where it is not identified or says the same as another.
    factors : mapping of str to tuple of str
        Factor -> its items, without the general factor.
    status : {"fitted", "equivalent", "few_parts"}
        ``equivalent``: to the correlated factors; ``few_parts``: not identified, too few factors.
    """

    name: str
    model: str
    factors: Mapping[str, tuple[str, ...]]
    status: str = "fitted"


def rival_structures(constructs: Mapping[str, Sequence[str]], *, second_order: str = "",
                     own: Mapping[str, Mapping[str, Sequence[str]]] | None = None) -> list[Structure]:
    """List the factor models of a set of items, the most restricted first.

    Parameters
    ----------
    constructs : mapping
        Factor -> its items; at least two items each.
    second_order : str, optional
        Name of the construct that the factors are declared to be parts of; without it there is neither a second-order
        nor a bifactor model, because nothing but fit would speak for them.
    own : mapping, optional
        Name of a structure -> factor -> items, all items of ``constructs`` in it.

    Returns
    -------
    list of Structure

    Examples
    --------
    >>> parts = {"physical": ["a", "b", "c"], "information": ["d", "e", "f"], "psychological": ["g", "h", "i"]}
    >>> [(each.name, each.status) for each in rival_structures(parts, second_order="assurance")]
    [('one_factor', 'fitted'), ('correlated', 'fitted'), ('second_order', 'equivalent'), ('bifactor', 'fitted')]
    """
    factors = {name: tuple(items) for name, items in constructs.items()}
    items = [item for each in factors.values() for item in each]
    whole = {second_order or _unused(GENERAL, {*factors, *items}): tuple(items)}
    found = [Structure("one_factor", correlated_factors(whole), whole)] if len(factors) > 1 else []
    for name, declared in (own or {}).items():
        mine = {factor: tuple(each) for factor, each in declared.items()}
        found.append(Structure(name, correlated_factors(mine), mine))
    found.append(Structure("correlated", correlated_factors(factors), factors))
    if second_order and len(factors) > 1:
        found.append(_second_order(factors, second_order))
        found.append(_bifactor(factors, second_order))
    return found


def second_order_model(constructs: Mapping[str, Sequence[str]], name: str) -> str:
    """Write the model of one factor behind the factors.

    Examples
    --------
    >>> print(second_order_model({"trust": ["tr1", "tr2"], "loyalty": ["loy1", "loy2"]}, "bond"))
    trust =~ tr1 + tr2
    loyalty =~ loy1 + loy2
    bond =~ trust + loyalty
    """
    return f"{correlated_factors(constructs)}\n{name} =~ {' + '.join(constructs)}"


def bifactor_model(constructs: Mapping[str, Sequence[str]], *, general: str = GENERAL) -> str:
    """Write the model of a general factor of all items and a factor of each group, uncorrelated.

    Every factor has variance 1. The two loadings of a group of two items are equal: their product is all that the
    items tell.

    Examples
    --------
    >>> print(bifactor_model({"trust": ["tr1", "tr2", "tr3"], "loyalty": ["loy1", "loy2"]}))
    general =~ NA*tr1 + tr2 + tr3 + loy1 + loy2
    general ~~ 1*general
    trust =~ NA*tr1 + tr2 + tr3
    trust ~~ 1*trust
    loyalty =~ NA*loy1 + loyalty.*loy1 + loyalty.*loy2
    loyalty ~~ 1*loyalty
    general ~~ 0*trust
    general ~~ 0*loyalty
    trust ~~ 0*loyalty
    """
    items = [item for each in constructs.values() for item in each]
    lines = [f"{general} =~ NA*{' + '.join(items)}", f"{general} ~~ 1*{general}"]
    for name, own in constructs.items():
        if len(own) < FEWEST_ITEMS:
            lines.append(f"{name} =~ NA*{own[0]} + " + " + ".join(f"{name}.*{item}" for item in own))
        else:
            lines.append(f"{name} =~ NA*{' + '.join(own)}")
        lines.append(f"{name} ~~ 1*{name}")
    names = [general, *constructs]
    lines += [f"{one} ~~ 0*{other}" for at, one in enumerate(names) for other in names[at + 1:]]
    return "\n".join(lines)


def refines(finer: Structure, coarser: Structure) -> bool:
    """Tell whether every factor of one structure lies within a factor of the other, so that the other is nested in it.

    Examples
    --------
    >>> parts = rival_structures({"a": ["a1", "a2"], "b": ["b1", "b2"]})
    >>> refines(parts[1], parts[0]), refines(parts[0], parts[1])
    (True, False)
    """
    of = {item: name for name, items in coarser.factors.items() for item in items}
    return (finer.factors != coarser.factors
            and all(len({of.get(item) for item in items}) == 1 for items in finer.factors.values()))


def _second_order(factors: Mapping[str, tuple[str, ...]], name: str) -> Structure:
    """Write the second-order model where it says more than the correlated factors: with four parts and more."""
    if len(factors) > FEWEST_PARTS:
        return Structure("second_order", second_order_model(factors, name), factors)
    # Three correlations give three second-order loadings, and two parts one more than they can tell.
    status = "equivalent" if len(factors) == FEWEST_PARTS else "few_parts"
    return Structure("second_order", "", factors, status)


def _bifactor(factors: Mapping[str, tuple[str, ...]], name: str) -> Structure:
    if len(factors) < FEWEST_PARTS:
        return Structure("bifactor", "", factors, "few_parts")
    return Structure("bifactor", bifactor_model(factors, general=name), factors)


def _unused(name: str, taken: Set[str]) -> str:
    while name in taken:
        name += "_"
    return name
