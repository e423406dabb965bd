"""What a page was made from: parameters, versions, commit and the hashes of study and data; and what it must say."""

from __future__ import annotations

import html
import platform
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import helpers
from helpers import words
from helpers.report.occasion import inputs
from helpers.report.saving import sha256

if TYPE_CHECKING:
    from helpers.report.occasion import Occasion
    from helpers.studies import Study

# What decides a number; the manifest lists every installed package.
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "semopy", "pingouin", "matplotlib")


def banner(declared: Study | Occasion, language: str) -> str:
    """Write the head of a page: style, the study's title, and that the data are synthetic where they are."""
    title = html.escape(words.pick(declared.title, language))
    warned = f'<p class="as-banner">{words.say("report.synthetic", language)}</p>' if declared.synthetic else ""
    return f'<style>{style()}</style><p class="as-study">{title}</p>{warned}'


@cache
def style() -> str:
    """Read the style of tables, figures and boxes, the same in JupyterLab and in a report."""
    return (Path(__file__).parent / "template" / "shown.css").read_text(encoding="utf-8")


def facts(declared: Study | Occasion, parameters: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """List what the page was made from, as (label, value)."""
    given = "; ".join(f"{name} = {placeless(value)}" for name, value in parameters.items() if value not in ("", 0))
    versions = "; ".join(f"{name} {number}" for name, number in versions_of(PACKAGES).items())
    files = "; ".join(f"{name} {sha256(file)[:12]}" for name, file in inputs(declared))
    rows = [("study", declared.name), ("citation", declared.citation), ("parameters", given), ("inputs", files),
            ("software", f"assurance-notebooks {helpers.__version__} ({commit() or '-'}); "
                         f"Python {platform.python_version()}; {versions}"),
            ("platform", f"{platform.system()} {platform.machine()}")]
    return [(words.say(f"report.colophon.{key}", language), value) for key, value in rows if value]


def placeless(value: Any) -> Any:
    """Name what lies outside the project without the machine's path to it; folders are divided by commas.

    Examples
    --------
    >>> placeless("data/demo,data/pilot")
    'data/demo,data/pilot'
    """
    if not isinstance(value, str):
        return value
    return ",".join(Path(part).name if Path(part).is_absolute() else part for part in value.split(","))


def shown(rows: list[tuple[str, str]], language: str) -> str:
    """Write the colophon as HTML."""
    pairs = "".join(f"<dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd>" for label, value in rows)
    return (f'<section class="as-colophon"><p class="as-boxhead">{words.say("report.colophon", language)}</p>'
            f"<dl>{pairs}</dl></section>")


def versions_of(packages: tuple[str, ...]) -> dict[str, str]:
    """Look up installed versions without importing the packages; those not installed are left out."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def commit() -> str:
    """Name the commit the code stands at, with ``+`` where files differ from it; "" outside a clone."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return ""
    try:
        head = _git(root, "rev-parse", "--short=12", "HEAD")
        return f"{head}+" if _git(root, "status", "--porcelain", "--untracked-files=no") else head
    except (OSError, subprocess.SubprocessError):  # no git on this machine: the versions stand alone
        return ""


def _git(root: Path, *words_: str) -> str:
    # A window of its own would flash up on Windows for each call.
    quiet = {"creationflags": subprocess.CREATE_NO_WINDOW} if sys.platform == "win32" else {}
    done = subprocess.run(["git", "--no-optional-locks", *words_], cwd=root, capture_output=True, check=True,
                          timeout=10, encoding="utf-8", **quiet)
    return done.stdout.strip()
