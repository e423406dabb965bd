"""Waves as one table of respondents: files one below the other, or columns of one file made into rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from helpers.errors import Problem
from helpers.reading.columns import categorical, codes_of, frame_of
from helpers.reading.parts import Part, of_one_sign, opened, silenced, united
from helpers.reading.raw import How, Raw, Source
from helpers.reading.written_numbers import numbers

_QUOTED = 5


@dataclass(frozen=True, slots=True)
class Wide:
    """The columns of a file that hold one wave: ``prefix`` + column + ``suffix``."""

    level: str
    prefix: str = ""
    suffix: str = ""

    def form(self, column: str) -> str:
        """Name a column as the file has it."""
        return f"{self.prefix}{column}{self.suffix}"

    def base(self, found: str) -> str:
        """Name a file's column without the wave; "" where it is none of this wave."""
        whole = found.startswith(self.prefix) and found.endswith(self.suffix)
        return found[len(self.prefix):len(found) - len(self.suffix)] if whole else ""


def stacked(parts: tuple[Part, ...], wave: str, columns: Collection[str]) -> tuple[Raw, list[Problem]]:
    """Put files one below the other and fill the column of the waves.

    Returns
    -------
    Raw
    problems : list of Problem
        Columns that some files have and others lack; a column of the waves that says something else.
    """
    opened_parts = [opened(part, columns) for part in parts]
    problems = [problem for _, own in opened_parts for problem in own]
    raws = silenced(of_one_sign([raw for raw, _ in opened_parts]))
    problems += [problem for raw, part in zip(raws, parts, strict=True) for problem in _other_wave(raw, part, wave)]
    rows = [len(raw.frame) for raw in raws]
    everywhere = tuple(dict.fromkeys(name for raw in raws for name in raw.columns))
    asked = [name for name in everywhere if name != wave and any(name in raw.frame for raw in raws)]
    for raw, part in zip(raws, parts, strict=True):
        if lacking := [name for name in asked if name not in raw.columns and name not in part.columns]:
            problems.append(Problem("reading.wave_lacks", {
                "columns": lacking[:8], "count": len(lacking), "file": part.shown,
                "others": [other.shown for other in parts if other is not part][:4]}, part.where or part.shown))
    made = {name: united([raw.frame.get(name) for raw in raws], rows) for name in asked}
    source = np.repeat(np.arange(len(parts)), rows).astype(np.min_scalar_type(-len(parts)))
    made[wave] = categorical(source, [part.level for part in parts])
    return Raw(frame_of(made, sum(rows)), np.concatenate([raw.lines for raw in raws]),
               tuple(dict.fromkeys([*everywhere, wave])), _how(raws), _joined([raw.labels for raw in raws]),
               _joined([raw.values for raw in raws]), _union([raw.user_missing for raw in raws]),
               sources=tuple(Source(part.shown, raw.how, n, part.level)
                             for part, raw, n in zip(parts, raws, rows, strict=True)), source=source,
               differing=_differing(raws, asked)), problems


def widened(part: Part, waves: tuple[Wide, ...], wave: str, columns: Collection[str],
            missing_codes: Collection[str]) -> tuple[Raw, list[Problem]]:
    """Make the rows of every wave from a file with one row per respondent.

    Returns
    -------
    Raw
        Rows wave by wave. Rows of a wave in which a respondent answered nothing are left out and counted.
    problems : list of Problem
        Columns that some waves have and others lack, or that are there with and without a wave.
    """
    raw, problems = opened(part, {form for name in columns for form in (name, *(each.form(name) for each in waves))})
    forms_of = {name: [each.form(name) for each in waves] for name in columns}
    varying = {name: forms for name, forms in forms_of.items() if any(form in raw.columns for form in forms)}
    where = part.where or part.shown
    for name, forms in varying.items():
        if absent := [form for form in forms if form not in raw.columns]:
            problems.append(Problem("reading.wide_lacks", {"column": name, "absent": absent, "file": part.shown},
                                    where))
        elif name in raw.columns:
            problems.append(Problem("reading.wide_twice", {"column": name, "forms": forms, "file": part.shown}, where))
    if wave in raw.columns:
        problems.append(Problem("reading.wide_wave", {"column": wave, "file": part.shown}, where))
    n = len(raw.frame)
    made = {name: united([raw.frame.get(form) for form in forms], [n] * len(waves))
            for name, forms in varying.items()}
    made |= {name: united([raw.frame[name]] * len(waves), [n] * len(waves))
             for name in raw.frame if name in columns and name not in made and name != wave}
    source = np.repeat(np.arange(len(waves), dtype=np.int8), n)
    made[wave] = categorical(source, [each.level for each in waves])
    missing = {**raw.user_missing, **{name: entries for name, forms in varying.items() if (
        entries := tuple(dict.fromkeys(each for form in forms for each in raw.user_missing.get(form, ()))))}}
    answered = _answered(made, varying, missing_codes, missing, raw.how.decimal) if varying else np.full(
        n * len(waves), True)
    frame = frame_of(made, n * len(waves))[answered].reset_index(drop=True)
    return Raw(frame, np.tile(raw.lines, len(waves))[answered], _bases(raw.columns, waves, wave), raw.how,
               _varied(raw.labels, varying), _varied(raw.values, varying), missing,
               sources=(Source(part.shown, raw.how, n, ", ".join(each.level for each in waves)),),
               silent=int((~answered).sum())), problems


def _other_wave(raw: Raw, part: Part, wave: str) -> list[Problem]:
    """Find entries of the wave's column that are not the file's wave."""
    if wave not in raw.frame:
        return []
    codes, texts = codes_of(raw.frame[wave])
    wrong = np.array([text not in ("", part.level) for text in texts], dtype=bool)[codes]
    if not wrong.any():
        return []
    spoken = [f"{line} ({texts[code][:20]})" for line, code in zip(raw.lines[wrong][:_QUOTED].tolist(),
                                                              codes[wrong][:_QUOTED], strict=True)]
    values = {"column": wave, "level": part.level, "count": int(wrong.sum()), "lines": spoken, "file": part.shown}
    return [Problem("reading.wave_other", values, part.where or part.shown)]


def _answered(made: Mapping[str, pd.Categorical], varying: Collection[str], missing_codes: Collection[str],
              missing: Mapping[str, Collection[str]], decimal: str) -> np.ndarray:
    """Say in which rows anything that differs between the waves was answered."""
    answered = np.False_
    for name in varying:
        texts = made[name].categories.tolist()
        _, empty = numbers(texts, {*missing_codes, *missing.get(name, ())}, decimal)
        answered = answered | ~empty[made[name].codes]
    return np.asarray(answered)


def _bases(columns: Collection[str], waves: tuple[Wide, ...], wave: str) -> tuple[str, ...]:
    """Name the columns of a wide file as they are after: those of all waves without the wave."""
    named = set(columns)
    found = []
    for name in columns:
        base = next((base for each in waves if (base := each.base(name)) and base != name), "")
        found.append(base if base and all(each.form(base) in named for each in waves) else name)
    return tuple(dict.fromkeys([*found, wave]))


def _varied(mapping: Mapping, varying: Mapping[str, list[str]]) -> dict:
    """Give what is told of the forms of a column to the column."""
    forms = {form: name for name, each in varying.items() for form in each}
    return {forms.get(name, name): each for name, each in reversed(mapping.items())}


def _joined(mappings: list[Mapping]) -> dict:
    """Keep what the first file says of a column."""
    return {name: each for mapping in reversed(mappings) for name, each in mapping.items()}


def _differing(raws: list[Raw], columns: Collection[str]) -> tuple[str, ...]:
    """Find columns in which one code has several labels."""
    labels: dict[tuple[str, str], set[str]] = {}
    for raw in raws:
        for column in columns:
            for code, label in raw.values.get(column, {}).items():
                labels.setdefault((column, code), set()).add(" ".join(label.casefold().split()))
    return tuple(dict.fromkeys(column for (column, _), said in labels.items() if len(said) > 1))


def _union(mappings: list[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys(name for mapping in mappings for name in mapping)
    return {name: tuple(dict.fromkeys(entry for mapping in mappings for entry in mapping.get(name, ())))
            for name in names}


def _how(raws: list[Raw]) -> How:
    """Tell how the files were read together: a guess in one is a guess, and rows left out are counted."""
    first = next((raw.how for raw in raws if raw.how.encoding_found_by == "gb18030"), raws[0].how)
    return replace(first, blank_rows=sum(raw.how.blank_rows for raw in raws),
                   skipped=sum(raw.how.skipped for raw in raws), marks=sum(raw.how.marks for raw in raws))
