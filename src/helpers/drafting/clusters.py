"""Which items go together by their answers alone, where names say nothing; which seem to be worded against theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

LEAST_TOGETHER = 0.30  # mean |r| with the own cluster below which an item is not placed
OF_ONE_ROOF = 0.05  # a division has to hold this much (mean silhouette) before one cluster becomes several
BESIDE = 0.10  # nearer by this are questions that follow each other; it halves with every question and a bit between
ONE = 0.92  # HTMT from which two clusters are one; above the usual .90, since chance and order have divided them
CLOSE = 0.80  # of a cluster's own mean |r|: an item alone that reaches it joins the cluster
TURNED = -0.20  # r with the rest of the construct below which an item may be worded against it
_ROWS = 5000


def coded(counts_of: Mapping[str, Mapping[str, float]], frame: pd.DataFrame) -> pd.DataFrame:
    """Turn columns of entries into numbers; of many rows every so-manieth.

    Parameters
    ----------
    counts_of : mapping
        Column -> entry -> number.
    frame : DataFrame of str

    Returns
    -------
    DataFrame of float
        At most 5,000 rows.
    """
    step = max(len(frame) // _ROWS, 1)
    part = frame[list(counts_of)].iloc[::step]
    return pd.DataFrame({name: part[name].astype(object).map(dict(numbers)).astype(float)
                         for name, numbers in counts_of.items()})


def correlations(scores: pd.DataFrame) -> pd.DataFrame:
    """Pairwise correlations; 0 where an item is constant or shares fewer than ten respondents with another."""
    return scores.corr(min_periods=10).fillna(0.0)


def clusters(r: pd.DataFrame, names: Sequence[str]) -> tuple[list[list[str]], list[str]]:
    """Divide items by average linkage of 1 - abs(r), questions that follow each other being a little nearer.

    Parameters
    ----------
    r : DataFrame
        Correlations.
    names : sequence of str
        In the order of the questionnaire; at least two.

    Returns
    -------
    clusters : list of list of str
        In the order of the questionnaire. The number is the one with the largest mean silhouette.
    left : list of str
        Items that go with none.

    References
    ----------
    Kaufman & Rousseeuw (1990). Finding Groups in Data. Wiley, chapters 2 and 5.
    Henseler, Ringle & Sarstedt (2015). J. of the Academy of Marketing Science, 43, 115-135 (HTMT).

    Examples
    --------
    >>> r = pd.DataFrame(np.kron(np.eye(2), np.full((2, 2), 0.6)) + 0.1, index=list("abcd"), columns=list("abcd"))
    >>> clusters(r, list("abcd"))
    ([['a', 'b'], ['c', 'd']], [])
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(names) < 3:
        return [list(names)], []
    near = r.loc[list(names), list(names)].abs().to_numpy(copy=True)
    np.fill_diagonal(near, 1.0)
    apart = np.abs(np.subtract.outer(np.arange(len(names)), np.arange(len(names))))
    distance = np.clip(1 - near - BESIDE * np.exp((1 - apart) / 2), 0, 1)
    np.fill_diagonal(distance, 0.0)
    distance = (distance + distance.T) / 2
    tree = linkage(squareform(distance, checks=False), method="average")
    best, labels = OF_ONE_ROOF, np.ones(len(names), dtype=int)
    for count in range(2, len(names) // 2 + 1):
        tried = fcluster(tree, count, criterion="maxclust")
        if (width := _silhouette(distance, tried)) > best:
            best, labels = width, tried
    labels = _merged(near, labels)
    return _ordered(near, labels, names)


def against(r: pd.DataFrame, names: Sequence[str], scores: pd.DataFrame) -> dict[str, float]:
    """Find items that correlate negatively with the rest of their construct.

    Returns
    -------
    dict of str to float
        Item -> its correlation with the sum of the others, turned as the first eigenvector of their correlations says;
        the side with fewer items is named.
    """
    if len(names) < 3 or len(names) > 60:
        return {}
    part = r.loc[list(names), list(names)].to_numpy()
    vector = np.linalg.eigh(part)[1][:, -1]
    sign = 1 if (vector > 0).sum() * 2 >= len(names) else -1
    turned = [name for name, weight in zip(names, sign * vector, strict=True) if weight < 0]
    spread = (scores[list(names)] - scores[list(names)].mean()) / scores[list(names)].std().replace(0, 1)
    found = {}
    for name in turned:
        rest = spread[[other for other in names if other not in turned]].mean(axis=1)
        value = spread[name].corr(rest)
        if value < TURNED:
            found[name] = float(value)
    return found


def _merged(near: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Join clusters whose items go with those of the other as with their own; chance and order divide one construct."""
    labels = labels.copy()
    while True:
        groups = [group for group in np.unique(labels) if (labels == group).sum() > 1]
        ratios = {(one, other): _between(near, labels == one, labels == other)
                  for position, one in enumerate(groups) for other in groups[position + 1:]}
        pair = max(ratios, key=lambda each: ratios[each], default=None)
        if pair is None or ratios[pair] < ONE:
            return labels
        labels[labels == pair[1]] = pair[0]


def _between(near: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """HTMT of two clusters: mean |r| between them over the geometric mean of the mean |r| inside."""
    inside = [(near[np.ix_(who, who)].sum() - who.sum()) / (who.sum() * (who.sum() - 1)) for who in (one, other)]
    return float(near[np.ix_(one, other)].mean() / max(np.sqrt(inside[0] * inside[1]), 1e-12))


def _silhouette(distance: np.ndarray, labels: np.ndarray) -> float:
    """Mean silhouette; an item alone has 0."""
    groups = np.unique(labels)
    means = np.stack([distance[:, labels == group].mean(axis=1) for group in groups], axis=1)
    sizes = np.array([(labels == group).sum() for group in groups])
    own = np.searchsorted(groups, labels)
    rows = np.arange(len(labels))
    inside = means[rows, own] * sizes[own] / np.maximum(sizes[own] - 1, 1)
    means[rows, own] = np.inf
    nearest = means.min(axis=1)
    width = (nearest - inside) / np.maximum(np.maximum(nearest, inside), 1e-12)
    return float(np.where(sizes[own] == 1, 0.0, width).mean())


def _ordered(near: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> tuple[list[list[str]], list[str]]:
    groups: dict[int, list[int]] = {}
    for position, label in enumerate(labels):
        groups.setdefault(int(label), []).append(position)
    kept = [members for members in groups.values() if len(members) > 1]
    alone = [members[0] for members in groups.values() if len(members) == 1]
    for members in kept:
        while len(members) > 1:
            means = [(near[one, members].sum() - 1) / (len(members) - 1) for one in members]
            if min(means) >= LEAST_TOGETHER:
                break
            alone.append(members.pop(int(np.argmin(means))))
    kept = [members for members in kept if len(members) > 1]
    left = [one for one in alone if not _joined(one, near, kept)]
    return [[names[position] for position in sorted(members)] for members in kept], [names[one] for one in sorted(left)]


def _joined(one: int, near: np.ndarray, kept: list[list[int]]) -> bool:
    """Add an item that is alone to the cluster that it goes with as well as its members do."""
    fits = [(near[one, members].mean(), members) for members in kept]
    best, members = max(fits, key=lambda fit: fit[0], default=(0.0, []))
    inside = near[np.ix_(members, members)]
    own = (inside.sum() - len(members)) / max(len(members) * (len(members) - 1), 1)
    if best < max(LEAST_TOGETHER, CLOSE * own) or not members:
        return False
    members.append(one)
    return True
