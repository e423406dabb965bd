"""The front page of a report, and the front page over all reports."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import words
from helpers.report import colophon, contents, gates, manifest, mathml, saving
from helpers.report.render import environment
from helpers.report.speech import marked
from helpers.report.written import Written

if TYPE_CHECKING:
    from helpers.report.occasion import Occasion
    from helpers.studies import Study


def write_index(output: Path, declared: Study | Occasion, *, language: str, parameters: Mapping[str, Any] | None = None,
                not_run: Mapping[str, str] | None = None) -> Path:
    """Write ``<output>/index.html``, which leads to everything in the report.

    Parameters
    ----------
    output : Path
        Folder of the report, with notebooks, tables, figures and pages already in it.
    declared : Study or Occasion
    language : {"en", "zh"}
    parameters : mapping, optional
        Printed in the colophon.
    not_run : mapping, optional
        Notebook -> the reason, in the reader's language.

    Returns
    -------
    Path

    Raises
    ------
    RunError
        If the page cannot be written.
    """
    written = Written(output)
    every = contents.pages(output, language)
    judged = gates.in_order(written.gates())
    failed = judged[~judged["passed"]]
    page = environment(language).get_template("index.html.j2").render(
        language=language, title=words.pick(declared.title, language), name=declared.name,
        synthetic=declared.synthetic, citation=declared.citation, facts=_facts(written, every, len(failed), language),
        headlines=[(row.notebook, marked(row.headline)) for row in written.headlines().itertuples()],
        pages=[(page, marked(page.title), _line(page.asks)) for page in every], not_run=dict(not_run or {}),
        gates=[(row.notebook, gates.mark(row.severity, language), row.found) for row in failed.itertuples()
               if row.severity != "info"],
        severities=gates.failed_by_severity(judged), passed=int(judged["passed"].sum()), mark=gates.mark,
        tables=_listed(output, every, "table"), figures=_listed(output, every, "figure"),
        workbook=(output / "tables.xlsx").is_file(),
        colophon=colophon.shown(colophon.facts(declared, parameters or {}, language), language))
    file = output / "index.html"
    saving.write_text(file, page)
    return file


def write_catalogue_of_reports(reports: Path) -> Path:
    """Write ``<reports>/index.html`` over every finished report beside it.

    Parameters
    ----------
    reports : Path
        The folder ``reports/``.

    Returns
    -------
    Path

    Raises
    ------
    RunError
        If the page cannot be written, or a manifest is damaged.
    """
    found = []
    for file in sorted(reports.glob(f"*/{manifest.NAME}")):
        folder = file.parent
        if folder.name.startswith(".") or folder.name.endswith(".failed"):
            continue
        told = manifest.read_manifest(folder)
        counts = gates.failed_by_severity(Written(folder).gates())
        found.append({"folder": folder.name, **told["study"], "language": told["language"],
                      "written": told["written"][:10], "n": _sample(Written(folder)), "stops": counts["stop"],
                      "cautions": counts["caution"], "pages": len(told["notebooks"])})
    page = environment("en").get_template("reports.html.j2").render(reports=found, languages=words.LANGUAGES,
                                                                    tell=words.say)
    file = reports / "index.html"
    saving.write_text(file, page)
    return file


def _facts(written: Written, pages: list[contents.PageOf], failed: int, language: str) -> list[tuple[str, str]]:
    """Say the size of the report in numbers: n, pages, tables, figures, failed gates."""
    sample = _sample(written)
    counts = [("n", sample), ("pages", len(pages)), ("tables", sum(len(page.of("table")) for page in pages)),
              ("figures", sum(len(page.of("figure")) for page in pages)), ("failed", failed)]
    return [(f"{count:,}", words.say(f"report.index.facts.{name}", language)) for name, count in counts
            if count or name != "n"]


def _sample(written: Written) -> int:
    """Read the n that is analysed: the last step of the sample flow; 0 where no page wrote it."""
    file = written.folder / "tables" / "01_survey" / "flow.csv"
    if not file.is_file():
        return 0
    steps = saving.read_csv(file)
    return int(steps["n"].dropna().iloc[-1]) if "n" in steps and steps["n"].notna().any() else 0


def _listed(output: Path, pages: list[contents.PageOf], kind: str) -> list[dict[str, Any]]:
    """List tables or figures with the files they left."""
    listed = []
    for page in pages:
        for record in page.of(kind):
            endings = ("csv",) if kind == "table" else ("svg", "png")
            files = [(ending.upper(), f"{kind}s/{page.name}/{record.name}.{ending}") for ending in endings]
            files = [(ending, name) for ending, name in files if (output / name).is_file()]
            listed.append({"page": page.name, "title": record.title, "caption": marked(record.caption),
                           "files": files, "withheld": record.withheld})
    return listed


def _line(markdown: str) -> str:
    """Say a paragraph of a notebook in one line of HTML."""
    return mathml.with_formulas(" ".join(markdown.split()), _bold)


def _bold(text: str) -> str:
    return re.sub(r"[*_]{2}(.+?)[*_]{2}", r"<b>\1</b>", re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)))
