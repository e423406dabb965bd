"""A printed table that someone typed from an article: YAML or CSV as plain text, with the line of everything in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.errors import DataError, StudyError
from helpers.studies import places
from helpers.studies.written import Place, read_written

YAML_ENDINGS = (".yml", ".yaml")
# Headings as articles and statistics programs write them -> keys of the audit.
_ALIASES = {"estimate": "est", "beta": "std", "std.all": "std", "pvalue": "p", "p-value": "p", "lower": "ci.lower",
            "upper": "ci.upper", "ci_lower": "ci.lower", "ci_upper": "ci.upper", "m": "mean", "std.dev": "sd",
            "cronbach": "alpha", "cronbach's alpha": "alpha", "k": "items", "sqrt.ave": "sqrt_ave", "lambda": "loading",
            "smallest": "min", "largest": "max"}
_PATH = ("est", "se", "z", "t", "df", "p", "std", "level", "interval", "tails", "name")
_CONSTRUCT = ("alpha", "omega", "cr", "ave", "sqrt_ave", "mean", "sd", "n", "items", "score")
_ITEM = ("mean", "sd", "n")


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """A printed table as typed.

    Attributes
    ----------
    name : str
        Of its report: the file's name, or its folder's where the file is called ``printed``.
    file : Path
    shown : str
        The file's name in messages.
    content : dict
        Texts, lists and mappings; `helpers.replication.audit` says which.
    lines : mapping
        Place -> line.
    title : mapping of str to str
    citation : str
    """

    name: str
    file: Path
    shown: str
    content: dict[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)
    title: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""

    def where(self, place: Sequence[str | int]) -> str:
        """File and line of a place, or of what is around it."""
        place = tuple(place)
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.shown}, line {self.lines.get(place, 1)}"


def printed(file: str | Path) -> Printed:
    """Read a printed table.

    Parameters
    ----------
    file : path
        ``.yml``: the sections that `helpers.replication.audit` reads. ``.csv`` (or another table that `helpers.reading`
        opens): one row per construct, item, path, test or measure, told by its headings; or a matrix whose first column
        repeats the headings. Looked up from the working directory, then from the project root. Of a folder, its
        ``printed.yml`` is taken.

    Raises
    ------
    StudyError
        If there is no such file, or it is not YAML.
    DataError
        If a CSV's headings say nothing.
    """
    found = _find(Path(file))
    shown = places.shown(found)
    name = found.parent.name if found.stem == "printed" else found.stem
    if found.suffix.lower() in YAML_ENDINGS:
        written = read_written(found, shown)
        if written.problems:
            raise StudyError.of(written.problems)
        content, lines = written.content, written.lines
    else:
        content, lines = _table(found, shown)
    title = content.get("title", name)
    title = dict(title) if isinstance(title, Mapping) else {"en": str(title), "zh": str(title)}
    return Printed(name, found, shown, content, lines, title, str(content.get("citation", "")))


def _find(file: Path) -> Path:
    for place in (Path.cwd() / file, places.root() / file):
        inner = place / "printed.yml" if place.is_dir() else place
        if inner.is_file():
            return inner.resolve()
    raise StudyError("studies.no_printed", where=file.as_posix())


def _table(file: Path, shown: str) -> tuple[dict[str, Any], dict[Place, int]]:
    from helpers import reading

    raw = reading.read(file, shown=shown)
    headings = [name.strip() for name in raw.columns]
    rows = [dict(zip(headings, map(str, row), strict=True)) for row in
            zip(*(raw.frame[name].astype(object) for name in raw.columns), strict=True)]
    lines = [int(line) for line in raw.lines]
    first = [row[headings[0]] for row in rows]
    if len(headings) > 2 and set(first) <= set(headings) and len(set(first)) == len(first):
        return _matrix(headings, rows, lines)
    plain = {name: _ALIASES.get(name.lower(), name.lower()) for name in headings}
    rows = [{plain[name]: cell for name, cell in row.items() if cell} for row in rows]
    for key, read in _KINDS.items():
        if key in plain.values():
            return read(rows, lines)
    raise DataError("studies.printed_headings", where=f"{shown}, line 1", found=headings, known=list(_KINDS))


def _matrix(headings: list[str], rows: list[dict[str, str]], lines: list[int]) -> tuple[dict, dict[Place, int]]:
    names = [row[headings[0]] for row in rows]
    pairs: dict[str, str] = {}
    where: dict[Place, int] = {("correlations",): 1}
    for at, row in enumerate(rows):
        for other in headings[1:]:
            cell = row[other]
            if not cell or other == names[at] or f"{other} ~~ {names[at]}" in pairs:
                continue
            pairs[f"{names[at]} ~~ {other}"] = cell
            where["correlations", "pairs", f"{names[at]} ~~ {other}"] = lines[at]
    return {"correlations": {"names": names, "pairs": pairs}}, where


def _paths(rows: list[dict[str, str]], lines: list[int]) -> tuple[dict, dict[Place, int]]:
    found = []
    for row in rows:
        path = {key: row[key] for key in _PATH if key in row}
        path["path"] = row.get("path") or f"{row.get('lhs', '')} {row.get('op', '~')} {row.get('rhs', '')}".strip()
        if "ci.lower" in row and "ci.upper" in row:
            path["ci"] = [row["ci.lower"], row["ci.upper"]]
        found.append(path)
    return {"paths": found}, {("paths", at): line for at, line in enumerate(lines)}


def _items(rows: list[dict[str, str]], lines: list[int]) -> tuple[dict, dict[Place, int]]:
    content: dict[str, Any] = {"items": {}, "constructs": {}}
    where: dict[Place, int] = {}
    for row, line in zip(rows, lines, strict=True):
        name = row.get("item", "")
        content["items"][name] = {key: row[key] for key in _ITEM if key in row} | _scale(row)
        where["items", name] = line
        construct = row.get("construct", "")
        if construct and "loading" in row:
            content["constructs"].setdefault(construct, {"loadings": []})["loadings"].append(row["loading"])
            where.setdefault(("constructs", construct), line)
            content["constructs"][construct] |= {key: row[key] for key in ("alpha", "omega", "cr", "ave", "sqrt_ave")
                                                 if key in row}
    return {key: value for key, value in content.items() if value}, where


def _constructs(rows: list[dict[str, str]], lines: list[int]) -> tuple[dict, dict[Place, int]]:
    content, where = {}, {}
    for row, line in zip(rows, lines, strict=True):
        name = row.get("construct", "")
        content[name] = {key: row[key] for key in _CONSTRUCT if key in row} | _scale(row)
        if "loadings" in row:
            content[name]["loadings"] = row["loadings"].replace(";", " ").split()
        where["constructs", name] = line
    return {"constructs": content}, where


def _tests(rows: list[dict[str, str]], lines: list[int]) -> tuple[dict, dict[Place, int]]:
    return {"tests": [row.get("test", "") for row in rows]}, {("tests", at): line for at, line in enumerate(lines)}


def _measures(rows: list[dict[str, str]], lines: list[int]) -> tuple[dict, dict[Place, int]]:
    content: dict[str, Any] = {"fit": {}}
    where: dict[Place, int] = {}
    for row, line in zip(rows, lines, strict=True):
        name, value = row.get("measure", ""), row.get("value", "")
        if name == "n":
            content["n"], where["n",] = value, line
        elif name.startswith("baseline."):
            content["fit"].setdefault("baseline", {})[name.removeprefix("baseline.")] = value
            where["fit", "baseline", name.removeprefix("baseline.")] = line
        else:
            content["fit"][name], where["fit", name] = value, line
    return content, where


def _scale(row: Mapping[str, str]) -> dict[str, dict[str, str]]:
    ends = {end: row[end] for end in ("min", "max") if end in row}
    return {"scale": ends} if ends else {}


_KINDS: dict[str, Callable[[list[dict[str, str]], list[int]], tuple[dict, dict[Place, int]]]] = {
    "path": _paths, "lhs": _paths, "item": _items, "construct": _constructs, "test": _tests, "measure": _measures}
