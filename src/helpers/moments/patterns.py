"""Which answers are missing together? Respondents with holes, sorted by what they left out.

Work is per pattern, not per respondent, where many share one: of n respondents with p answers the likelihood sees only
their mean and their products, which p + 1 rows carry as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from helpers.errors import DataError
from helpers.moments.cases import Cases


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Patterns with the same number of holes.

    Attributes
    ----------
    patterns : ndarray of int, shape (J,)
    cells : ndarray of int, shape (J, k)
        Places of the holes.
    rows : ndarray of int, shape (r,)
        Rows that have one of these patterns.
    place : ndarray of int, shape (r,)
        Which of the J.
    """

    patterns: np.ndarray
    cells: np.ndarray
    rows: np.ndarray
    place: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Answers of one group, sorted by pattern.

    A row is ``x - b mu`` once means mu are known: b = 1 for a respondent, and for products alone b = 0.

    Attributes
    ----------
    names : tuple of str
        The p variables.
    group : str
    n : float
        Respondents with at least one answer, or the sum of their weights.
    x : ndarray, shape (r, p)
        0 in a hole; times the root of the weight.
    b : ndarray, shape (r,)
    of_row : ndarray of int, shape (r,)
        Pattern of each row.
    counts : ndarray, shape (J,)
        Respondents (sum of weights) per pattern.
    missing : ndarray of bool, shape (J, p)
    blocks : tuple of Block
        Patterns that have holes.
    width : ndarray, shape (p,)
        What the answers were divided by.
    """

    names: tuple[str, ...]
    group: str
    n: float
    x: np.ndarray
    b: np.ndarray
    of_row: np.ndarray
    counts: np.ndarray
    missing: np.ndarray
    blocks: tuple[Block, ...]
    width: np.ndarray

    @property
    def answered(self) -> np.ndarray:
        """Respondents (sum of weights) who answered each variable, shape (p,)."""
        return self.counts @ ~self.missing

    @property
    def coverage(self) -> np.ndarray:
        """Share of the respondents who answered both of two variables, shape (p, p)."""
        here = (~self.missing).astype(float)
        return (here.T * self.counts) @ here / self.counts.sum()

    def rescaled(self, width: np.ndarray) -> Patterns:
        """Divide the variables by ``width``, shape (p,)."""
        return replace(self, x=self.x / width, width=self.width * width)

    def weighted(self, row_weights: np.ndarray) -> Patterns:
        """Let every respondent count as often as ``row_weights`` says, shape (r,); only where rows are respondents."""
        root = np.sqrt(row_weights)
        counts = np.bincount(self.of_row, weights=row_weights, minlength=len(self.counts))
        return replace(self, x=self.x * root[:, None], b=self.b * root, counts=counts, n=float(row_weights.sum()))


def patterns_of(answers: Cases) -> list[Patterns]:
    """Sort every group's answers by pattern.

    Raises
    ------
    DataError
        ``moments.nobody_answered``, ``moments.never_together``: variables or pairs of them without any answer;
        ``moments.constant``; ``moments.too_few_holes``: no more respondents than variables.
    """
    weights = answers.weights or (None,) * len(answers.values)
    found = []
    for values, label, weight in zip(answers.values, answers.labels, weights, strict=True):
        _refuse(values, answers.names, label)
        found.append(sort(values, answers.names, label, weights=weight))
    return found


def sort(values: np.ndarray, names: tuple[str, ...], group: str = "", *, weights: np.ndarray | None = None,
         compress: bool = True) -> Patterns:
    """Sort answers, shape (n, p) with NaN in the holes, by pattern.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        A row without any answer tells nothing and is left out.
    names : tuple of str
    group : str
    weights : ndarray, shape (n,), optional
    compress : bool, default True
        Whether mean and products may stand for the respondents of a frequent pattern; else rows stay respondents, in
        their order.
    """
    holes = np.isnan(values)
    used = ~holes.all(axis=1)
    values, holes = values[used], holes[used]
    packed = np.packbits(holes, axis=1)
    _, first, of_row = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_index=True, return_inverse=True)
    missing = holes[first]
    weight = np.ones(len(values)) if weights is None else weights[used].astype(float)
    counts = np.bincount(of_row, weights=weight, minlength=len(first))
    root = np.sqrt(weight)
    x = np.where(holes, 0.0, values) * root[:, None]
    b = root
    if compress:
        x, b, of_row = _compressed(x, b, of_row, missing)
    return Patterns(names, group, float(counts.sum()), x, b, of_row, counts, missing, _blocks(missing, of_row),
                    np.ones(len(names)))


def some_of(patterns: Patterns, names: tuple[str, ...]) -> Patterns:
    """See the same answers through some of their variables; rows without any of these are left out."""
    at = [patterns.names.index(name) for name in names]
    missing, which = np.unique(patterns.missing[:, at], axis=0, return_inverse=True)
    counts = np.bincount(which, weights=patterns.counts, minlength=len(missing))
    kept = ~missing.all(axis=1)
    number = np.cumsum(kept) - 1
    rows = np.flatnonzero(kept[which][patterns.of_row])
    of_row = number[which[patterns.of_row[rows]]]
    return Patterns(names, patterns.group, float(counts[kept].sum()), patterns.x[np.ix_(rows, at)], patterns.b[rows],
                    of_row, counts[kept], missing[kept], _blocks(missing[kept], of_row), patterns.width[at])


def _compressed(x: np.ndarray, b: np.ndarray, of_row: np.ndarray, missing: np.ndarray) -> tuple:
    """Replace the rows of frequent patterns by fewer rows with the same mean and products."""
    order = np.argsort(of_row, kind="stable")
    sizes = np.bincount(of_row, minlength=len(missing))
    answered = (~missing).sum(axis=1)
    frequent = sizes > answered + 1
    kept = order[~frequent[of_row[order]]]
    ends = np.cumsum(sizes)
    rows, loads, numbers = [x[kept]], [b[kept]], [of_row[kept]]
    for pattern in np.flatnonzero(frequent):
        here = order[ends[pattern] - sizes[pattern]: ends[pattern]]
        root, own = b[here], x[here]
        total = float(root @ root)
        if not total > 0:  # all weights zero
            continue
        seen = ~missing[pattern]
        mean = (root @ own) / total
        away = (own - root[:, None] * mean)[:, seen]
        spread = np.zeros((int(seen.sum()), x.shape[1]))
        spread[:, seen] = np.linalg.qr(away, mode="r")
        rows += [np.sqrt(total) * mean[None], spread]
        loads += [np.array([np.sqrt(total)]), np.zeros(len(spread))]
        numbers.append(np.full(1 + len(spread), pattern))
    return np.vstack(rows), np.concatenate(loads), np.concatenate(numbers)


def _blocks(missing: np.ndarray, of_row: np.ndarray) -> tuple[Block, ...]:
    holes = missing.sum(axis=1)
    blocks = []
    for k in np.unique(holes[holes > 0]):
        patterns = np.flatnonzero(holes == k)
        cells = np.nonzero(missing[patterns])[1].reshape(len(patterns), k)
        place = np.full(len(missing), -1)
        place[patterns] = np.arange(len(patterns))
        rows = np.flatnonzero(place[of_row] >= 0)
        blocks.append(Block(patterns, cells, rows, place[of_row[rows]]))
    return tuple(blocks)


def _refuse(values: np.ndarray, names: tuple[str, ...], label: str) -> None:
    where = {"group": label or "-"}
    here = ~np.isnan(values)
    if empty := [name for name, any_ in zip(names, here.any(axis=0), strict=True) if not any_]:
        raise DataError("moments.nobody_answered", items=empty, **where)
    together = here.astype(float).T @ here
    one, two = np.nonzero(np.triu(together == 0))
    if len(one):
        pairs = [f"{names[a]} - {names[b]}" for a, b in zip(one, two, strict=True)]
        raise DataError("moments.never_together", pairs=pairs[:10], count=len(pairs), **where)
    if len(values) <= len(names):
        raise DataError("moments.too_few_holes", n=len(values), variables=len(names), **where)
    lowest, highest = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    if constant := [name for name, same in zip(names, lowest == highest, strict=True) if same]:
        raise DataError("moments.constant", items=constant, **where)
