"""A published matrix as a study: correlations or covariances as printed, the model, and what was printed of its fit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from helpers import reading, syntax
from helpers.errors import DataError, HelpersError, ModelError, Problem, StudyError
from helpers.studies.findings import Findings, unknown
from helpers.studies.instrument import texts
from helpers.studies.loading import load
from helpers.studies.places import FILE, find, inside, shown
from helpers.studies.written import read_written
from helpers.words import pick

if TYPE_CHECKING:
    from helpers.studies.declared import Study
    from helpers.studies.shape_published import PublishedKeys

Texts = Mapping[str, str]
PATH_COLUMNS = ("lhs", "op", "rhs", "est", "se", "z", "pvalue", "std.all")
_BESIDE = ("mean", "sd")  # columns of the matrix file that are no variables
_PRINTED = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A study of which only a printed matrix is known; a page may be about it as about any study.

    Attributes
    ----------
    folder : Path
    name : str
    title : mapping of str to str
    citation, source : str
        The publication, and where the numbers were read.
    matrix : DataFrame, shape (p, p)
        Correlations or covariances, symmetric.
    kind : {"correlation", "covariance"}
    decimals : int
        Of the printed matrix: its entries are known to half a unit of the last one.
    n : float
        Respondents, which may be a harmonic mean; NaN where it was not printed or not seen.
    sds, means : Series or None
    variables : mapping of str to (mapping of str to str)
        Variable -> label by language.
    model : str
        Lavaan text over the variables, as published.
    doubts : tuple of mapping of str to str
        What a reader has to know of the numbers.
    paths : DataFrame of str
        ``PATH_COLUMNS`` as printed; empty where none were.
    measures : mapping of str to str
        Measure of fit -> as printed.
    files : tuple of Path
    languages : tuple of str
    """

    folder: Path
    name: str
    title: Texts
    citation: str
    source: str
    matrix: pd.DataFrame
    kind: str
    decimals: int
    n: float
    sds: pd.Series | None
    means: pd.Series | None
    variables: Mapping[str, Texts]
    model: str
    doubts: tuple[Texts, ...]
    paths: pd.DataFrame
    measures: Mapping[str, str]
    files: tuple[Path, ...]
    languages: tuple[str, ...] = ("en", "zh")
    synthetic: bool = False
    smallest_cell: int = 1
    codebook_file: Path | None = None
    respondents: tuple[str, ...] = ()
    criteria: Mapping[str, Any] = field(default_factory=dict)

    @property
    def items(self) -> Mapping[str, Texts]:
        """The variables of the matrix: what an item is to other studies."""
        return self.variables

    @property
    def moments(self) -> dict[str, Any]:
        """Keywords of ``sem.Moments``; n is left out where it is not known."""
        given: dict[str, Any] = {"cor" if self.kind == "correlation" else "cov": self.matrix}
        given |= {name: part for name, part in (("sds", self.sds), ("means", self.means)) if part is not None}
        return given | ({} if math.isnan(self.n) else {"n": self.n})

    def labels(self, language: str) -> dict[str, str]:
        """Say what to show for the variables, in a language."""
        return {name: pick(label, language) if label else name for name, label in self.variables.items()}

    @property
    def n_shown(self) -> str:
        """Say n as printed; "?" where it is not known."""
        return "?" if math.isnan(self.n) else f"{self.n:,g}" if self.n == self.n // 1 else f"{self.n:,.3f}"

    def shown(self) -> pd.DataFrame:
        """Show what was printed: ``construct``, ``mean`` and ``sd`` where they were, the lower triangle."""
        table = pd.DataFrame({"construct": list(self.matrix)})
        for name, part in (("mean", self.means), ("sd", self.sds)):
            if part is not None:
                table[name] = part.to_numpy()
        for at, name in enumerate(self.matrix):
            table[name] = self.matrix[name].where(pd.RangeIndex(len(table)) >= at).to_numpy()
        return table

    def doubted(self, language: str) -> pd.DataFrame:
        """Say the doubts, in a language, one per row; without any, a table without rows."""
        return pd.DataFrame({"doubt": [pick(doubt, language) for doubt in self.doubts]})

    def hash_inputs(self) -> tuple[Path, ...]:
        """Files whose content decides the result."""
        return self.files


def holds_matrix(folder: str | Path) -> bool:
    """Whether a study folder declares ``data: matrix`` instead of answers; a folder that is none declares nothing."""
    try:
        folder = find(folder)
        content = read_written(folder / FILE, shown(folder / FILE)).content
    except (HelpersError, OSError):
        return False
    return isinstance(content.get("data"), dict) and "matrix" in content["data"]


def load_any(folder: str | Path) -> Study | Published:
    """Load a study, whether it has answers or is a printed matrix.

    Raises
    ------
    StudyError, DataError
        As ``load`` or ``load_published``.
    """
    return load_published(folder) if holds_matrix(folder) else load(folder)


def load_published(folder: str | Path) -> Published:
    """Load a study of which only a printed matrix is known.

    Parameters
    ----------
    folder : path
        Such as ``data/published/yu_2020``; looked up from the working directory, then from the project root.

    Returns
    -------
    Published

    Raises
    ------
    StudyError
        Everything that is wrong in its study.yml, with line; a table whose cells are no numbers, whose rows are not its
        columns, or whose triangles differ; a model over other variables than those of the matrix.
    DataError
        If a file cannot be read.

    Examples
    --------
    >>> load_published("data/published/yu_2020").n
    8345.094
    """
    folder = find(folder)
    place = shown(folder / FILE)
    written = read_written(folder / FILE, place)
    found = Findings(written, place)
    keys = _shaped(written.content, found)
    if keys is None or found.problems:
        raise StudyError.of(found.problems)
    return _checked(keys, folder, found)


def _shaped(content: dict[str, Any], found: Findings) -> PublishedKeys | None:
    from helpers.studies.shape import shaped
    from helpers.studies.shape_published import PublishedKeys

    keys, faults = shaped(content, PublishedKeys)
    found.add_faults(faults, PublishedKeys.model_json_schema())
    return keys


def _checked(keys: PublishedKeys, folder: Path, found: Findings) -> Published:
    written = keys.data.matrix
    file, paths_file = (_inside(folder, named, place, found) for named, place in (
        (written.file, ("data", "matrix", "file")), (keys.printed.paths, ("printed", "paths"))))
    _raise(found)
    matrix, beside, decimals = _matrix(file, shown(file))
    names = list(matrix.columns)
    for name in keys.variables:
        if name not in names:
            found.add_unknown("variable_unknown", ("variables", name), name, names)
    _check_model(keys.model, names, found)
    paths = _paths(paths_file) if paths_file else pd.DataFrame(columns=list(PATH_COLUMNS), dtype=object)
    for measure, value in keys.printed.fit.items():
        if not _PRINTED.fullmatch(value):
            found.add("studies.printed_number", ("printed", "fit", measure), found=value)
    _raise(found)
    languages = keys.languages
    return Published(
        folder=folder, name=folder.name, title=texts(keys.title, languages), citation=keys.citation, source=keys.source,
        matrix=matrix, kind=written.kind, decimals=decimals, n=math.nan if written.n is None else written.n,
        sds=beside.get("sd"), means=beside.get("mean"),
        variables={name: texts(keys.variables[name], languages) if name in keys.variables else {} for name in names},
        model=keys.model, doubts=tuple(texts(doubt, languages) for doubt in keys.doubts), paths=paths,
        measures=keys.printed.fit, files=(folder / FILE, file, *((paths_file,) if paths_file else ())),
        languages=languages)


def _raise(found: Findings) -> None:
    if found.problems:
        raise StudyError.of(found.problems)


def _inside(folder: Path, named: str, place: tuple[str, ...], found: Findings) -> Path | None:
    try:
        return inside(folder, named) if named else None
    except StudyError as error:
        found.problems += [Problem(each.id, each.values, found.where(place)) for each in error.problems]
        return None


def _matrix(file: Path, where: str) -> tuple[pd.DataFrame, dict[str, pd.Series], int]:
    """Read the matrix: a column of names, then the variables, lower triangle or all; ``mean`` and ``sd`` beside."""
    raw = reading.read(file, shown=where)
    table = raw.frame.astype(object)
    rows, names = table.iloc[:, 0].tolist(), [name for name in raw.columns[1:] if name not in _BESIDE]
    if rows != names:
        raise StudyError("studies.matrix_rows", where=where, rows=rows[:12], columns=names[:12])
    values, problems = pd.DataFrame(index=names, columns=[*names, *_BESIDE], dtype=float), []
    for column in [*names, *(name for name in _BESIDE if name in table)]:
        for line, row, cell in zip(raw.lines.tolist(), names, table[column], strict=True):
            if cell and not _PRINTED.fullmatch(cell):
                problems.append(Problem("studies.matrix_cell", {"found": cell, "column": column},
                                        f"{where}, line {line}"))
            elif cell:
                values.loc[row, column] = float(cell)
    if problems:
        raise StudyError.of(problems)
    decimals = max((len(cell.partition(".")[2]) for name in names for cell in table[name]), default=0)
    beside = {name: values[name] for name in _BESIDE if values[name].notna().all()}
    return _whole(values[names], where), beside, decimals


def _whole(lower: pd.DataFrame, where: str) -> pd.DataFrame:
    """Fill the upper triangle; refuse holes and triangles that differ."""
    whole = lower.where(lower.notna(), lower.T)
    holes = [f"{row} - {column}" for i, row in enumerate(whole) for column in list(whole)[:i + 1]
             if math.isnan(whole.loc[row, column])]
    if holes:
        raise StudyError("studies.matrix_holes", where=where, pairs=holes[:8], count=len(holes))
    both = lower.notna() & lower.T.notna()
    differ = [f"{row} - {column}" for i, row in enumerate(whole) for column in list(whole)[:i]
              if both.loc[row, column] and lower.loc[row, column] != lower.loc[column, row]]
    if differ:
        raise StudyError("studies.matrix_triangles", where=where, pairs=differ[:8], count=len(differ))
    return whole


def _check_model(model: str, names: list[str], found: Findings) -> None:
    if not model:
        return
    try:
        observed = syntax.parse(model).observed
    except ModelError as error:
        found.problems += [Problem(each.id, each.values, found.where(("model",))) for each in error.problems]
        return
    for name in observed:
        if name not in names:
            id, values = unknown("variable_unknown", name, names)
            found.add(id, ("model",), **values)


def _paths(file: Path) -> pd.DataFrame:
    where = shown(file)
    raw = reading.read(file, shown=where)
    absent = [name for name in PATH_COLUMNS[:4] if name not in raw.columns]
    if absent:
        raise DataError("studies.printed_columns", where=where, absent=absent, columns=list(PATH_COLUMNS))
    table = raw.frame.astype(object).reindex(columns=list(PATH_COLUMNS), fill_value="")
    problems = [Problem("studies.printed_number", {"found": cell}, f"{where}, line {line}")
                for column in PATH_COLUMNS[3:] for line, cell in zip(raw.lines.tolist(), table[column], strict=True)
                if cell and not _PRINTED.fullmatch(cell)]
    if problems:
        raise StudyError.of(problems)
    return table
