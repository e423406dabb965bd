"""The table of gates, with severities told by sign, word and colour, never by colour alone."""

from __future__ import annotations

import html

import pandas as pd

from helpers import words
from helpers.report.speech import Speech, marked

_SIGN = {"stop": "■", "caution": "▲", "info": "●"}
_ORDER = {"stop": 0, "caution": 1, "info": 2}


def shown(gates: pd.DataFrame, speech: Speech, *, title: str, caption: str) -> str:
    """Write the gates as HTML: failed ones first, the gravest first, passed ones folded into short rows."""
    heads = "".join(f'<th scope="col">{marked(speech.column(name))}</th>'
                    for name in ("gate", "severity", "found", "criterion", "source"))
    rows = "".join(_row(row, speech) for row in in_order(gates).itertuples(index=False))
    empty = f'<tr><td colspan="5">{html.escape(words.say("report.gates.none", speech.language))}</td></tr>'
    return (f'<div class="as-table as-gates"><p class="as-caption"><b>{html.escape(title)}</b> '
            f"<span>{marked(caption)}</span></p>"
            f'<div class="as-scroll" role="region" tabindex="0" aria-label="{html.escape(title)}">'
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows or empty}</tbody></table></div></div>")


def in_order(gates: pd.DataFrame) -> pd.DataFrame:
    """Sort failed before passed, and the gravest first."""
    passed = gates["passed"].astype(bool)
    rank = gates["severity"].map(_ORDER) + 10 * passed
    return gates.assign(passed=passed).iloc[rank.argsort(kind="stable")]


def failed_by_severity(gates: pd.DataFrame) -> dict[str, int]:
    """Count the failed gates of each severity."""
    failed = gates.loc[~gates["passed"].astype(bool), "severity"].value_counts()
    return {severity: int(failed.get(severity, 0)) for severity in _ORDER}


def mark(severity: str, language: str, *, passed: bool = False) -> str:
    """Write the mark of a severity: a sign of its own shape, and the word."""
    if passed:
        return f'<span class="as-mark as-passed">✓ {html.escape(words.say("report.passed", language))}</span>'
    word = html.escape(words.say(f"report.severity.{severity}", language))
    return f'<span class="as-mark as-{severity}">{_SIGN[severity]} {word}</span>'


def _row(row: tuple, speech: Speech) -> str:
    found = html.escape(_text(row.found)).replace("\n", "<br>")
    advice = _text(row.advice)
    if advice:
        found += f'<br><span class="as-advice">→ {html.escape(advice)}</span>'
    cells = (html.escape(speech.term("gate", row.gate)), mark(row.severity, speech.language, passed=row.passed), found,
             html.escape(_text(row.criterion)), html.escape(_text(row.source)))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
