"""Do two of several studies share respondents? Every pair of them is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pandas as pd

from helpers.errors import Check
from helpers.replication.overlap import overlap
from helpers.sem import Moments

COLUMNS = ("study1", "study2", "way", "items", "n.pairs", "n.across", "expected", "pvalue", "flagged")


def overlaps(samples: Mapping[str, pd.DataFrame | Moments], formats: pd.DataFrame) -> pd.DataFrame:
    """Look for respondents of every study in every other.

    Parameters
    ----------
    samples : mapping of str to (DataFrame or Moments)
        Study -> answers, or a printed matrix, in which nobody can be looked for.
    formats : DataFrame
        ``study item construct low high``: answers are compared by their position on the scale.

    Returns
    -------
    DataFrame
        ``study1 study2 way items n.pairs n.across expected pvalue flagged``, the ways of `overlap` for each pair; a
        pair without answers to items of the same names has ``way`` "none" and is not flagged.
        ``attrs["checks"]``: ``synthesis_overlap`` (*stop*) and ``synthesis_unseen`` (*caution*).

    Notes
    -----
    See `overlap` for the test; its error holds per pair of studies.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> one, two = (pd.DataFrame(random.integers(1, 8, (80, 9)), columns=list("abcdefghi")) for _ in range(2))
    >>> scale = pd.DataFrame({"study": "a", "item": list("abcdefghi"), "low": 1, "high": 7})
    >>> formats = pd.concat([scale, scale.assign(study="b"), scale.assign(study="c")])
    >>> overlaps({"a": one, "b": two, "c": one.sample(frac=1, random_state=1)}, formats).query("flagged")[
    ...     ["study1", "study2"]].drop_duplicates()
      study1 study2
    2      a      c
    """
    rows, unseen = [], []
    for one, two in combinations(samples, 2):
        shared = _shared(samples[one], samples[two])
        if not shared:
            unseen.append(f"{one} - {two}")
            rows.append({"study1": one, "study2": two, "way": "none", "flagged": False})
            continue
        ends = {which: formats[formats["study"] == study].set_index("item").reindex(shared)
                for which, study in (("original", one), ("replication", two))}
        scale = pd.DataFrame({f"{end}.{which}": part[end] for which, part in ends.items() for end in ("low", "high")})
        found = overlap(samples[one][shared], samples[two][shared], formats=scale)
        rows += [{"study1": one, "study2": two, **row} for row in found.to_dict("records")]
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    flagged = table[table["flagged"].astype(bool)]
    pairs = list(dict.fromkeys(f"{row.study1} - {row.study2}" for row in flagged.itertuples()))
    table.attrs["checks"] = (Check("synthesis_overlap", "stop", not pairs, {"pairs": pairs or ["-"]}),
                             Check("synthesis_unseen", "caution", not unseen, {"pairs": unseen or ["-"]}))
    return table


def _shared(one: pd.DataFrame | Moments, two: pd.DataFrame | Moments) -> list[str]:
    if isinstance(one, Moments) or isinstance(two, Moments):
        return []
    return [name for name in one if name in two]
