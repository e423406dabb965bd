"""Formulas that open offline: LaTeX between dollar signs becomes MathML, which every current browser draws itself."""

from __future__ import annotations

import re
from collections.abc import Callable

# Code keeps its dollars; `$5 and $6` is money, not a formula: a formula neither begins nor ends with a space.
_PIECES = re.compile(
    r"(?P<code>^```.*?^```|`[^`\n]+`)"
    r"|\$\$(?P<display>.+?)\$\$"
    r"|(?<![\\$])\$(?P<inline>[^\s$](?:[^$\n]*[^\s$])?)\$(?![\d$])",
    re.DOTALL | re.MULTILINE)


def with_formulas(text: str, prose: Callable[[str], str]) -> str:
    """Convert the text around the formulas with `prose`, and each formula to MathML.

    Parameters
    ----------
    text : str
        Markdown or plain text with ``$...$`` and ``$$...$$``.
    prose : callable
        Text -> HTML. Formulas are out of its sight, so it cannot mistake their ``_`` and ``*`` for emphasis.

    Returns
    -------
    str
        HTML. A formula that cannot be converted stays as its LaTeX source.

    Examples
    --------
    >>> with_formulas("so $a$", str)[:12]
    'so <math xml'
    """
    formulas: list[str] = []

    def taken(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        formulas.append(_converted(match["display"] or match["inline"], display=bool(match["display"])))
        return f"FORMULA{len(formulas) - 1}ALUMROF"

    page = prose(_PIECES.sub(taken, text) if "$" in text else text)
    return re.sub(r"FORMULA(\d+)ALUMROF", lambda match: formulas[int(match[1])], page)


def _converted(latex: str, *, display: bool) -> str:
    from html import escape

    from latex2mathml.converter import convert

    try:
        return convert(latex.strip(), display="block" if display else "inline")
    except Exception:  # the library's errors have no base class; the LaTeX source is better than nothing
        return f'<code class="as-latex">{escape(latex)}</code>'
