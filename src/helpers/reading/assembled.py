"""The table of answers of a study, however many files it lies in, with the columns that are made of others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from helpers.errors import DataError
from helpers.reading.joining import Join, joined
from helpers.reading.parts import Part, opened
from helpers.reading.raw import Raw, Source
from helpers.reading.recoding import Recode, recoded
from helpers.reading.stacking import Wide, stacked, widened

__all__ = ["Join", "Part", "Plan", "Wide", "assembled"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a table of answers is made of.

    Attributes
    ----------
    parts : tuple of Part
        One file, or one per wave.
    wave : str
        The column that the waves fill; needed with several parts or with ``wide``.
    wide : tuple of Wide
        Columns of the only file that hold one wave each.
    joins : tuple of Join
    respondent : str
        The column by which files are joined.
    recodes : tuple of Recode
        Each after those that it is made of.
    missing_codes : tuple of str
        What stands for "no answer".
    decimal : {"", ".", ","}
        "": as found.
    """

    parts: tuple[Part, ...]
    wave: str = ""
    wide: tuple[Wide, ...] = ()
    joins: tuple[Join, ...] = ()
    respondent: str = ""
    recodes: tuple[Recode, ...] = ()
    missing_codes: tuple[str, ...] = ()
    decimal: str = ""

    def needed(self, columns: Collection[str]) -> set[str]:
        """Name the columns that files must be asked for: those asked for, and all that new ones are made of."""
        made = {recode.name: recode for recode in self.recodes}
        asked, known = [*columns, *made], set()
        if self.joins:
            asked.append(self.respondent)
        while asked:
            name = asked.pop()
            if name and name not in known:
                known.add(name)
                asked += made[name].inputs.values() if name in made else ()
        return known - made.keys()


def assembled(plan: Plan, *, columns: Collection[str]) -> Raw:
    r"""Read the files of a study as one table.

    Parameters
    ----------
    plan : Plan
    columns : collection of str
        Those that the study uses; what they are made of is read along. Names that no file has are ignored.

    Returns
    -------
    Raw
        ``sources`` names every file with its rows and ``derived`` every new column; ``places`` says in which file and
        line each row stands.

    Raises
    ------
    DataError
        If a file cannot be read, or the files do not go together; everything that is found is said at once.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = [pathlib.Path(folder) / name for name in ("a.csv", "b.csv")]
    ...     _ = files[0].write_text("id,q1\n1,4\n2,5\n", encoding="utf-8")
    ...     _ = files[1].write_text("id,Q\n1,3\n", encoding="utf-8")
    ...     plan = Plan((Part(files[0], "a.csv", level="2025"),
    ...                  Part(files[1], "b.csv", level="2026", columns={"q1": "Q"})), wave="year")
    ...     raw = assembled(plan, columns=["id", "q1", "year"])
    >>> raw.frame.astype(object).to_dict("list")
    {'id': ['1', '2', '1'], 'q1': ['4', '5', '3'], 'year': ['2025', '2025', '2026']}
    >>> raw.places[[2]].tolist(), [(source.shown, source.rows) for source in raw.sources]
    (['b.csv:2'], [('a.csv', 2), ('b.csv', 1)])
    """
    needed = plan.needed(columns)
    if plan.wide:
        raw, problems = widened(plan.parts[0], plan.wide, plan.wave, needed - {plan.wave}, plan.missing_codes)
    elif plan.wave:
        raw, problems = stacked(plan.parts, plan.wave, needed)
    else:
        part = plan.parts[0]
        raw, problems = opened(part, needed)
        raw = replace(raw, sources=(Source(part.shown, raw.how, len(raw.frame)),))
    for join in plan.joins:
        raw, more = joined(raw, join, plan.respondent, needed, plan.missing_codes)
        problems += more
    if plan.recodes:
        raw, more = recoded(raw, plan.recodes, plan.missing_codes, plan.decimal or raw.how.decimal)
        problems += more
    if problems:
        raise DataError.of(problems)
    told = {name: entries for name, entries in raw.user_missing.items() if name in raw.frame}
    return replace(raw, user_missing=told)
