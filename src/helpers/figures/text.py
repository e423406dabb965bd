"""Words and numbers in figures: short lines, labels instead of codes, no leading zero where none can be."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from helpers import words

if TYPE_CHECKING:
    from matplotlib.axis import Axis

_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uff00-\uff60]")


def said(column: str, language: str) -> str:
    """Label a column without its italics marks."""
    id = f"figures.{column}" if words.has(f"figures.{column}") else f"column.{column}"
    return words.say(id, language).replace("*", "") if words.has(id) else column


def joined(parts: Iterable[Any], labels: Mapping[str, str]) -> str:
    """Name a row by several columns; paths are said part by part.

    Examples
    --------
    >>> joined(["trust -> loyalty", "direct"], {"trust": "Trust"})
    'Trust → loyalty, direct'
    """
    spoken = []
    for part in map(str, parts):
        steps = re.split(r"\s*(?:->|→)\s*", part)
        spoken.append(" → ".join(str(labels.get(step, step)) for step in steps))
    return ", ".join(dict.fromkeys(spoken))


def wrapped(text: str, width: int, *, lines: int = 3) -> str:
    r"""Break a text into short lines; a Chinese character counts twice and may end a line anywhere.

    Examples
    --------
    >>> wrapped("Psychological security", 14)
    'Psychological\nsecurity'
    >>> wrapped("心理安全感知", 8)
    '心理安全\n感知'
    """
    if not _WIDE.search(text):
        return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …"))
    pieces, line = [], ""
    for sign in text:
        if _columns(line + sign) > width:
            pieces.append(line)
            line = ""
        line += sign
    pieces.append(line)
    return "\n".join([*pieces[:lines - 1], "".join(pieces[lines - 1:])[:width // 2 - 1] + "…"]
                     if len(pieces) > lines else pieces)


def number(value: float, decimals: int = 2) -> str:
    """Print a coefficient as figures do: no leading zero, a real minus sign.

    Examples
    --------
    >>> number(0.414), number(-0.5), number(1.034)
    ('.41', '−.50', '1.03')
    """
    printed = f"{value:.{decimals}f}"
    printed = printed.lstrip("-") if float(printed) == 0 else printed
    return re.sub(r"^(-?)0\.", r"\1.", printed).replace("-", "−")


def bounded(axis: Axis) -> None:
    """Write an axis of coefficients without leading zeros."""
    from matplotlib.ticker import FuncFormatter

    def told(value: float, _: int) -> str:
        ticks = [round(float(tick), 6) for tick in axis.get_majorticklocs()]
        decimals = next((count for count in (1, 2, 3) if all(round(tick, count) == tick for tick in ticks)), 3)
        return "0" if abs(value) < 1e-9 else number(value, decimals)

    axis.set_major_formatter(FuncFormatter(told))


def _columns(text: str) -> int:
    return sum(2 if _WIDE.match(sign) else 1 for sign in text)
