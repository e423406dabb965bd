"""How figures look and how they are saved: fonts with Chinese where there are any, one palette, files that repeat."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito (2008), reordered so that neighbours differ in lightness: told apart in grey and by the colour-blind.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#D55E00")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
INK = "#1a1a1a"
FAINT = "#8a8a8a"
RULE = "#d9d9d9"
WARNING = "#8c2d04"

# The first that the machine has. Noto and the systems' own: Linux, macOS, Windows.
_LATIN = ("Source Sans 3", "Helvetica Neue", "Helvetica", "Arial", "Liberation Sans", "DejaVu Sans")
_CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB", "Songti SC", "STHeiti",
            "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "Noto Sans SC")
_KOREAN = ("Noto Sans CJK KR", "Noto Sans CJK SC", "Apple SD Gothic Neo", "Malgun Gothic", "NanumGothic")

# A printed column is about 16 cm wide.
WIDTH = 6.6


@cache
def fonts() -> tuple[str, ...]:
    """List the fonts that are used, best first; matplotlib takes each glyph from the first that has it."""
    from matplotlib import font_manager

    present = {font.name for font in font_manager.fontManager.ttflist}
    chosen = [next((name for name in ladder if name in present), "") for ladder in (_LATIN, _CHINESE, _KOREAN)]
    return tuple(dict.fromkeys([name for name in chosen if name] + ["DejaVu Sans"]))


def writes(texts: Iterable[str], language: str) -> bool:
    """Whether this machine can write the texts, and the language's own words, without boxes.

    Examples
    --------
    >>> writes(["Trust"], "en")
    True
    """
    text = "".join(texts) + ("中文" if language == "zh" else "")
    return ((not any("\u2e80" <= sign <= "\u9fff" for sign in text) or bool(set(fonts()) & set(_CHINESE)))
            and (not any("\uac00" <= sign <= "\ud7a3" for sign in text) or bool(set(fonts()) & set(_KOREAN))))


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the house's style, and leave the caller's settings alone."""
    import matplotlib

    with matplotlib.rc_context({
        "font.family": list(fonts()), "font.size": 9, "axes.titlesize": 9.5, "axes.labelsize": 9,
        "xtick.labelsize": 8.5, "ytick.labelsize": 8.5, "legend.fontsize": 8.5, "legend.frameon": False,
        "axes.edgecolor": INK, "axes.linewidth": 0.7, "axes.spines.top": False, "axes.spines.right": False,
        "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
        "xtick.major.width": 0.7, "ytick.major.width": 0.7, "axes.unicode_minus": True,
        "figure.facecolor": "white", "axes.facecolor": "white", "savefig.facecolor": "white",
        "svg.fonttype": "path", "svg.hashsalt": "assurance", "path.simplify": False,
    }):
        yield


def canvas(*, width: float = WIDTH, height: float, columns: int = 1, shared: bool = False) -> tuple[Figure, Any]:
    """Make an empty figure that belongs to nobody's global state, with one axes or a row of them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(1, columns, sharex=shared, sharey=shared)


def svg(figure: Figure, *, stamp: str = "") -> bytes:
    """Save as SVG: letters as outlines so that it looks alike everywhere, no date, ids that repeat."""
    return _saved(figure, stamp, format="svg",
                  metadata={"Date": None, "Creator": None, "Format": None, "Type": None})


def png(figure: Figure, *, stamp: str = "") -> bytes:
    """Save as PNG, 200 dots per inch."""
    return _saved(figure, stamp, format="png", dpi=200, metadata={"Software": None})


def _saved(figure: Figure, stamp: str, **how: Any) -> bytes:
    file = io.BytesIO()
    with styled():
        figure.draw_without_rendering()  # the layout is settled before the stamp, which must not move anything
        figure.set_layout_engine("none")
        mark = figure.text(1, 0, stamp, ha="right", va="top", fontsize=6.5, color=WARNING) if stamp else None
        figure.savefig(file, bbox_inches="tight", pad_inches=0.06, **how)
        if mark:
            mark.remove()
    return file.getvalue()


def bare(axes: Axes, *, keep: str = "bottom") -> None:
    """Leave one axis line and light guides: the data carry the ink."""
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_visible(side == keep)
    axes.tick_params(axis="y", length=0)
    axes.set_axisbelow(True)
