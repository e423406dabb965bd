"""How much of one construct reaches another: directly, over others, and in total."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.estimates import defined, root, wald
from helpers.sem.result import SemFit
from helpers.sem.tables import withheld

COLUMNS = ("effect", "kind", "est", "se", "z", "pvalue", "ci.lower", "ci.upper", "method", "std.all")
ARROW = " -> "


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """The regressions of one group: names of their variables, and which row of the table stands where."""

    names: tuple[str, ...]
    rows: dict[tuple[int, int], int]  # (outcome, predictor) -> row of the table

    def matrix(self, values: np.ndarray) -> np.ndarray:
        b = np.zeros((len(self.names),) * 2)
        for place, row in self.rows.items():
            b[place] = values[row]
        return b


def effects(fit: SemFit, *, conf_level: float = 0.95) -> pd.DataFrame:
    r"""Find every direct, indirect and total effect from the paths, and show the model's own ``:=`` lines.

    Parameters
    ----------
    fit : SemFit
    conf_level : float, default 0.95

    Returns
    -------
    DataFrame
        ``effect kind est se z pvalue ci.lower ci.upper method std.all``; preceded by ``group`` where there are
        several. ``kind`` is direct (``A -> B``), indirect over one chain (``A -> M -> B``) or, where there are
        several chains, over all of them (``A -> B``), total, or defined (``:=``). A total effect is shown where
        something is indirect. Uncertainty is NaN behind a failed *stop*.

    Raises
    ------
    ModelError
        ``sem.no_paths`` where the model has neither a regression nor a definition.

    Notes
    -----
    Total effects are :math:`(I-B)^{-1} - I` of the structural part, an indirect effect over one chain the product of
    its paths. Standard errors by the delta method with analytic derivatives; single chains are left out of models
    with feedback loops, where they have no end.

    References
    ----------
    Bollen (1987). Sociological Methodology, 17, 37-69. Sobel (1982). Sociological Methodology, 13, 290-312.
    """
    rows = fit.structure.table.rows
    if not any(row.op == "~" for row in rows) and not fit.structure.table.definitions:
        raise ModelError("sem.no_paths")
    values, standard = (fit.parameters[column].to_numpy()[: len(rows)] for column in ("est", "std.all"))
    found: list[tuple[int, str, str, float, np.ndarray, float]] = []
    for group in range(1, fit.structure.table.groups + 1):
        for name, kind, est, slopes, std in _of_group(_paths(fit, group), values, standard):
            found.append((group, name, kind, est, slopes, std))
    definitions = fit.structure.table.definitions
    est, slopes = defined(fit.structure.table, values, np.eye(len(rows)))
    shown = fit.parameters["std.all"].to_numpy()[len(rows):]
    found += [(0, each.name, "defined", float(est[at]), slopes[at], float(shown[at]))
              for at, each in enumerate(definitions)]
    return withheld(fit, _table(fit, found, conf_level))


def _table(fit: SemFit, found: list[tuple], conf_level: float) -> pd.DataFrame:
    group, name, kind, est, slopes, std = zip(*found, strict=True)
    moved = np.array(slopes)
    se = root(np.einsum("ij,jk,ik->i", moved, fit.rows_vcov, moved, optimize=True))
    table = pd.DataFrame({"effect": name, "kind": kind, "est": est, "method": "delta", "std.all": std})
    table = table.assign(**wald(table["est"].to_numpy(), se, conf_level))[list(COLUMNS)]
    if len(fit.groups) > 1:
        table.insert(0, "group", ["" if number == 0 else fit.groups[number - 1] for number in group])
    return table


def _paths(fit: SemFit, group: int) -> _Paths:
    rows = [(at, row) for at, row in enumerate(fit.structure.table.rows) if row.op == "~" and row.group == group]
    names = tuple(dict.fromkeys(name for _, row in rows for name in (row.rhs, row.lhs)))
    return _Paths(names, {(names.index(row.lhs), names.index(row.rhs)): at for at, row in rows})


def _of_group(paths: _Paths, values: np.ndarray, standard: np.ndarray) -> list[tuple]:
    b, b_std = paths.matrix(values), paths.matrix(standard)
    identity = np.eye(len(b))
    reach, reach_std = np.linalg.inv(identity - b), np.linalg.inv(identity - b_std)
    chains = _chains(paths)
    found = []
    for end, begin in _pairs(paths):
        name = paths.names[begin] + ARROW + paths.names[end]
        direct = paths.rows.get((end, begin))
        loops = begin == end
        total, slopes = reach[end, begin] - loops, _total_slopes(paths, reach, end, begin, len(values))
        unit = np.zeros(len(values))
        if direct is not None:
            unit[direct] = 1.0
            found.append((name, "direct", values[direct], unit, standard[direct]))
        single = [chain for chain in chains if chain[0] == begin and chain[-1] == end and len(chain) > 2]
        for chain in single:
            found.append((ARROW.join(paths.names[at] for at in chain), "indirect",
                          *_product(paths, chain, values), _product(paths, chain, standard)[0]))
        if len(single) != 1 and (single or chains == []):
            through = total - b[end, begin]
            found.append((name, "indirect", through, slopes - unit, reach_std[end, begin] - loops - b_std[end, begin]))
        if single or chains == []:
            found.append((name, "total", total, slopes, reach_std[end, begin] - loops))
    return found


def _pairs(paths: _Paths) -> list[tuple[int, int]]:
    """Pairs (outcome, source) between which something flows, sources in the order of the model."""
    size = len(paths.names)
    flows = np.zeros((size, size), dtype=bool)
    for place in paths.rows:
        flows[place] = True
    reached = flows.copy()
    for _ in range(size):
        reached |= (reached.astype(int) @ flows.astype(int)) > 0
    return [(end, begin) for end in range(size) for begin in range(size) if reached[end, begin] and end != begin]


def _chains(paths: _Paths) -> list[tuple[int, ...]]:
    """Every directed chain of at least two variables; [] where the model has a feedback loop."""
    after: dict[int, list[int]] = {}
    for end, begin in paths.rows:
        after.setdefault(begin, []).append(end)
    found, open_ends = [], [(at,) for at in range(len(paths.names))]
    while open_ends:
        chain = open_ends.pop(0)
        for following in after.get(chain[-1], ()):
            if following in chain:
                return []
            found.append((*chain, following))
            open_ends.append((*chain, following))
    return found


def _product(paths: _Paths, chain: tuple[int, ...], values: np.ndarray) -> tuple[float, np.ndarray]:
    rows = [paths.rows[end, begin] for begin, end in pairwise(chain)]
    slopes = np.zeros(len(values))
    for at, row in enumerate(rows):
        slopes[row] = np.prod([values[other] for place, other in enumerate(rows) if place != at])
    return float(np.prod(values[rows])), slopes


def _total_slopes(paths: _Paths, reach: np.ndarray, end: int, begin: int, size: int) -> np.ndarray:
    slopes = np.zeros(size)
    for (outcome, predictor), row in paths.rows.items():
        slopes[row] = reach[end, outcome] * reach[predictor, begin]
    return slopes
