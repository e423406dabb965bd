"""The files in which a study's answers lie, and what contradicts itself in how they are put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import reading
from helpers.errors import StudyError
from helpers.studies.codebook import Codebook
from helpers.studies.findings import Findings
from helpers.studies.places import inside
from helpers.studies.recodes import recodes
from helpers.studies.responses import Responses
from helpers.studies.written import Place

if TYPE_CHECKING:
    from helpers.studies.shape import StudyKeys

_RESPONSES = ("data", "responses")
_PARTLY = ("encoding", "delimiter", "sheet", "header", "skip", "columns")


def responses(keys: StudyKeys, folder: Path, codebook: Codebook, found: Findings) -> Responses | None:
    """Give the declared table of answers; None where one of its files lies outside the study.

    Parameters
    ----------
    keys : StudyKeys
    folder : Path
        Of the study.
    codebook : Codebook
    found : Findings
        Takes paths out of the folder, waves that are not declared, and files that cannot be put together.
    """
    written = keys.data.responses
    made = recodes(keys, codebook, found)
    parts = tuple(_part(each, folder, (*_RESPONSES, "waves", level), codebook, found, level=level)
                  for level, each in written.waves.items())
    if written.file:
        parts = (_part(written, folder, (*_RESPONSES, "file"), codebook, found),)
    joins = [(_part(each, folder, (*_RESPONSES, "join", at), codebook, found), each.by)
             for at, each in enumerate(written.join)]
    if None in parts or any(part is None for part, _ in joins):
        return None
    _check_waves(keys, parts, found)
    if joins and not written.respondent:
        found.add("studies.join_respondent", (*_RESPONSES, "join"))
        return None
    if joins and written.respondent in keys.recodes:
        found.add("studies.join_made", (*_RESPONSES, "join"), column=written.respondent)
        return None
    several = bool(written.waves or written.wide)
    plan = reading.Plan(
        parts, keys.wave.column if several and keys.wave else "",
        tuple(reading.Wide(level, each.prefix, each.suffix) for level, each in written.wide.items()),
        tuple(reading.Join(part, by) for part, by in joins), written.respondent, made, written.missing_codes,
        written.decimal)
    kept = {name: getattr(written, name) for name in Responses.KEPT}
    return None if several and not keys.wave else Responses(
        file=parts[0].file, shown=", ".join(part.shown for part in parts), plan=plan, **kept)


def _part(written: Any, folder: Path, place: Place, codebook: Codebook, found: Findings,
          **more: str) -> reading.Part | None:
    if not written.file:
        return None
    try:
        file = inside(folder, written.file)
    except StudyError as error:
        found.problems += [type(problem)(problem.id, problem.values, found.where(place)) for problem in error.problems]
        return None
    how = {name: getattr(written, name) for name in _PARTLY if hasattr(written, name)}
    columns = {codebook.columns.get(name, name): each for name, each in how.get("columns", {}).items()}
    if twice := sorted({each for each in columns.values() if [*columns.values()].count(each) > 1}):
        found.add("studies.file_columns_twice", (*place, "columns"), columns=twice)
        return None
    return reading.Part(file, written.file, where=found.where(place), **how | {"columns": columns}, **more)


def _check_waves(keys: StudyKeys, parts: tuple[reading.Part, ...], found: Findings) -> None:
    written = keys.data.responses
    key = "waves" if written.waves else "wide"
    levels = tuple(written.waves or written.wide)
    if not levels:
        return
    place = (*_RESPONSES, key)
    if keys.wave is None:
        found.add("studies.waves_undeclared", place, key=key, levels=levels)
        return
    if set(levels) != set(keys.wave.order):
        found.add("studies.waves_order", place, key=key, levels=levels, order=keys.wave.order)
    if written.wide and not written.respondent:
        found.add("studies.wide_respondent", place)
    read = [(part.file, part.sheet) for part in parts]
    if len(set(read)) < len(read):
        found.add("studies.wave_file_twice", place, file=next(part.shown for part in parts
                                                              if read.count((part.file, part.sheet)) > 1))
