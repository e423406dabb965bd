"""Executed notebooks to pages that open offline: one template, loaded once, nothing fetched from anywhere."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import words
from helpers.report import colophon, contents, mathml, saving, showing

if TYPE_CHECKING:
    from nbformat import NotebookNode

_TEMPLATES = Path(__file__).parent / "template"
# Outputs that the page's own head repeats.
_IN_HEAD = ("study",)
_HEADING = re.compile(r"<h([1-3])[^>]*>(.*?)</h\1>", re.DOTALL)
_GIVEN = re.compile(r'^(\w+ = )("(?:[^"\\]|\\.)*")$')
_TAGS = re.compile(r"<[^>]+>")
# An annotation of papermill and of kernels that says nothing about the study and differs between runs.
_NOISE = ("papermill", "execution", "widgets")


def tidy(notebook: Path) -> None:
    """Strip from an executed notebook what differs between runs: timings, papermill's marks, the kernel's chatter.

    Parameters
    ----------
    notebook : Path
        Rewritten in place. The folder that the runner wrote to is left out of the injected parameters, and what lies
        outside the project goes by its name: folders are the machine's, and a report is handed on.
    """
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for name in _NOISE:
        content["metadata"].pop(name, None)
    for number, cell in enumerate(content["cells"]):
        cell["id"] = f"cell-{number:02d}"
        for name in _NOISE:
            cell["metadata"].pop(name, None)
        if "injected-parameters" in cell["metadata"].get("tags", ()):
            source = "".join(cell["source"])
            cell["source"] = "\n".join(_GIVEN.sub(_named, line) for line in source.splitlines()
                                       if not line.startswith(("output =", "# Parameters"))).strip("\n")
        if cell["cell_type"] == "code":
            cell["outputs"] = [output for output in cell["outputs"] if not _chatter(output)]
    saving.write_text(notebook, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _named(given: re.Match[str]) -> str:
    value = ast.literal_eval(given[2])
    said = colophon.placeless(value)
    return given[0] if said == value else f"{given[1]}{json.dumps(said, ensure_ascii=False)}"


def render(notebooks: Sequence[Path], output: Path, *, language: str) -> list[Path]:
    """Write each executed notebook as ``<output>/<name>.html``.

    Parameters
    ----------
    notebooks : sequence of Path
        Executed ``.ipynb`` files; navigation also leads to the others in ``<output>/notebooks``.
    output : Path
        Folder of the report.
    language : {"en", "zh"}
        Cells tagged with another language are left out.

    Returns
    -------
    list of Path
        In the order of `notebooks`.

    Raises
    ------
    RunError
        If a page cannot be written.
    """
    import nbformat

    exporter = _exporter(language)
    every = sorted({file.name: file for file in [*(output / "notebooks").glob("*.ipynb"), *notebooks]}.values(),
                   key=lambda file: file.name)
    read = {file.name: nbformat.read(file, as_version=4) for file in every}
    pages = [(file.stem, contents.opening(read[file.name].cells, language)[0]) for file in every]
    done = []
    for file in notebooks:
        notebook = read[file.name]
        study = next((record for record in showing.records(notebook) if record.kind == "study"), None)
        notebook.cells = _shown(notebook.cells, language)
        body, _ = exporter.from_notebook_node(notebook, resources={"report": {
            "language": language, "name": file.stem, "title": dict(pages)[file.stem], "pages": pages, "study": study,
            "say": lambda id, **values: words.say(f"report.{id}", language, **values)}})
        done.append(output / f"{file.stem}.html")
        saving.write_text(done[-1], _with_contents(body, language))
    return done


def environment(language: str) -> Any:
    """Make the template environment that pages, index and catalogue share."""
    from jinja2 import Environment, FileSystemLoader

    found = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    found.globals |= {"say": lambda id, **values: words.say(f"report.{id}", language, **values), "css": _css(),
                      "js": _file("page.js")}
    return found


def _exporter(language: str) -> Any:
    """Make nbconvert's exporter with our template; it is reused for every notebook of a report."""
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.filters import Highlight2HTML
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    exporter = TemplateExporter(template_file="page.html.j2", extra_template_paths=[str(_TEMPLATES)],
                                default_preprocessors=[])
    exporter.output_mimetype = "text/html"
    markdown = MarkdownWithMath(renderer=IPythonRenderer(escape=False, exclude_anchor_links=True))
    exporter.register_filter("prose", lambda source: mathml.with_formulas(source, markdown.render))
    exporter.register_filter("code", Highlight2HTML(pygments_lexer="ipython3"))
    exporter.environment.globals |= {"css": _css(), "js": _file("page.js")}
    return exporter


def _css() -> str:
    return colophon.style() + _file("page.css")


def _file(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _shown(cells: Iterable[NotebookNode], language: str) -> list[NotebookNode]:
    """Keep the reader's language, drop the kernel's chatter and what the head says already."""
    kept = []
    for cell in cells:
        if contents.foreign(cell, language):
            continue
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _chatter(output) and not _repeated(output)]
        kept.append(cell)
    return kept


def _chatter(output: Any) -> bool:
    return output["output_type"] == "stream" and output["name"] == "stderr"


def _repeated(output: Any) -> bool:
    return output.get("metadata", {}).get(showing.KEY, {}).get("kind") in _IN_HEAD


def _with_contents(page: str, language: str) -> str:
    """Give each heading an anchor and write the contents list from them."""
    found: list[tuple[int, str, str]] = []

    def numbered(match: re.Match[str]) -> str:
        level, inner = int(match[1]), match[2]
        found.append((level, f"s{len(found) + 1}", inner))
        return f'<h{level} id="s{len(found)}">{inner}</h{level}>'

    head, mark, body = page.partition("<!--body-->")
    body = _HEADING.sub(numbered, body)
    entries = "".join(f'<li><a href="#{anchor}">{inner if "<math" in inner else _TAGS.sub("", inner)}</a></li>'
                      for level, anchor, inner in found if level > 1)
    return (head + mark + body).replace("<!--contents-->", entries)
