"""The draft's codebook.csv: item, column, wording, what the codes mean, and what has to be checked of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from helpers import words
from helpers.drafting.answer_keys import Key
from helpers.drafting.columns import Column
from helpers.drafting.draft import Draft
from helpers.drafting.study_text import text_language

HEADER = ("item", "column", "en", "zh", "values", "check")


def codebook_text(draft: Draft, *, language: str) -> str:
    """Write the codebook of every column that is an item or could become one, and of groups with labels.

    Parameters
    ----------
    draft : Draft
    language : {"en", "zh"}
        Of the marks.

    Returns
    -------
    str
        CSV.
    """
    rows, seen = [], {}
    for column in draft.columns:
        explained = column.labels and column.kind in ("profile", "groups")
        item = draft.names.get(column.name, column.name if explained else "")
        if not item:
            continue
        key = draft.keys.get(column.name)
        values = _values(column, key)
        guessed = bool(key and (key.codes or key.doubts) and values)
        check = ""
        if guessed and values not in seen:
            seen[values] = item
            check = words.say("drafting.text.codebook", language)
        text = column.wording or ("" if column.name == item else column.name)
        wording = {"en": "", "zh": ""} | ({text_language(text): " ".join(text.split())} if text else {})
        rows.append((item, column.name, wording["en"], wording["zh"], values, check))
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows([HEADER, *rows])
    return written.getvalue()


def _values(column: Column, key: Key | None) -> str:
    """Codes and their meanings; two wordings of one code are told apart by how the number is written."""
    if key is None:
        return "; ".join(f"{code}={_clean(label)}" for code, label in column.labels.items() if _clean(label))
    said: Mapping[str, float] = key.codes
    parts, used = [], set()
    for entry, value in sorted(said.items(), key=lambda part: part[1]):
        code = f"{value:g}"
        while code in used:
            code += "0" if "." in code else ".0"
        used.add(code)
        parts.append(f"{code}={entry}")
    parts += [f"{code}={_clean(label)}" for code, label in key.labels.items() if _clean(label)]
    return "; ".join(parts)


def _clean(label: str) -> str:
    return " ".join("".join(" " if sign in ";；" else sign for sign in label).split())


def writable(entry: str) -> bool:
    """Whether an answer in words can stand in the codebook."""
    return not any(sign in entry for sign in ";；")
