"""How a figure leaves a page: drawn, stamped where the data are synthetic, framed with caption and alternative text."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING

from helpers import figures, words
from helpers.report.speech import marked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from helpers.studies import Study


def writable(declared: Study, labels: dict[str, str], language: str) -> tuple[dict[str, str], str]:
    """Choose labels that this machine has a font for: the reader's, else English ones, else the study's codes."""
    if figures.writes(labels.values(), language):
        return labels, language
    english = declared.labels("en")
    return {code: label if figures.writes([label], "en") else code for code, label in english.items()}, "en"


def images(figure: Figure, *, stamp: str) -> tuple[bytes, bytes]:
    """Save a figure as SVG and PNG, with the stamp at its foot."""
    return figures.svg(figure, stamp=stamp), figures.png(figure, stamp=stamp)


def framed(svg: bytes, *, title: str, caption: str, alt: str, note: str, language: str) -> str:
    """Write a figure as HTML that needs no other file."""
    source = base64.b64encode(svg).decode("ascii")
    said = f'<p class="as-note"><i>{words.say("report.note", language)}</i> {marked(note)}</p>' if note else ""
    image = f'<img src="data:image/svg+xml;base64,{source}" alt="{html.escape(alt)}">'
    return (f'<figure class="as-figure"><div class="as-scroll">{image}</div>'
            f"<figcaption><b>{html.escape(title)}</b> {marked(caption)}{said}</figcaption></figure>")
