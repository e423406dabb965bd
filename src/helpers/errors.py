"""What goes wrong and what is doubted: one kind of error per room of cause, and the checks that gate a result.

An error carries an id and values; the sentence is made by `words` where it is shown, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from helpers import words

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["stop", "caution", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was found wrong.

    Attributes
    ----------
    id : str
        Of the sentence in the catalogue.
    values : mapping
        What the sentence is filled with.
    where : str
        File and line, or "" where there is no place.
    """

    id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""

    def sentence(self, language: str = "en") -> str:
        """Where, what was found, and what to do."""
        said = words.say(self.id, language, **self.values)
        return f"{self.where}: {said}" if self.where else said


class HelpersError(Exception):
    """Base of every refusal of the suite.

    Parameters
    ----------
    id : str
        Of the sentence in the catalogue.
    where : str
        File and line, where there is one.
    **values
        What the sentence is filled with.

    Attributes
    ----------
    problems : tuple of Problem
        Everything found; most errors carry one, a study's errors carry all at once.

    Examples
    --------
    >>> raise DataError("reading.empty", where="raw/responses.csv")
    Traceback (most recent call last):
    helpers.errors.DataError: raw/responses.csv: The file is empty. Export the data again.
    """

    def __init__(self, id: str, /, *, where: str = "", **values: Any) -> None:
        self.problems: tuple[Problem, ...] = (Problem(id, values, where),)
        super().__init__(id)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """Make one error that carries every problem found."""
        problems = tuple(problems)
        error = cls(problems[0].id, where=problems[0].where, **problems[0].values)
        error.problems = problems
        return error

    def sentence(self, language: str = "en") -> str:
        """One line per problem."""
        return "\n".join(problem.sentence(language) for problem in self.problems)

    def __str__(self) -> str:
        return self.sentence()

    def __reduce__(self) -> tuple:  # errors cross process borders
        return (_rebuild, (type(self), self.problems))


class StudyError(HelpersError):
    """The declaration of a study is wrong."""


class DataError(HelpersError):
    """The data cannot answer what was asked."""


class ModelError(HelpersError):
    """The model cannot be estimated; no estimate exists."""


class RunError(HelpersError):
    """A run or a report could not be carried out."""


def _rebuild(kind: type[HelpersError], problems: tuple[Problem, ...]) -> HelpersError:
    return kind.of(problems)


@dataclass(frozen=True, slots=True)
class Check:
    """One gate that a result went through.

    Attributes
    ----------
    gate : str
        Its name; the catalogue holds ``gate.<gate>`` and its ``.found .passed .criterion .source .advice``.
    severity : {"stop", "caution", "info"}
        What a failure means: the result is withheld, doubted, or merely commented.
    passed : bool
    values : mapping
        What the sentences are filled with.
    """

    gate: str
    severity: Severity
    passed: bool
    values: Mapping[str, Any] = field(default_factory=dict)


GATE_COLUMNS = ("gate", "severity", "passed", "found", "criterion", "source", "advice")


def gates_table(checks: Iterable[Check], language: str = "en") -> pd.DataFrame:
    """Make the table of gates in the reader's language, one row per check."""
    import pandas as pd

    rows = []
    for check in checks:
        prefix = f"gate.{check.gate}"
        found = f"{prefix}.passed" if check.passed else f"{prefix}.found"
        said = {part: words.say(f"{prefix}.{part}", language, **check.values) for part in ("criterion", "source")}
        advice = "" if check.passed else words.say(f"{prefix}.advice", language, **check.values)
        rows.append((check.gate, check.severity, check.passed, words.say(found, language, **check.values),
                     said["criterion"], said["source"], advice))
    return pd.DataFrame(rows, columns=list(GATE_COLUMNS))
