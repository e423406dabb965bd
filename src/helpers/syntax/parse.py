"""What the author wrote: relations with their modifiers, definitions and constraints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property

from helpers.errors import ModelError, Problem
from helpers.syntax.expressions import NAME, Expression
from helpers.syntax.lines import Statement, place, statements
from helpers.syntax.modifiers import Modifiers, pieces, read_modifiers

_NAME = re.compile(rf"(?:{NAME})\Z")
# What group_equal calls its parameters, and words that were meant as a value: na*, NaN*, Inf*.
_RESERVED = re.compile(r"(\.p\d+\.|na|nan|inf|null|true|false)\Z", re.IGNORECASE)
_THRESHOLD = re.compile(r"t[1-9][0-9]*\Z")


@dataclass(frozen=True, slots=True)
class Relation:
    """One term of the model as written.

    Attributes
    ----------
    lhs, op, rhs : str
        ``op`` is ``=~``, ``~``, ``~~``, ``~1`` (then ``rhs`` is ""), ``|`` (``rhs`` is ``t1``, ``t2``, ...) or ``~*~``.
    line : int
        Of the statement, from 1.
    modifiers : Modifiers
        Fixed values, starting values and labels, per group.
    """

    lhs: str
    op: str
    rhs: str
    line: int
    modifiers: Modifiers = field(default_factory=Modifiers)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two relations the same parameter; covariances have no direction."""
        pair = sorted((self.lhs, self.rhs)) if self.op == "~~" else (self.lhs, self.rhs)
        return pair[0], self.op, pair[1]


@dataclass(frozen=True, slots=True)
class Definition:
    """A line ``name := expression``."""

    name: str
    expression: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Constraint:
    """A line ``left == right``."""

    left: Expression
    right: Expression
    line: int


@dataclass(frozen=True, eq=False)  # without slots, so that the names are gathered once
class Model:
    """What the author of a model wrote, before any default is added.

    Attributes
    ----------
    text : str
        As given.
    relations : tuple of Relation
    definitions : tuple of Definition
    constraints : tuple of Constraint
    """

    text: str
    relations: tuple[Relation, ...]
    definitions: tuple[Definition, ...]
    constraints: tuple[Constraint, ...]

    @cached_property
    def latents(self) -> tuple[str, ...]:
        """Names that are measured (left of ``=~``), in order of appearance."""
        return tuple(dict.fromkeys(each.lhs for each in self.relations if each.op == "=~"))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every variable of the model, latent or observed, in order of appearance."""
        said = (name for each in self.relations for name in (each.lhs, "" if each.op == "|" else each.rhs))
        return tuple(name for name in dict.fromkeys(said) if name)

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """Names that the data must have: indicators first, then the others, in order of appearance."""
        latents = set(self.latents)
        indicators = [each.rhs for each in self.relations if each.op == "=~"]
        return tuple(name for name in dict.fromkeys([*indicators, *self.names]) if name not in latents)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels given to parameters, in order of appearance."""
        return tuple(dict.fromkeys(name for each in self.relations for name in each.modifiers.labels if name))


def parse(text: str) -> Model:
    """Read a model in lavaan's syntax.

    Parameters
    ----------
    text : str
        ``=~ ~ ~~ ~1 | ~*~ := ==``; labels, fixed values, ``NA*``, ``start()``, ``c(a, b)*`` per group; ``#`` and ``!``
        begin a comment, ``;`` separates, a line may go on after ``+``.

    Raises
    ------
    ModelError
        Everything that is wrong or not supported, each with its line.

    Examples
    --------
    >>> model = parse("trust =~ tr1 + tr2 + tr3 ; loyalty ~ b*trust")
    >>> model.latents, model.observed
    (('trust',), ('tr1', 'tr2', 'tr3', 'loyalty'))
    >>> parse("loyalty ~ trust:asymmetry")
    Traceback (most recent call last):
    helpers.errors.ModelError: model, line 1: ...
    """
    if not isinstance(text, str):
        raise ModelError("syntax.no_text", found=type(text).__name__)
    problems: list[Problem] = []
    relations: dict[tuple[str, str, str], Relation] = {}
    definitions: list[Definition] = []
    constraints: list[Constraint] = []
    for statement in statements(text):
        try:
            if isinstance(statement, ModelError):
                raise statement
            if statement.operator == ":=":
                definitions.append(_definition(statement))
            elif statement.operator == "==":
                sides = (Expression.parse(side, where=statement.where) for side in (statement.left, statement.right))
                constraints.append(Constraint(*sides, statement.line))
            else:
                _collect(relations, _relations(statement))
        except ModelError as error:
            problems.extend(error.problems)
    model = Model(text, tuple(relations.values()), tuple(definitions), tuple(constraints))
    problems = problems or _contradictions(model)
    if problems:
        raise ModelError.of(problems)
    return model


def _definition(statement: Statement) -> Definition:
    name = _name(statement.left, statement)
    return Definition(name, Expression.parse(statement.right, where=statement.where), statement.line)


def _relations(statement: Statement) -> list[Relation]:
    found = []
    lefts = [_name(piece, statement) for piece in pieces(statement.left, "+")]
    for term in pieces(statement.right, "+"):
        *before, last = pieces(term, "*")
        modifiers = read_modifiers(before, where=statement.where)
        for left in lefts:
            if statement.operator == "~" and last == "1":
                found.append(Relation(left, "~1", "", statement.line, modifiers))
            else:
                found.append(Relation(left, statement.operator, _name(last, statement), statement.line, modifiers))
    return found


def _name(text: str, statement: Statement) -> str:
    text = text.strip()
    if not _NAME.match(text):
        raise ModelError("syntax.name", where=statement.where, found=text or statement.right)
    return text


def _collect(relations: dict[tuple[str, str, str], Relation], found: list[Relation]) -> None:
    """Let a term be repeated to give it a second modifier; in vain or in contradiction it is an error."""
    for each in found:
        earlier = relations.get(each.key)
        if earlier is None:
            relations[each.key] = each
            continue
        merged = earlier.modifiers.merged(each.modifiers)
        if merged is None or merged == earlier.modifiers:
            shown = f"{each.lhs} {each.op} {each.rhs}".strip()
            raise ModelError("syntax.twice", where=place(each.line), relation=shown, line=earlier.line)
        relations[each.key] = replace(earlier, modifiers=merged)


def _contradictions(model: Model) -> list[Problem]:
    if not model.relations:
        return [Problem("syntax.empty")]
    found = [Problem("syntax.itself", {"name": each.lhs, "op": each.op}, place(each.line))
             for each in model.relations if each.op in ("=~", "~") and each.lhs == each.rhs]
    found += [Problem("syntax.scale", {"relation": f"{each.lhs} ~*~ {each.rhs}"}, place(each.line))
              for each in model.relations if each.op == "~*~" and (each.lhs != each.rhs or each.lhs in model.latents)]
    found += [Problem("syntax.threshold_name", {"item": each.lhs, "found": each.rhs}, place(each.line))
              for each in model.relations if each.op == "|" and not _THRESHOLD.match(each.rhs)]
    found += [Problem("syntax.circle", {"path": loop}, place(line)) for loop, line in _measurement_circles(model)]
    known = set(model.labels)
    found += [Problem("syntax.label_is_variable", {"name": each}, place(_first_line(model, each)))
              for each in model.labels if each in model.names]
    found += [Problem("syntax.label_reserved", {"name": each}, place(_first_line(model, each)))
              for each in model.labels if _RESERVED.match(each)]
    for each in model.definitions:
        if each.name in known:
            found.append(Problem("syntax.name_taken", {"name": each.name}, place(each.line)))
        found += [_unknown(name, known, each.line) for name in each.expression.names if name not in known]
        known.add(each.name)
    for each in model.constraints:
        found += [_unknown(name, known, each.line)
                  for name in (*each.left.names, *each.right.names) if name not in known]
    return found


def _first_line(model: Model, label: str) -> int:
    return next(each.line for each in model.relations if label in each.modifiers.labels)


def _unknown(name: str, known: set[str], line: int) -> Problem:
    return Problem("syntax.unknown_label", {"name": name, "labels": sorted(known) or "-"}, place(line))


def _measurement_circles(model: Model) -> list[tuple[str, int]]:
    """Find a construct that is measured, over any number of steps, by itself."""
    parts: dict[str, list[str]] = {}
    for each in model.relations:
        if each.op == "=~" and each.lhs != each.rhs:
            parts.setdefault(each.lhs, []).append(each.rhs)
    lines = {each.lhs: each.line for each in model.relations if each.op == "=~"}
    for start in parts:
        ways = [[start]]
        while ways:
            way = ways.pop()
            for part in parts.get(way[-1], ()):
                if part == start:
                    return [(" =~ ".join([*way, start]), lines[start])]
                if part not in way:
                    ways.append([*way, part])
    return []
