"""What was changed of the specification, and was it planned or found by looking? The log of a study."""

from __future__ import annotations

import pandas as pd

from helpers.errors import Check
from helpers.studies.declared import Study
from helpers.words import pick, say

COLUMNS = ("what", "why", "how", "key")


def changes(declared: Study, *, language: str) -> pd.DataFrame:
    """List every change that the study declares, and what its other keys change.

    Parameters
    ----------
    declared : Study
    language : {"en", "zh"}

    Returns
    -------
    DataFrame
        ``what``, ``why``, ``how`` ("planned", "found" by looking, or "unsaid") and ``key`` of study.yml: first the
        entries of ``changes:``, then parameters that ``partial:`` frees (declared as planned) and items of the codebook
        that no construct and no role uses (nothing says why). ``attrs["checks"]`` holds a gate that names what was
        found by looking or is unsaid.
    """
    rows = [(pick(each.what, language), pick(each.why, language), each.how, "changes") for each in declared.changes]
    labels = declared.labels(language)
    rows += [(say("studies.changes.freed", language, parameter=text, grouping=labels.get(column, column)), "",
              "planned", "partial") for column, texts in declared.partial.items() for text in texts]
    rows += [(say("studies.changes.unused", language, item=item), "", "unsaid", "codebook")
             for item in _unused(declared)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    looked = table.loc[table["how"] == "found", "what"].tolist()
    unsaid = table.loc[table["how"] == "unsaid", "what"].tolist()
    table.attrs["checks"] = (Check("changes", "caution" if looked else "info", not (looked or unsaid), {
        "found": looked or "-", "unsaid": unsaid or "-", "planned": int((table["how"] == "planned").sum())}),)
    return table


def _unused(declared: Study) -> list[str]:
    """Items of the codebook that stand nowhere in the study."""
    if declared.codebook.empty:
        return []
    used = {*declared.groups, *declared.profile, *declared.clusters, *declared.responses.attention_checks,
            *declared.responses.drop, declared.responses.duration, declared.responses.respondent}
    used |= {declared.wave.column} if declared.wave else set()
    pairs = zip(declared.codebook["item"].astype(str), declared.codebook["column"].astype(str), strict=True)
    return [item for item, column in pairs if item not in declared.items and not {item, column} & used]
