"""Did the same people answer in both studies? A replication needs other respondents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.errors import Check, DataError

# A false alarm withholds an honest study's verdict: one in a thousand, over all ways of looking together.
ERROR = 0.001
FEWEST = 5  # rows of one file again in the other; fewer can be two friends with one opinion
# Below this share of rows whose pattern of answers is theirs alone, copies cannot be told from chance.
TELLING = 0.5
PAIRINGS, MOST_PAIRED = 999, 2000  # random pairings, and rows of which each is made
_GRID = 1e-6  # two answers are the same where their positions differ by rounding only
COLUMNS = ("way", "items", "n.original", "n.replication", "n.pairs", "n.across", "expected", "pvalue", "flagged")


def overlap(original: pd.DataFrame, replication: pd.DataFrame, *, formats: pd.DataFrame | None = None,
            keys_original: Sequence[str] | np.ndarray | None = None,
            keys_replication: Sequence[str] | np.ndarray | None = None) -> pd.DataFrame:
    r"""Look for respondents of one study in the other, whatever scale their answers are coded on.

    Parameters
    ----------
    original, replication : DataFrame, shape (n_respondents, n_items)
        Answers to the same items under the same names; others are left out. The order of rows does not matter.
    formats : DataFrame, index item, optional
        ``low.original high.original low.replication high.replication``: answers are then compared by their position
        on the scale, so that 1..10 and 0..100 are the same. None: as they are.
    keys_original, keys_replication : sequence of length n_respondents, optional
        Respondents' keys, made alike in both files ("", 0 or None: unknown).

    Returns
    -------
    DataFrame, one row per way of looking
        ``way``: "position" (the same positions on the scale), "rank" (the same ranks of answers, for codings that are
        only monotone), "key" (the same key); ``items``; ``n.original n.replication`` rows with an answer;
        ``n.pairs`` patterns of answers that exactly two rows have (of "key": keys in both files), ``n.across`` those
        with one row in each file (of "key": equal rows), ``expected`` by chance, ``pvalue`` and ``flagged``.
        ``attrs["checks"]``: ``overlap`` (*stop*), and ``overlap_telling`` (*caution*): whether copies
        could be told from chance at all.

    Raises
    ------
    DataError
        ``replication.no_shared_items``: no item of the same name.

    Notes
    -----
    Short surveys with few categories have equal rows by chance, and popular patterns (all answers at one end) have
    many. Therefore only patterns count that exactly two of all :math:`N = n_o + n_r` rows have. If the rows were
    exchangeable, the two would fall into different files with probability

    .. math:: p = \frac{2\, n_o n_r}{N (N - 1)}

    whatever the population's patterns are, and the number across is binomial given the pairs; where populations
    differ, fewer fall across. Copies, shuffled or a subset, are across almost all. Flagged: a one-sided binomial
    p below .001 over the ways, and at least five rows beyond expectation. Keys that both files use are compared by the
    answers of their rows: for unrelated people with the same number the share of agreeing answers is that of randomly
    paired rows; p is that of its distance from the mean of 999 pairings in their standard deviations.

    A hole is part of a pattern; rows with fewer than half of the items are left out. With equal files of n rows each,
    about ten copied rows are the fewest that can be told from chance.

    References
    ----------
    Kuriakose & Robbins (2016). Statistical Journal of the IAOS, 32, 283-291 (copies within a
    survey). Fisher (1935). The Design of Experiments, ch. 2 (the exact conditional test of exchangeable rows).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.integers(1, 8, (60, 12)), columns=[f"x{i}" for i in range(12)])
    >>> other = pd.DataFrame(rng.integers(1, 8, (80, 12)), columns=answers.columns)
    >>> overlap(answers, answers.sample(frac=1, random_state=1))["flagged"].any()
    np.True_
    >>> overlap(answers, other)["flagged"].any()
    np.False_
    """
    items = [name for name in original if name in replication]
    if not items:
        raise DataError("replication.no_shared_items", original=list(map(str, original.columns))[:8],
                        replication=list(map(str, replication.columns))[:8])
    one, two = _positions(original[items], formats, "original"), _positions(replication[items], formats, "replication")
    rows = [_by_pattern("position", *_snapped(one, two))]
    ranked = [name for name in items if 1 < original[name].nunique() == replication[name].nunique()]
    if ranked and formats is not None:
        rows.append(_by_pattern("rank", original[ranked].rank(method="dense").to_numpy(),
                                replication[ranked].rank(method="dense").to_numpy()))
    shared = _shared_keys(keys_original, keys_replication)
    if len(shared[0]):
        rows.append(_by_key(*_snapped(one, two), *shared))
    table = pd.DataFrame(rows, columns=[*COLUMNS[:-1], "beyond", "unique"])
    enough = table.pop("beyond") >= FEWEST
    unique = float(table.pop("unique").max())
    table["flagged"] = (table["pvalue"] < ERROR / len(table)) & enough
    table.attrs["checks"] = _checks(table, unique)
    return table


def refuse_overlap(overlap: pd.DataFrame | None) -> None:
    """Refuse to compare two studies that share respondents.

    Raises
    ------
    DataError
        ``replication.same_respondents``, with the number of rows that both have.
    """
    if overlap is not None and overlap["flagged"].any():
        raise DataError("replication.same_respondents", n=_most(overlap), original=int(overlap["n.original"].max()),
                        replication=int(overlap["n.replication"].max()))


def _positions(answers: pd.DataFrame, formats: pd.DataFrame | None, which: str) -> np.ndarray:
    """Give every answer its position between the ends of its scale, 0 to 1."""
    values = answers.to_numpy(dtype=float)
    if formats is None:
        return values
    ends = formats.reindex(answers.columns)
    low, high = (ends[f"{end}.{which}"].to_numpy(dtype=float) for end in ("low", "high"))
    return (values - low) / (high - low)


def _snapped(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round positions to the steps of the coarser file, item by item: another coding with decimals is the same."""
    out = np.empty_like(one), np.empty_like(two)
    for j in range(one.shape[1]):
        steps = max(_steps(one[:, j]), _steps(two[:, j]))
        for source, target in ((one, out[0]), (two, out[1])):
            target[:, j] = np.round(source[:, j] / steps) if steps else source[:, j]
    return out


def _steps(values: np.ndarray) -> float:
    """Find the smallest distance between two different answers that is no rounding; as many steps as the file shows."""
    found = np.unique(values[~np.isnan(values)])
    gaps = np.diff(found)
    gaps = gaps[gaps > _GRID]
    return float(gaps.min()) if len(gaps) else 0.0


def _by_pattern(way: str, one: np.ndarray, two: np.ndarray) -> dict[str, object]:
    """Count patterns that two rows have, and those of them with a row in each file."""
    from scipy.stats import binom

    one, two = (part[(~np.isnan(part)).mean(axis=1) >= 0.5] for part in (one, two))
    both = np.vstack([one, two]) if len(one) and len(two) else np.empty((0, one.shape[1]))
    both = np.where(np.isnan(both), -1.0, both) + 0.0
    first = np.arange(len(both)) < len(one)
    _, member, size = np.unique(both, axis=0, return_inverse=True, return_counts=True)
    member = member.ravel()
    in_first = np.bincount(member, weights=first, minlength=len(size))
    pairs, across = int((size == 2).sum()), int(((size == 2) & (in_first == 1)).sum())
    total = len(both)
    chance = 2 * len(one) * len(two) / (total * (total - 1)) if total > 1 else 0.0
    own = (np.bincount(member[first], minlength=len(size)), np.bincount(member[~first], minlength=len(size)))
    alone = min(float((each == 1).sum()) / max(len(part), 1) for each, part in zip(own, (one, two), strict=True))
    return {"way": way, "items": one.shape[1], "n.original": len(one), "n.replication": len(two), "n.pairs": pairs,
            "n.across": across, "expected": pairs * chance,
            "pvalue": float(binom.sf(across - 1, pairs, chance)) if pairs else 1.0,
            "beyond": across - pairs * chance, "unique": alone}


def _shared_keys(one: Sequence[str] | np.ndarray | None,
                 two: Sequence[str] | np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Find rows of the two files with one key; keys that are not unique in a file are left out."""
    if one is None or two is None or not len(one) or not len(two):
        return np.empty(0, dtype=int), np.empty(0, dtype=int)
    one, two = (pd.Series(np.asarray(keys, dtype=object)) for keys in (one, two))
    one, two = (keys.where(~keys.isin(["", 0])) for keys in (one, two))
    one, two = (keys[keys.notna() & ~keys.duplicated(keep=False)] for keys in (one, two))
    met = pd.merge(one.rename("key").reset_index(), two.rename("key").reset_index(), on="key")
    return met["index_x"].to_numpy(), met["index_y"].to_numpy()


def _by_key(one: np.ndarray, two: np.ndarray, at_one: np.ndarray, at_two: np.ndarray) -> dict[str, object]:
    """Compare rows of the same key with rows paired at random."""
    from scipy.special import ndtr

    one, two = one[at_one], two[at_two]
    rng = np.random.default_rng(20161)  # the p of a given pair of files is the same every time
    both = ~np.isnan(one) & ~np.isnan(two)
    equal = int((((one == two) | ~both).all(axis=1) & both.any(axis=1)).sum())
    taken = rng.permutation(len(two))[:MOST_PAIRED]
    some, others = one[taken], two[taken]

    def agreeing(order: np.ndarray) -> tuple[float, float]:
        same, known = some == others[order], ~np.isnan(some) & ~np.isnan(others[order])
        return same.sum() / max(known.sum(), 1), ((same | ~known).all(axis=1) & known.any(axis=1)).mean()

    share = agreeing(np.arange(len(taken)))[0]
    drawn = np.array([agreeing(rng.permutation(len(taken))) for _ in range(PAIRINGS)])
    mean, spread = float(drawn[:, 0].mean()), max(float(drawn[:, 0].std()), _GRID)
    return {"way": "key", "items": one.shape[1], "n.original": len(one), "n.replication": len(two),
            "n.pairs": len(two), "n.across": equal, "expected": float(drawn[:, 1].mean()) * len(two),
            "pvalue": float(ndtr((mean - share) / spread)),
            "beyond": (share - mean) / max(1 - mean, _GRID) * len(two), "unique": 0.0}


def _checks(table: pd.DataFrame, unique: float) -> tuple[Check, ...]:
    flagged = bool(table["flagged"].any())
    numbers = {"n": _most(table), "pairs": int(table["n.pairs"].iloc[0]), "expected": float(table["expected"].iloc[0]),
               "items": int(table["items"].iloc[0])}
    return (Check("overlap", "stop", not flagged, numbers),
            Check("overlap_telling", "caution", flagged or unique >= TELLING, {"share": unique, **numbers}))


def _most(table: pd.DataFrame) -> int:
    """Count rows that both files have, by the way that finds most."""
    found = table[table["flagged"]] if table["flagged"].any() else table[table["way"] != "key"]
    return int(found["n.pairs"].where(found["way"] == "key", found["n.across"]).max())
