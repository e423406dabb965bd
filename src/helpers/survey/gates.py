"""What is doubtful about a sample and its items, each doubt with its criterion and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.errors import Check
from helpers.reading import How, Raw, Source

SKEW, KURTOSIS = 2.0, 7.0  # West, Finch & Curran (1995): beyond them normal-theory estimates suffer
END = 0.15  # Terwee et al. (2007): share of answers at one end that counts as floor or ceiling
MISSING = 0.05  # Schafer (1999): below it most methods agree
CARELESS = 0.15  # Meade & Craig (2012): more than is usual in unproctored surveys
_BEYOND, _ANSWERS = 0.10, 30  # with 30 answers the chance that none lies where a tenth should is 4 %, of 200 zero
_TOLD = 40  # columns whose declared missing codes are told one by one
_NAMED = 8  # items that a finding names; the count says how many there are


def file_check(how: How, shown: str) -> Check:
    """Whether the encoding of the file is known, or was guessed."""
    guessed = how.encoding_found_by == "gb18030"
    values = {"file": shown, "format": how.format, "encoding": how.encoding or "-", "decimal": how.decimal,
              "delimiter": {"\t": "tab"}.get(how.delimiter, how.delimiter) or how.sheet or "-"}
    return Check("file_encoding", "info", not guessed, values)


def joined_check(source: Source) -> Check:
    """Whether every row of the responses has a partner in a joined file."""
    return Check("file_joined", "caution", source.unmatched == 0, {
        "file": source.shown, "n": source.matched + source.unmatched, "unmatched": source.unmatched,
        "unused": source.unused})


def labels_check(columns: Sequence[str]) -> Check:
    """Whether files that are put one below the other give a code the same label."""
    return Check("file_labels", "caution", not columns, {"columns": columns[:_NAMED], "count": len(columns)})


def marks_check(how: How) -> Check:
    """Whether the file is in one piece: byte-order marks inside it tell of files that were put one behind the other."""
    return Check("file_marks", "info", how.marks == 0, {"marks": how.marks})


def hidden_check(how: How) -> Check:
    """Whether every sheet of a workbook can be seen: a hidden one may be what was meant, or what was to be left out."""
    return Check("file_hidden", "info", not how.hidden, {"sheets": how.hidden, "sheet": how.sheet})


def declared_missing_check(raw: Raw) -> Check:
    """Whether the file itself declares entries to be no answer, and how many of each it holds."""
    found = []
    for column, codes in raw.user_missing.items():
        counts = raw.frame[column].value_counts()
        labels = raw.values.get(column, {})
        each = [f"{code} ({labels[code]}) × {counts[code]}" if code in labels else f"{code} × {counts[code]}"
                for code in codes]
        found.append(f"{column}: {', '.join(each)}")
    entries = sum(int(raw.frame[column].isin(codes).sum()) for column, codes in raw.user_missing.items())
    told = [*found[:_TOLD], *(["..."] if len(found) > _TOLD else [])]
    return Check("file_missing", "info", not found, {"columns": told, "count": entries, "n_columns": len(found)})


def repeated_check(rows: int, respondents: int) -> Check:
    """Whether every row is another person, as standard errors, tests and intervals take for granted."""
    return Check("repeated_respondents", "caution", rows == respondents, {"rows": rows, "respondents": respondents})


def careless_check(screening: pd.DataFrame) -> Check:
    """Whether more respondents than usual fall under a screening rule."""
    share = float(screening.loc[screening["rule"] == "any", "share"].iloc[0])
    return Check("careless", "caution", share <= CARELESS, {"share": share, "at_most": CARELESS})


def missing_check(missing: pd.DataFrame) -> Check:
    """Whether an item lacks so many answers that the method of handling them matters."""
    return _items_check("missing_answers", "info", missing.loc[missing["share"] > MISSING, "item"],
                        at_most=MISSING, largest=float(missing["share"].max()))


def item_checks(items: pd.DataFrame) -> tuple[Check, ...]:
    """Whether an item is too skewed or peaked for normal theory, and whether a scale is exhausted at an end.

    Parameters
    ----------
    items : DataFrame
        ``item``, ``skew``, ``kurtosis``, ``floor``, ``ceiling``, as from `helpers.survey.describe_items`.
    """
    uneven = (items["skew"].abs() >= SKEW) | (items["kurtosis"].abs() >= KURTOSIS)
    ended = items[["floor", "ceiling"]].max(axis=1) > END
    return (_items_check("item_distribution", "caution", items.loc[uneven, "item"], skew=SKEW, kurtosis=KURTOSIS),
            _items_check("item_ends", "info", items.loc[ended, "item"], at_most=END))


def range_check(scores: pd.DataFrame, scales: Mapping[str, Sequence[str]]) -> Check:
    """Whether an item seems to have been asked on a shorter scale than the others of its construct.

    Parameters
    ----------
    scores : DataFrame of float, shape (n, items)
    scales : mapping of str to sequence of str

    Returns
    -------
    Check
        Names an item that nobody answered beyond a point which at least a tenth of the answers to each other item of
        its construct lie beyond; not with fewer than thirty answers, where that may be chance.
    """
    found = []
    for items in scales.values():
        for item in items:
            own, others = scores[item].dropna(), scores[[other for other in items if other != item]]
            if len(own) >= _ANSWERS and others.shape[1]:
                beyond = [(others > own.max()).sum() / others.notna().sum(),
                          (others < own.min()).sum() / others.notna().sum()]
                found += [item] * any(float(share.min()) >= _BEYOND for share in beyond)
    return _items_check("item_range", "caution", found, beyond=_BEYOND)


def _items_check(gate: str, severity: str, items: Sequence[str], **values: float) -> Check:
    named = [*items[:_NAMED], *(["..."] if len(items) > _NAMED else [])]
    return Check(gate, severity, len(items) == 0, {"items": named, "count": len(items), **values})
