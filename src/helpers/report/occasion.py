"""What a page is about where it is not about one study: several studies together, or a printed table."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import words
from helpers.words import LANGUAGES, pick

if TYPE_CHECKING:
    from helpers.studies import Criterion, Printed, Study

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Occasion:
    """What a page has to know of its subject: a `Study` tells the same, this is all there is where there is none.

    Attributes
    ----------
    name : str
        The report's folder is called so: ``synthesis``.
    title : mapping of str to str
        By language, printed at the head of the page.
    folder : Path
        Files are named from here.
    files : tuple of Path
        What decides the result; their hashes stand in colophon and manifest.
    names : tuple of str
        How a report calls the files; empty: by their place below the folder.
    languages : tuple of str
        The first is the report's own.
    synthetic : bool
        Printed on every page.
    citation : str
    smallest_cell : int
        Counts below it are not to be shown.
    texts : mapping of str to (mapping of str to str)
        Labels of codes, by language.
    items : collection of str
        Codes that are items.
    respondents : tuple of str
        Columns that tell respondents apart: no table of a report may have one.
    criteria : mapping of str to Criterion

    Examples
    --------
    >>> printed = Occasion("audit", {"en": "Table 2", "zh": "表 2"}, Path(), ())
    >>> printed.labels("en"), printed.languages
    ({}, ('en', 'zh'))
    """

    name: str
    title: Texts
    folder: Path
    files: tuple[Path, ...]
    languages: tuple[str, ...] = LANGUAGES
    synthetic: bool = False
    citation: str = ""
    smallest_cell: int = 5
    texts: Mapping[str, Texts] = field(default_factory=dict)
    items: Collection[str] = ()
    respondents: tuple[str, ...] = ()
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def labels(self, language: str) -> dict[str, str]:
        """Say what to show for codes, in a language."""
        return {name: pick(texts, language) for name, texts in self.texts.items() if texts}

    def hash_inputs(self) -> tuple[Path, ...]:
        """Files whose content decides the result."""
        return self.files


def inputs(declared: Study | Occasion) -> list[tuple[str, Path]]:
    """Name the files that decide a report, without any folder of this machine.

    Examples
    --------
    >>> [name for name, _ in inputs(Occasion("audit", {"en": "Table 2"}, Path("tables"), (Path("tables/two.yml"),)))]
    ['two.yml']
    """
    files = declared.hash_inputs()
    names = getattr(declared, "names", ()) or [_below(file, declared.folder) for file in files]
    return list(zip(names, files, strict=True))


def _below(file: Path, folder: Path) -> str:
    beside = file.is_relative_to(folder.parent)  # a study next to this one
    return Path(os.path.relpath(file, folder)).as_posix() if beside else file.name


def over(several: Sequence[Study], *, name: str) -> Occasion:
    """Make the occasion of a page over several studies.

    Parameters
    ----------
    several : sequence of Study
        A code that several of them label has the first one's label.
    name : str
        Of the report.

    Returns
    -------
    Occasion
        Synthetic as soon as one of the studies is; as careful with small counts as the most careful of them.
    """
    names = [study.name for study in several]
    title = {language: words.say("report.over", language, count=len(names), names=names) for language in LANGUAGES}
    texts: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        for study in reversed(several):
            for code, label in study.labels(language).items():
                texts.setdefault(code, {})[language] = label
    files = {posixpath.normpath(f"{study.name}/{name}"): file for study in several for name, file in inputs(study)}
    return Occasion(
        name=name, title=title, folder=_common([study.folder for study in several]),
        files=tuple(files.values()), names=tuple(files), languages=several[0].languages,
        synthetic=any(study.synthetic for study in several), texts=texts,
        citation="; ".join(dict.fromkeys(study.citation for study in several if study.citation)),
        smallest_cell=max(study.smallest_cell for study in several),
        items=frozenset(item for study in several for item in study.items), criteria=several[0].criteria,
        respondents=tuple(dict.fromkeys(column for study in several for column in study.respondents)))


def of_table(printed: Printed) -> Occasion:
    """Make the occasion of a page about one printed table.

    Parameters
    ----------
    printed : Printed
        From `studies.printed`; its report is called ``audit_<name>``.
    """
    name = re.sub(r"[^\w-]+", "_", printed.name).strip("_")
    return Occasion(f"audit_{name}", printed.title, printed.file.parent, (printed.file,), citation=printed.citation)


def _common(folders: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # different drives
        return folders[0]
