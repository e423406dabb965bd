"""What a notebook says through: `Page` calls the rooms, shows, withholds, captions and saves.

The only place that catches a refusal; no cell of a notebook branches.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers import words
from helpers.errors import GATE_COLUMNS, Check, HelpersError, gates_table
from helpers.report import colophon, columns, gates, guard, judging, saving, tables, values
from helpers.report import withheld as refusals
from helpers.report.showing import Record, show, show_markdown
from helpers.report.speech import Speech
from helpers.report.withheld import Withheld

if TYPE_CHECKING:
    from helpers.report.occasion import Occasion
    from helpers.studies import Study


class Page:
    """One notebook's page of a report.

    Parameters
    ----------
    declared : Study or Occasion
        What `studies.load` returned, or what the page is about where that is no single study.
    notebook : str
        Name of the notebook, as its file: ``"02_reliability"``.
    output : str or Path, default ""
        Folder of the report; ``""`` shows everything and writes nothing.
    language : {"", "en", "zh"}
        ``""`` takes the study's first language.

    Attributes
    ----------
    language : str
    labels : dict of str
        Codes of the study -> what to show.
    smallest_cell : int
        Counts below it are not to be shown.

    Examples
    --------
    >>> page = Page(declared, "02_reliability", output=output)  # doctest: +SKIP
    >>> reliability = page.table("reliability", measurement.reliability, answers.scores,
    ...                          declared.scales)  # doctest: +SKIP
    """

    def __init__(self, declared: Study | Occasion, notebook: str, *, output: str | Path = "",
                 language: str = "") -> None:
        self._study = declared
        self._notebook = notebook
        self._output = Path(output) if str(output) else None
        self.language = language or declared.languages[0]
        self.labels: dict[str, str] = declared.labels(self.language)
        self.smallest_cell: int = declared.smallest_cell
        self._speech = Speech(self.language, self.labels, frozenset(declared.items))
        self._numbers: dict[tuple[str, str], int] = {}
        self._checks: list[Check] = []
        self._refused: dict[str, dict[str, Any]] = {}
        self._headlines: dict[str, str] = {}
        show(colophon.banner(declared, self.language), words.pick(declared.title, self.language),
             Record("study", notebook, title=words.pick(declared.title, self.language), study=declared.name,
                    synthetic=declared.synthetic, language=self.language, citation=declared.citation))

    def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a function of a statistics room; a refusal is shown as a box and returned as `Withheld`."""
        name = getattr(function, "__name__", str(function))
        value = self._called(name, function, args, kwargs)
        if isinstance(value, Withheld):
            self._refuse(value, words.say("report.step", self.language, name=name))
        return value

    def table(self, name: str, source: Callable[..., pd.DataFrame] | pd.DataFrame | Withheld, /,
              *args: Any, **kwargs: Any) -> pd.DataFrame | Withheld:
        """Show a table with its caption and write it as CSV.

        Parameters
        ----------
        name : str
            Names the file; the caption is ``table.<notebook>.<name>``, the note the same with ``.note``.
        source : function, DataFrame or Withheld
            A function is called with the other arguments.

        Returns
        -------
        DataFrame or Withheld
            What the function returned, unrounded.

        Raises
        ------
        RunError
            If the table has a row per respondent, or its file cannot be written.
        """
        table = self._called(name, source, args, kwargs)
        title = self._title("table", name)
        if isinstance(table, Withheld):
            self._save_table(name, columns.empty(self._notebook, name))
            self._refuse(table, f"{title} {self._caption('table', name, {})}", Record("table", name, title=title,
                         caption=self._caption("table", name, {}), withheld=True))
            return table
        guard.refuse_respondents(table, name, respondents=self._study.respondents, items=self._study.items,
                                 sources=(*args, *kwargs.values()))
        if values.stopped((source, *args, *kwargs.values())):
            table = columns.without_inference(table)
        told = values.told(source, args, kwargs, table)
        self._save_table(name, table)
        caption = self._caption("table", name, told)
        shown = tables.journal(table, self._speech, title=title, caption=caption,
                               note=self._optional(f"table.{self._notebook}.{name}.note", told),
                               conf_level=told.get("conf_level", values.usual_level(table)))
        show(shown, table.to_string(index=False), Record("table", name, title=title, caption=caption, rows=len(table)))
        return table

    def figure(self, name: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
        """Draw a figure, show it with caption and alternative text, write it as SVG and PNG."""
        from helpers.report import drawing

        labels, language = drawing.writable(self._study, self.labels, self.language)
        figure = self._called(name, function, args, {**kwargs, "labels": labels, "language": language})
        title = self._title("figure", name)
        told = values.told(function, args, kwargs)
        caption = self._caption("figure", name, told)
        if isinstance(figure, Withheld):
            self._refuse(figure, f"{title} {caption}",
                         Record("figure", name, title=title, caption=caption, withheld=True))
            return
        stamp = words.say("report.synthetic.short", language) if self._study.synthetic else ""
        svg, png = drawing.images(figure, stamp=stamp)
        if self._output:
            folder = self._output / "figures" / self._notebook
            saving.write(folder / f"{name}.svg", svg)
            saving.write(folder / f"{name}.png", png)
        alt = self._optional(f"figure.{self._notebook}.{name}.alt", told) or caption
        note = self._optional(f"figure.{self._notebook}.{name}.note", told)
        if language != self.language:
            note = f"{note} {words.say('report.no_font', self.language)}".strip()
        show(drawing.framed(svg, title=title, caption=caption, alt=alt, note=note, language=self.language),
             f"{title} {alt}", Record("figure", name, title=title, caption=caption))

    def code(self, name: str, text: str, /) -> None:
        """Show a text that is read as it stands, such as a model."""
        title = words.say(f"code.{name}", self.language) if words.has(f"code.{name}") else ""
        head = f'<p class="as-boxhead">{html.escape(title)}</p>' if title else ""
        show(f'<div class="as-text">{head}<pre>{html.escape(text.strip())}</pre></div>', text, Record("note", name))

    def note(self, id: str, /, **told: Any) -> None:
        """Say a sentence of the catalogue as a paragraph; withheld where one of its values is."""
        withheld = refusals.first_among(told.values())
        sentence = withheld.reason if withheld else words.say(id, self.language, **values.printable(told))
        show_markdown(sentence)

    def headline(self, id: str, source: Callable[..., dict[str, Any]] | None = None, /, *args: Any,
                 **told: Any) -> None:
        """Say a main result, and hand it to the report's front page.

        Parameters
        ----------
        id : str
            Of the sentence in the catalogue.
        source : function, optional
            Returns what the sentence is filled with; called with the other positional arguments. Codes of the study
            become labels. Its ``variant`` chooses the sentence ``id.variant``, where the catalogue has one.
        **told
            What the sentence is filled with besides.
        """
        called = self._called(id, source, args, {}) if source else {}
        withheld = refusals.first_among((called, *told.values()))
        if not withheld:
            told = {name: self.labels.get(value, value) if isinstance(value, str) else value
                    for name, value in {**called, **told}.items()}
        own = f"{id}.{told.pop('variant', '')}"
        said = (words.say("report.headline.withheld", self.language, reason=withheld.reason) if withheld
                else words.say(own if words.has(own) else id, self.language, **values.printable(told)))
        self._headlines[id] = said
        self._save_table("headlines", pd.DataFrame(list(self._headlines.items()), columns=["id", "headline"]))
        show(f'<p class="as-headline">{tables.marked(said)}</p>', said, Record("headline", id, caption=said))

    def judge(self, table: pd.DataFrame | Withheld, names: str, /) -> None:
        """Hold a table against the study's criteria, named in one string; the outcome stands among the gates.

        A withheld table, and one of a result that failed a *stop*, meets none.
        """
        if not isinstance(table, Withheld) and not table.attrs.get("stopped"):
            self._checks += judging.judged(table, self._study.criteria, names.split(), self._speech)

    def gates(self) -> pd.DataFrame:
        """Show what every result went through, and write it.

        Returns
        -------
        DataFrame
            ``gate severity passed found criterion source advice``; a row ``withheld`` for each withheld result.
        """
        judged = gates_table([values.spoken(check, self._speech) for check in self._checks], self.language)
        refused = pd.DataFrame(list(self._refused.values()), columns=list(GATE_COLUMNS))
        table = pd.concat([part for part in (refused, judged) if len(part)] or [judged], ignore_index=True)
        table = table.drop_duplicates(ignore_index=True)
        self._save_table("gates", table)
        title = self._title("table", "gates")
        caption = words.say("report.gates.caption", self.language)
        show(gates.shown(table, self._speech, title=title, caption=caption), table.to_string(index=False),
             Record("table", "gates", title=title, caption=caption, rows=len(table)))
        return table

    def colophon(self, **parameters: Any) -> None:
        """Show what the page was made from: parameters, versions, commit, hashes of study and data."""
        facts = colophon.facts(self._study, parameters, self.language)
        show(colophon.shown(facts, self.language), "\n".join(f"{key}: {value}" for key, value in facts),
             Record("colophon", "colophon"))

    def _called(self, name: str, source: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """Call a source unless something it needs is withheld; record the checks its value carries."""
        if not isinstance(source, Withheld):
            args, kwargs = refusals.spared(source, args, kwargs)
        if needed := refusals.first_among((source, *args, *kwargs.values())):
            return refusals.depending(name, needed, self.language)
        try:
            value = source(*args, **kwargs) if callable(source) else source
        except HelpersError as error:
            return refusals.from_error(name, error, self.language)
        self._checks.extend(values.checks_of(value))
        return value

    def _refuse(self, withheld: Withheld, title: str, record: Record | None = None) -> None:
        """Show the box, and keep the row for the gates; a cell run twice is recorded once."""
        self._refused[title] = refusals.gate_row(withheld, title, self.language)
        show(refusals.box(withheld, title, self.language), f"{title}: {withheld.reason}",
             record or Record("withheld", withheld.name, title=title))

    def _title(self, kind: str, name: str) -> str:
        """Say the number in the order of first appearance: "Table 2.1" on page 02."""
        order = [known for known in self._numbers if known[0] == kind]
        number = self._numbers.setdefault((kind, name), len(order) + 1)
        chapter = self._notebook.partition("_")[0]
        shown = f"{int(chapter)}.{number}" if chapter.isdigit() else str(number)
        return words.say(f"report.{kind}.title", self.language, number=shown)

    def _caption(self, kind: str, name: str, told: dict[str, Any]) -> str:
        return self._optional(f"{kind}.{self._notebook}.{name}", told) or name.replace("_", " ")

    def _optional(self, id: str, told: dict[str, Any]) -> str:
        """Say an entry that may be missing; an entry that names a value nobody gave is said without values."""
        if not words.has(id):
            return ""
        return words.say(id, self.language, **values.forgiving(words.catalogue()[id][self.language],
                                                             values.worded(told, self._speech)))

    def _save_table(self, name: str, table: pd.DataFrame) -> None:
        if self._output:
            saving.write(self._output / "tables" / self._notebook / f"{name}.csv", saving.csv_bytes(table))
