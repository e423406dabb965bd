"""What a study declares, once it has been checked: frozen values that the other rooms only read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from helpers.studies.analysis import Analysis
from helpers.studies.assertions import Claim, Criterion, Replicates
from helpers.studies.compared import Group, Wave
from helpers.studies.responses import Responses
from helpers.studies.rules import actions
from helpers.words import pick, say

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Attributes
    ----------
    name : str
    column : str
        Of the data file.
    construct : str
        "" for markers and weights.
    role : {"perception", "expectation", "single", "marker", "nps", "weight"}
    low, high : float
        Ends of the scale; a weight has 0 and infinity.
    reversed : bool
        Scores are low + high - answer.
    text : mapping of str to str
        Wording by language.
    codes : mapping of str to float
        Answer in words -> code, from the codebook's ``values``.
    """

    name: str
    column: str
    construct: str
    role: str
    low: float
    high: float
    reversed: bool = False
    text: Texts = field(default_factory=dict)
    codes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Construct:
    """One construct: exactly one of ``items``, ``of`` and ``single`` is filled."""

    name: str
    items: tuple[str, ...] = ()
    expectation: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    single: str = ""
    low: float = float("nan")
    high: float = float("nan")
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the specification: ``how`` is "planned" before the data or "found" by looking."""

    what: Texts
    why: Texts
    how: str


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A study as declared in study.yml and its codebook, without contradiction.

    Attributes
    ----------
    folder : Path
    name : str
        The folder's name; the report's folder is called so too.
    title : mapping of str to str
    codebook : DataFrame
        ``item``, ``column``, ``en``, ``zh``, ``values``; empty where the study has none.
    constructs, items, groups, profile : mapping by name
        ``items`` in the order of the constructs; ``profile`` holds columns that only describe the sample.
    clusters : mapping of column to its label
        Columns of branches or agents.
    changes : tuple of Change
        What was changed of the specification, and why.
    model : str
        Complete lavaan text; "" where no model is declared.
    measurement_model : str
        The factor model of every first-order construct with several items; "" where there is none.
    rivals : mapping of str to str
        Complete lavaan text each.
    structures : mapping
        Other groupings of the items: name -> factor -> items.
    criteria : mapping of str to Criterion
        Documented defaults, replaced where the study sets its own.
    screening : mapping of str to str
        Screening rule -> "keep", "flag" or "exclude", where the study names the rule.
    """

    folder: Path
    name: str
    title: Texts
    synthetic: bool
    citation: str
    responses: Responses
    codebook: pd.DataFrame
    codebook_file: Path | None
    constructs: Mapping[str, Construct]
    items: Mapping[str, Item]
    groups: Mapping[str, Group]
    profile: Mapping[str, Group]
    wave: Wave | None
    model: str
    measurement_model: str
    rivals: Mapping[str, str]
    structures: Mapping[str, Mapping[str, tuple[str, ...]]]
    analysis: Analysis
    criteria: Mapping[str, Criterion]
    claims: Mapping[str, Claim]
    replicates: Replicates | None
    roles: Mapping[str, tuple[str, ...]]
    notebooks: tuple[str, ...]
    languages: tuple[str, ...]
    smallest_cell: int
    screening: Mapping[str, str] = field(default_factory=dict)
    clusters: Mapping[str, Texts] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @property
    def scales(self) -> dict[str, tuple[str, ...]]:
        """Every construct with items of its own -> its perception items."""
        return {name: construct.items for name, construct in self.constructs.items() if construct.items}

    @property
    def parts(self) -> dict[str, tuple[str, ...]]:
        """Every second-order construct -> the constructs that are its parts."""
        return {name: construct.of for name, construct in self.constructs.items() if construct.of}

    @property
    def singles(self) -> tuple[str, ...]:
        """The constructs that one item stands for."""
        return tuple(name for name, construct in self.constructs.items() if construct.single)

    @property
    def outcomes(self) -> dict[str, tuple[str, ...]]:
        """Every construct that has a score of its own -> its items: scales, single items, and second-order constructs.

        A second-order construct is scored by all items of its parts, which must share one response scale.
        """
        found = {name: construct.items or (construct.single,) for name, construct in self.constructs.items()
                 if construct.items or construct.single}
        for name, construct in self.constructs.items():
            items = tuple(item for part in construct.of for item in found.get(part, ()))
            if items and len({(self.items[item].low, self.items[item].high) for item in items}) == 1:
                found[name] = items
        return found

    @property
    def reversed(self) -> tuple[str, ...]:
        """Items that are turned around when they are read."""
        return tuple(name for name, item in self.items.items() if item.reversed)

    @property
    def pairs(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Every construct with expectations -> its perception items and its expectation items, in pairs."""
        return {name: (construct.items, construct.expectation)
                for name, construct in self.constructs.items() if construct.expectation}

    @property
    def actions(self) -> dict[str, str]:
        """Every screening rule -> "keep", "flag" or "exclude"."""
        return actions(self.analysis.careless, self.screening)

    @property
    def excludes(self) -> bool:
        """Whether any screening rule leaves respondents out."""
        return "exclude" in self.actions.values()

    @property
    def respondents(self) -> tuple[str, ...]:
        """The column that tells respondents apart, where there is one."""
        return (self.responses.respondent,) if self.responses and self.responses.respondent else ()

    @property
    def half_column(self) -> str:
        """The column that tells the exploring half from the confirming one; "" where the halves are random."""
        return "" if self.analysis.halves == "random" else self.analysis.halves

    @property
    def panel(self) -> str:
        """The column of the waves where the same people answered in each; "" otherwise."""
        return self.wave.column if self.wave and self.wave.same_people else ""

    @property
    def partial(self) -> dict[str, tuple[str, ...]]:
        """Group columns, the wave too -> loadings and intercepts that were declared to differ."""
        found = {name: group.partial for name, group in self.groups.items()}
        return found | ({self.wave.column: self.wave.partial} if self.wave else {})

    @property
    def references(self) -> dict[str, str]:
        """Group column -> the group that the others are compared with."""
        return {name: group.reference for name, group in self.groups.items()}

    @property
    def smallest_difference(self) -> float | None:
        """Standardized difference from the original below which nothing matters; None where none is declared."""
        return self.replicates.bound if self.replicates else None

    @property
    def nps(self) -> str:
        """The item of recommendation; "" where none is declared."""
        return next(iter(self.roles.get("nps", ())), "")

    @property
    def auxiliaries(self) -> tuple[str, ...]:
        """Items or columns outside the model that full information uses where answers are missing."""
        return self.roles.get("auxiliary", ())

    def labels(self, language: str) -> dict[str, str]:
        """Say what to show for constructs, items, group columns and groups in a language.

        Parameters
        ----------
        language : {"en", "zh"}

        Returns
        -------
        dict of str to str
            A name without a label stands for itself; a name that several share has the construct's, then the item's.
        """
        columns = (*self.profile.values(), *self.groups.values())
        named = [(level, group.levels.get(level, {})) for group in columns for level in group.order]
        named += [(self.wave.column, self.wave.label or {language: say("studies.wave", language)})] if self.wave else []
        named += [*((group.name, group.label) for group in columns), *self.clusters.items()]
        named += [(name, item.text) for name, item in self.items.items()]
        named += [(name, construct.label) for name, construct in self.constructs.items()]
        return {name: pick(texts, language) if texts else name for name, texts in named}

    def hash_inputs(self) -> tuple[Path, ...]:
        """Files whose content decides the result; those of the study that is repeated too."""
        codebook = () if self.codebook_file is None else (self.codebook_file,)
        repeated = self.replicates.files if self.replicates else ()
        return (self.folder / "study.yml", *codebook, *self.responses.files, *repeated)
