"""What stands where a result would stand: a refusal that travels as a value.

A notebook never branches on it: whatever is asked of a withheld result is withheld too.
"""

from __future__ import annotations

import html
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers import words
from helpers.errors import GATE_COLUMNS, HelpersError, Severity, StudyError

# The last part of an id that says "this study does not declare it": a comment, not a doubt about a result.
_UNDECLARED = ("no_", "not_declared", "undeclared", "not_asked")


@dataclass(frozen=True, slots=True, eq=False)
class Withheld:
    """A result that is not shown, with the reason and the remedy.

    Attributes
    ----------
    name : str
        Table, figure or function that was asked for.
    reason : str
        What was found, in the reader's language; one line per problem.
    advice : str
        What to do about it, "" where the reason says it.
    severity : {"stop", "caution", "info"}
        ``info`` where the study does not declare what would be needed.
    cause : str
        The first refusal in a chain, so that the tenth box says it once and not ten times.

    Notes
    -----
    Attributes, items and calls of a withheld result are the withheld result itself, so that
    ``page.figure("paths", figures.paths, fit.parameters, fit.r2)`` is withheld with ``fit``.
    """

    name: str
    reason: str
    advice: str = ""
    severity: Severity = "stop"
    cause: str = ""

    def __getattr__(self, name: str) -> Withheld:
        if name.startswith("_"):  # Python's and IPython's own questions get an honest no
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Withheld:
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Withheld:
        """Stay withheld."""
        return self


def from_error(name: str, error: HelpersError, language: str) -> Withheld:
    """Turn a refusal of a room into the value that the page shows."""
    advised = [f"{problem.id}.advice" for problem in error.problems if words.has(f"{problem.id}.advice")]
    advice = "\n".join(dict.fromkeys(words.say(id, language) for id in advised))
    undeclared = all(problem.id.rpartition(".")[2].startswith(_UNDECLARED) for problem in error.problems)
    severity: Severity = "info" if undeclared and not isinstance(error, StudyError) else "stop"
    return Withheld(name, error.sentence(language), advice, severity)


def first_among(values: Any) -> Withheld | None:
    """Find the withheld result among arguments, looking one level into lists and dicts."""
    for value in values:
        if isinstance(value, Withheld):
            return value
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        for part in inner:
            if isinstance(part, Withheld):
                return part
    return None


def spared(source: Any, args: tuple, kwargs: Mapping[str, Any]) -> tuple[tuple, dict[str, Any]]:
    """Leave out what is not part of the study where the source can do without: a parameter that is None by default.

    Examples
    --------
    >>> spared(lambda fit, ratios=None: fit, ("fit", Withheld("ratios", "one scale", severity="info")), {})
    (('fit', None), {})
    """
    try:
        bound = inspect.signature(source).bind(*args, **kwargs)
    except (TypeError, ValueError):  # no function, or called wrongly: what it needs is looked at as it is
        return args, dict(kwargs)
    for name, value in bound.arguments.items():
        spare = bound.signature.parameters[name].default is None
        if spare and isinstance(value, Withheld) and value.severity == "info":
            bound.arguments[name] = None
    return bound.args, bound.kwargs


def depending(name: str, on: Withheld, language: str) -> Withheld:
    """Withhold what would have been computed from a withheld result."""
    cause = on.cause or on.reason
    return Withheld(name, words.say("report.depends", language, reason=cause), on.advice, on.severity, cause)


def gate_row(withheld: Withheld, title: str, language: str) -> dict[str, Any]:
    """Make the row of the gates table that records it."""
    found = words.say("report.withheld.found", language, title=title, reason=withheld.reason)
    criterion = words.say("report.withheld.criterion", language)
    row = ("withheld", withheld.severity, False, found, criterion, "", withheld.advice)
    return dict(zip(GATE_COLUMNS, row, strict=True))


def box(withheld: Withheld, title: str, language: str) -> str:
    """Write the box that stands in the result's place."""
    kind = "info" if withheld.severity == "info" else "stop"
    lines = [f"<p>{html.escape(line)}</p>" for line in withheld.reason.splitlines()]
    if withheld.advice:
        remedy = html.escape(words.say("report.withheld.advice", language))
        lines.append(f"<p><strong>{remedy}</strong> {html.escape(withheld.advice)}</p>")
    head = html.escape(words.say(f"report.withheld.{kind}", language, title=title))
    return f'<aside class="as-box as-{kind}" role="note"><p class="as-boxhead">{head}</p>{"".join(lines)}</aside>'
