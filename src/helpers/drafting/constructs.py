"""Constructs that the items seem to form: by names, by sections, and by correlation where those say nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from helpers.drafting.blocks import Block, names_something
from helpers.drafting.clusters import LEAST_TOGETHER, against, clusters
from helpers.drafting.columns import Column
from helpers.drafting.vocabulary import says, vocabulary
from helpers.errors import Problem

FEW_RESPONDENTS = 30  # correlations of fewer say nothing about which items go together
MOST_OF_SECTION = 12  # items; a longer section is looked at by correlation
_TAKEN = ("na", "nan", "inf", "null", "true", "false", "c", "start")  # words of the model's language
_CLASSIC = {"tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5}


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A construct of the draft.

    Attributes
    ----------
    name : str
    items, expectation : tuple of str
        Columns.
    why : Problem
        What holds the items together.
    label : mapping of str to str
        By language.
    turned : mapping of str to float
        Column -> r with the rest of the construct, where an item may be worded against it.
    single : bool
    """

    name: str
    items: tuple[str, ...]
    why: Problem
    expectation: tuple[str, ...] = ()
    label: Mapping[str, str] = field(default_factory=dict)
    turned: Mapping[str, float] = field(default_factory=dict)
    single: bool = False


def proposed(block: Block, r: pd.DataFrame, scores: pd.DataFrame) -> tuple[list[Proposal], list[str]]:
    """Propose the constructs of a block.

    Parameters
    ----------
    block : Block
        Of one scale.
    r : DataFrame
        Correlations of all items, by column.
    scores : DataFrame of float

    Returns
    -------
    proposals : list of Proposal
        Their names may be taken twice; `named` tells them apart.
    left : list of str
        Columns that go with none.
    """
    columns = {column.name: column for column in block.columns}
    names = list(columns)
    if block.by == "alone" or len(names) == 1:
        return _alone(block.columns[0]), []
    if block.by == "name" or (block.by == "section" and len(names) <= MOST_OF_SECTION):
        groups, left, why = [names], [], Problem(
            "drafting.why.by_name" if block.by == "name" else "drafting.why.by_section",
            {"name": block.name[:60], "r": _mean(r, names)})
    elif classic := _classic(block, r):
        return classic, []
    elif len(scores) < FEW_RESPONDENTS:
        groups, left, why = [names], [], Problem("drafting.why.few_respondents", {"n": len(scores)})
    else:
        ordered = sorted(block.columns, key=lambda column: (column.header.number or column.position, column.position))
        groups, left = clusters(r, [column.name for column in ordered])
        groups, left = _sure(groups, left, r)
        why = None
    made = []
    for group in groups:
        name, label = _named(block, [columns[each] for each in group])
        reason = why or Problem("drafting.why.by_words" if label else "drafting.why.by_correlation",
                                {"r": _mean(r, group), "count": len(names)})
        made.append(Proposal(name, tuple(group), reason, label=label, turned=against(r, group, scores)))
    return made, left


def named(proposals: Sequence[Proposal], taken: set[str]) -> list[Proposal]:
    """Give each construct a name of its own that no item has."""
    counts = Counter(proposal.name for proposal in proposals)
    used, made = set(taken), []
    for proposal in proposals:
        number, name = 1, proposal.name
        if name == "block" or (counts[name] > 1 and name.startswith("section")):
            name = f"{proposal.name}_1"
        while name.casefold() in {other.casefold() for other in used}:
            number += 1
            name = f"{proposal.name}_{number}"
        used.add(name)
        made.append(replace(proposal, name=name))
    return made


def with_expectations(proposal: Proposal, pairs: Mapping[str, str]) -> Proposal:
    """Add the expectation items, where every perception item has one."""
    partners = [pairs[name] for name in proposal.items if name in pairs]
    whole = len(partners) == len(proposal.items) > 1
    return replace(proposal, expectation=tuple(partners)) if whole else proposal


def _alone(column: Column) -> list[Proposal]:
    stem = column.header.stem or column.header.code
    known = names_something(stem) or _by_words([column], 1)
    name = known or usable(column.header.code.casefold()) or "single"
    label = dict(vocabulary()["constructs"][known]["label"]) if known else {}
    return [Proposal(name, (column.name,), Problem("drafting.why.alone"), label=label, single=True)]


def _named(block: Block, columns: Sequence[Column]) -> tuple[str, Mapping[str, str]]:
    known = names_something(block.name) if block.by == "name" else ""
    known = known or _by_words(columns, max(2, (len(columns) + 1) // 2), block)
    if block.by == "section" and not known:
        known = next((name for name in vocabulary()["constructs"] if says(block.name, "constructs", name, "has")), "")
    if known:
        return known, dict(vocabulary()["constructs"][known]["label"])
    if block.by == "name" and len(block.name) == 1:
        return usable(f"block_{block.name.casefold()}") or "block", {}
    if block.by == "name":
        return usable(block.name.casefold()) or "block", {}
    return ("section", {"": block.name}) if block.by == "section" else ("block", {})


def _by_words(columns: Sequence[Column], least: int, block: Block | None = None) -> str:
    """Construct whose words stand in the wording of most items, and not in that of most other items of the block."""
    found: Counter[str] = Counter()
    everywhere: Counter[str] = Counter()
    inside = {column.name for column in columns}
    others = [column for column in (block.columns if block else ()) if column.name not in inside]
    for column in (*columns, *others):
        said = [name for name in vocabulary()["constructs"]
                if column.header.text and says(column.header.text, "constructs", name, "has")]
        (found if column.name in inside else everywhere).update(said)
    best = [name for name, count in found.most_common() if count >= least
            and (not others or everywhere[name] <= 0.3 * len(others))]
    return best[0] if best else ""


def usable(name: str) -> str:
    """Make a name that can stand in a model; "" where nothing is left of it.

    Examples
    --------
    >>> usable("3 service-quality"), usable("满意")
    ('service_quality', '满意')
    """
    text = "".join(sign if sign.isalnum() or sign == "_" else "_" for sign in name).lstrip("_0123456789").rstrip("_")
    while "__" in text:
        text = text.replace("__", "_")
    return text if text.isidentifier() and text.casefold() not in _TAKEN else ""


def usable_item(code: str) -> str:
    """Give a code that can stand in a model; "" where it cannot."""
    return code if code.replace(".", "_").isidentifier() and code.casefold() not in _TAKEN else ""


def _classic(block: Block, r: pd.DataFrame) -> list[Proposal]:
    """Divide 22 items in the order of the classic SERVQUAL instrument, unless the answers speak against it."""
    columns = sorted(block.columns, key=lambda column: column.header.number)
    numbers = [column.header.number for column in columns]
    if len(columns) != 22 or numbers != list(range(numbers[0], numbers[0] + 22)):
        return []
    names = [column.name for column in columns]
    cut: dict[str, list[str]] = {}
    start = 0
    for name, count in _CLASSIC.items():
        cut[name] = names[start:start + count]
        start += count
    inside = sum(_mean(r, group) * len(group) for group in cut.values()) / 22
    if inside <= _mean(r, names) + 0.02:
        return []
    why = Problem("drafting.why.classic", {"inside": inside, "all": _mean(r, names)})
    return [Proposal(name, tuple(group), why, label=dict(vocabulary()["constructs"][name]["label"]))
            for name, group in cut.items()]


def _sure(groups: list[list[str]], left: list[str], r: pd.DataFrame) -> tuple[list[list[str]], list[str]]:
    """Keep groups that hold together; two items that hardly correlate are no construct."""
    kept = [group for group in groups if _mean(r, group) >= LEAST_TOGETHER]
    return kept, left + [name for group in groups if group not in kept for name in group]


def _mean(r: pd.DataFrame, names: Sequence[str]) -> float:
    part = r.loc[list(names), list(names)].abs().to_numpy()
    count = len(names)
    return float((part.sum() - part.trace()) / max(count * (count - 1), 1))


