"""A foreign file mapped onto the constructs of another study, by the wording and the names of their items."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from helpers.drafting import clusters
from helpers.drafting.columns import Column
from helpers.drafting.constructs import Proposal
from helpers.drafting.draft import Draft, without_conflict
from helpers.drafting.vocabulary import plain
from helpers.errors import Problem
from helpers.studies import Construct, Item, Study
from helpers.studies.places import FILE
from helpers.studies.written import read_written

LEAST_ALIKE = 0.35  # cosine of two wordings; questions on the same matter in other words reach .35 to .6
SAME_NAME = 0.95  # of two items with one name, whatever their wordings
_WORD = re.compile(r"[a-z][a-z']+|\d+")
_EASTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_PLACEABLE = ("item", "nps", "unplaced")


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How a file was mapped onto another study.

    Attributes
    ----------
    study : Study
    beside : bool
        The new study stands beside the other.
    placed : mapping of column to tuple
        Item of the other study, and how much alike the two are.
    absent : tuple of str
        Items of the other study without a column.
    unplaced : mapping of column to tuple
        The nearest item, and how much alike the two are.
    parts : mapping of str to tuple of str
        Second-order construct -> its parts that are there.
    reversed : mapping of str to float
        Reversed item of the other study -> its correlation here with the rest of its construct.
    markers : tuple of str
        Columns of the other study's marker items.
    model : str
    rivals : mapping of str to str
    lacking : tuple of str
        Names in the other study's model that are not in the draft; () where the model can be taken over.
    """

    study: Study
    beside: bool
    placed: Mapping[str, tuple[str, float]]
    absent: tuple[str, ...]
    unplaced: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reversed: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    rivals: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()


def mapped(draft: Draft, other: Study, *, beside: Path) -> Draft:
    """Map the columns of a draft onto the constructs of another study.

    Parameters
    ----------
    draft : Draft
    other : Study
    beside : Path
        Folder in which the new study will stand.

    Returns
    -------
    Draft
        With the other study's constructs, as far as their items have a column; the draft's own constructs where no
        column is like any item.
    """
    columns = [column for column in draft.columns if column.kind in _PLACEABLE and column.name in draft.keys]
    items = [item for item in other.items.values() if item.role not in ("weight", "auxiliary")]
    if not columns or not items:
        return draft
    alike = _similarity(columns, items)
    placed = _perceived(_assigned(columns, items, alike), columns, items, alike, other)
    if not placed:
        return replace(draft, like=Likeness(other, False, {}, tuple(item.name for item in items),
                                            _nearest(columns, items, alike, placed)))
    column_of = {item: column for column, (item, _) in placed.items()}
    proposals = [made for construct in other.constructs.values() if not construct.of
                 and (made := _proposal(construct, column_of, placed))]
    kinds = _kinds(draft, placed, other)
    kept, proposals, missing = without_conflict(kinds, proposals, draft.keys)
    there = {name for proposal in proposals for name in (*proposal.items, *proposal.expectation)}
    markers = tuple(name for name, (item, _) in placed.items() if other.items[item].role == "marker"
                    and set(draft.keys[name].missing) <= missing.keys())
    used = {name: hit for name, hit in placed.items() if name in there | set(markers)}
    like = _likeness(draft, other, proposals, used, beside)
    like = replace(like, markers=markers, unplaced=_nearest(columns, items, alike, used))
    return replace(draft, columns=tuple(kept), proposals=tuple(proposals), missing=missing, like=like,
                   names=_names(draft, placed))


def _similarity(columns: Sequence[Column], items: Sequence[Item]) -> np.ndarray:
    """Cosines of TF-IDF weights of words, word beginnings and pairs of characters; the best of both languages."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    ours = [column.wording or column.name for column in columns]
    theirs = {language: [item.text.get(language, "") for item in items] for language in ("en", "zh")}
    vectors = TfidfVectorizer(analyzer=_pieces, sublinear_tf=True)
    vectors.fit([*ours, *theirs["en"], *theirs["zh"], "x"])
    here = vectors.transform(ours)
    alike = np.maximum(*(np.asarray((here @ vectors.transform(texts).T).todense()) for texts in theirs.values()))
    for row, column in enumerate(columns):
        for position, item in enumerate(items):
            if _bare(column.header.code or column.name) in (_bare(item.name), _bare(item.column)):
                alike[row, position] = max(alike[row, position], SAME_NAME)
            elif not _may_be(column, item):
                alike[row, position] = 0.0
    return alike


def _may_be(column: Column, item: Item) -> bool:
    """Whether a column can be an item at all: on its side of a pair, and 0 to 10 where recommendation is."""
    if item.role == "nps" and column.kind != "nps":
        return False
    return not column.header.side or (column.header.side == "expectation") == (item.role == "expectation")


def _pieces(text: str) -> list[str]:
    normal = plain(text)
    words = _WORD.findall(normal)
    pieces = [*words, *(word[:5] + "*" for word in words if len(word) > 5)]
    for run in _EASTERN.findall(normal):
        pieces += [*run, *(run[place:place + 2] for place in range(len(run) - 1))]
    return pieces


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _assigned(columns: Sequence[Column], items: Sequence[Item], alike: np.ndarray) -> dict[str, tuple[str, float]]:
    from scipy.optimize import linear_sum_assignment

    rows, places = linear_sum_assignment(np.where(alike >= LEAST_ALIKE, alike, 0.0), maximize=True)
    return {columns[row].name: (items[place].name, float(alike[row, place]))
            for row, place in zip(rows, places, strict=True) if alike[row, place] >= LEAST_ALIKE}


def _perceived(placed: Mapping[str, tuple[str, float]], columns: Sequence[Column], items: Sequence[Item],
               alike: np.ndarray, other: Study) -> dict[str, tuple[str, float]]:
    """Give a column that is a little more like an expectation to its perception, where that has no column."""
    partners = {e: p for each in other.constructs.values() for p, e in zip(each.items, each.expectation, strict=False)}
    found, taken = dict(placed), {item for item, _ in placed.values()}
    free = {item.name: place for place, item in enumerate(items) if item.name not in taken}
    for row, column in enumerate(columns):
        perceived = partners.get(found.get(column.name, ("",))[0])
        if perceived in free and alike[row, free[perceived]] >= LEAST_ALIKE and not column.header.side:
            found[column.name] = (perceived, float(alike[row, free[perceived]]))
    return found


def _nearest(columns: Sequence[Column], items: Sequence[Item], alike: np.ndarray,
             placed: Mapping[str, object]) -> dict[str, tuple[str, float]]:
    best = alike.argmax(axis=1)
    return {column.name: (items[place].name, float(alike[row, place]))
            for row, (column, place) in enumerate(zip(columns, best, strict=True)) if column.name not in placed}


def _names(draft: Draft, placed: Mapping[str, tuple[str, float]]) -> dict[str, str]:
    taken = {item for item, _ in placed.values()}
    names = {column: item for column, (item, _) in placed.items()}
    for column, name in draft.names.items():
        names.setdefault(column, name if name not in taken else f"{name}_here")
    return names


def _proposal(construct: Construct, column_of: Mapping[str, str],
              placed: Mapping[str, tuple[str, float]]) -> Proposal | None:
    wanted = construct.items or ((construct.single,) if construct.single else ())
    here = [item for item in wanted if item in column_of]
    if not here:
        return None
    partners = dict(zip(construct.items, construct.expectation, strict=False))
    expected = [column_of[partners[item]] for item in here if partners.get(item) in column_of]
    least = min(placed[column_of[item]][1] for item in here)
    why = Problem("drafting.why.like", {"count": len(here), "of": len(wanted), "least": least})
    paired = tuple(expected) if len(expected) == len(here) > 1 else ()
    return Proposal(construct.name, tuple(column_of[item] for item in here), why, paired, dict(construct.label), {},
                    single=len(here) == 1)


def _kinds(draft: Draft, placed: Mapping[str, object], other: Study) -> list[Column]:
    """Say anew what becomes of the columns: placed ones are items, the rest of the items stay outside."""
    groups = {_bare(name): "profile" for name in other.profile} | {_bare(name): "groups" for name in other.groups}
    looked = []
    for column in draft.columns:
        if column.name in placed and column.kind == "unplaced":
            column = replace(column, kind="item")
        elif column.name not in placed and column.kind in ("item", "nps"):
            column = replace(column, kind="unplaced", why=Problem("drafting.why.not_like", {"study": other.name}))
        elif column.kind in ("groups", "profile") and _bare(column.name) in groups:
            column = replace(column, kind=groups[_bare(column.name)])
        looked.append(column)
    return looked


def _likeness(draft: Draft, other: Study, proposals: Sequence[Proposal], placed: Mapping[str, tuple[str, float]],
              beside: Path) -> Likeness:
    constructs = {proposal.name for proposal in proposals}
    parts = {name: tuple(part for part in construct.of if part in constructs)
             for name, construct in other.constructs.items() if construct.of}
    parts = {name: inside for name, inside in parts.items() if len(inside) > 1}
    content = read_written(other.folder / FILE, FILE).content
    model = str(content.get("model", ""))
    items = {item for item, _ in placed.values()}
    known = constructs | parts.keys() | items
    rivals = {name: str(text) for name, text in content.get("rivals", {}).items()
              if all(each in known for each in other.constructs if _names_it(str(text), each))}
    absent = tuple(name for name, item in other.items.items() if item.role not in ("weight", "auxiliary")
                   and name not in items)
    return Likeness(other, other.folder.parent.resolve() == beside.resolve(), placed, absent, {}, parts,
                    _reversed(draft, other, proposals, placed), model, rivals,
                    tuple(name for name in (*other.constructs, *other.items)
                          if _names_it(model, name) and name not in known))


def _names_it(model: str, name: str) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", model))


def _reversed(draft: Draft, other: Study, proposals: Sequence[Proposal],
              placed: Mapping[str, tuple[str, float]]) -> dict[str, float]:
    """Correlate each item that the other study reverses with the items of its construct that it does not."""
    found = {}
    for proposal in proposals:
        items = {column: placed[column][0] for column in proposal.items}
        plain_ones = [column for column, item in items.items() if item not in other.reversed]
        scores = clusters.coded({name: draft.keys[name].numbers for name in items}, draft.taken.frame)
        for column, item in items.items():
            if item in other.reversed:
                rest = scores[plain_ones].mean(axis=1) if plain_ones else scores[column] * np.nan
                found[item] = float(scores[column].corr(rest)) if plain_ones else float("nan")
    return found
