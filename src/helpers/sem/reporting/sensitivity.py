"""Do the main paths depend on how they were estimated? Estimator x missing treatment x careless respondents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from helpers import syntax
from helpers.errors import Check, HelpersError, ModelError
from helpers.sem.fitting.estimates import wald
from helpers.sem.fitting.fit import fit
from helpers.sem.fitting.result import SemFit
from helpers.sem.reporting.treatment import CATEGORICAL, FULL_INFORMATION

# Cohen (1988): a standardized coefficient of .10 is the smallest that is called an effect.
MOVED = 0.10
# Full information with auxiliaries; without them it is "fiml".
BESIDE = "fiml.auxiliaries"
COLUMNS = ("lhs", "op", "rhs", "estimator", "missing", "careless", "n", "std.all", "std.all.ci.lower",
           "std.all.ci.upper", "est", "se", "ci.lower", "ci.upper", "reported", "reason")


@dataclass(frozen=True, slots=True)
class _Cell:
    """One way to estimate the model."""

    estimator: str
    missing: str
    careless: str

    def options(self, ordered: Sequence[str], auxiliaries: Sequence[str]) -> dict[str, object]:
        """Give what ``fit`` takes."""
        return {"estimator": self.estimator, "missing": "fiml" if self.missing == BESIDE else self.missing,
                "ordered": tuple(ordered) if self.estimator in CATEGORICAL else (),
                "auxiliaries": tuple(auxiliaries) if self.missing == BESIDE else ()}


def sensitivity(model: str, data: pd.DataFrame, *, ordered: Sequence[str] = (),
                careless: pd.Series | np.ndarray | None = None, estimator: str = "MLR", missing: str = "listwise",
                excluded: bool = False, auxiliaries: Sequence[str] = (), conf_level: float = 0.95,
                language: str = "en") -> pd.DataFrame:
    """Estimate every structural path in each defensible way.

    Parameters
    ----------
    model : str
    data : DataFrame, shape (n_respondents, ...)
        Careless respondents included.
    ordered : sequence of str
        Items that the categorical estimator takes as ordered; without any, it is not among the ways.
    careless : Series or array of bool, shape (n_respondents,), optional
        Who fell under a screening rule; each way is then run with and without them.
    estimator, missing, excluded
        The reported analysis: its estimator, missing treatment, and whether it excludes the careless.
    auxiliaries : sequence of str
        With these the reported analysis uses full information; "fiml.auxiliaries" in the column ``missing``, beside
        which stands "fiml" without them.
    conf_level : float, default 0.95
    language : {"en", "zh"}
        Of ``reason``.

    Returns
    -------
    DataFrame
        ``lhs op rhs estimator missing careless n std.all std.all.ci.lower std.all.ci.upper est se ci.lower
        ci.upper reported reason``, path by path. ``careless`` is "kept" or "excluded". ``reason`` says why a
        way gives no estimate, or why its uncertainty is not shown; no way is left out. ``attrs["checks"]`` holds one
        check: whether a path moves by .10 or more, changes its sign, or its interval comes to include or exclude zero,
        against the reported analysis; ``attrs["conf_level"]`` the level.

    Raises
    ------
    ModelError
        ``sem.no_paths`` where the model has no regression, ``sem.sensitivity_rows`` where ``careless`` has another
        length than the data.

    Notes
    -----
    ``std.all`` can be compared across estimators; ``est`` cannot, because WLSMV measures constructs on the scale of
    the latent responses behind the categories.

    References
    ----------
    Steegen, Tuerlinckx, Gelman & Vanpaemel (2016). Perspectives on Psychological Science, 11, 702-712.

    Examples
    --------
    >>> from helpers.sem import simulate
    >>> answers = simulate("f =~ .8*a + .7*b + .6*c; y ~ .5*f", n=300, seed=1)
    >>> sensitivity("f =~ a + b + c; y ~ f", answers, careless=answers.index < 9)[["estimator", "careless", "n"]]
      estimator  careless    n
    0       MLR      kept  300
    1       MLR  excluded  291
    """
    paths = [(each.lhs, each.rhs) for each in syntax.parse(model).relations if each.op == "~"]
    if not paths:
        raise ModelError("sem.no_paths")
    flagged = np.zeros(len(data), dtype=bool) if careless is None else np.asarray(careless, dtype=bool)
    if flagged.shape != (len(data),):
        raise ModelError("sem.sensitivity_rows", careless=len(flagged), data=len(data))
    reported = _Cell(estimator, BESIDE if missing == "fiml" and len(auxiliaries) else missing,
                     "excluded" if excluded and flagged.any() else "kept")
    found = {cell: _rows(cell.options(ordered, auxiliaries), paths, model,
                         data if cell.careless == "kept" else data[~flagged], conf_level, language)
             for cell in _cells(model, data, ordered, flagged, reported)}
    parts = [rows.assign(estimator=cell.estimator, missing=cell.missing, careless=cell.careless,
                         reported=cell == reported, place=range(len(rows))) for cell, rows in found.items()]
    table = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable", ignore_index=True)[list(COLUMNS)]
    table["n"] = table["n"].astype(int) if table["n"].notna().all() else table["n"].astype(float)
    table.attrs |= {"conf_level": conf_level, "checks": (_check(table),)}
    return table


def _cells(model: str, data: pd.DataFrame, ordered: Sequence[str], flagged: np.ndarray, reported: _Cell) -> list[_Cell]:
    """Every way once, the reported one first."""
    holes = bool(data[[name for name in syntax.parse(model).observed if name in data]].isna().any(axis=None))
    who = dict.fromkeys([reported.careless, "kept", "excluded"] if flagged.any() else ["kept"])
    cells = [reported]
    for estimator in dict.fromkeys([reported.estimator, "MLR", *(["WLSMV"] if len(ordered) else [])]):
        more = "pairwise" if estimator in CATEGORICAL else "fiml" if estimator in FULL_INFORMATION else "listwise"
        missing = ["listwise", more] if holes else ["listwise"]
        missing += [BESIDE] if more == "fiml" and reported.missing == BESIDE else []
        first = [reported.missing] if reported.missing in missing else []
        cells += [_Cell(estimator, *rest) for rest in product(dict.fromkeys([*first, *missing]), who)]
    return list(dict.fromkeys(cells))


def _rows(options: dict[str, object], paths: list[tuple[str, str]], model: str, data: pd.DataFrame,
          conf_level: float, language: str) -> pd.DataFrame:
    """One row per path; where there is no estimate, the reason."""
    empty = pd.DataFrame(paths, columns=["lhs", "rhs"]).assign(op="~").reindex(columns=list(COLUMNS))
    try:
        found = fit(model, data, conf_level=conf_level, **options)
    except HelpersError as error:
        return empty.assign(reason=error.sentence(language))
    return _estimated(found, empty, conf_level, language)


def _estimated(found: SemFit, empty: pd.DataFrame, conf_level: float, language: str) -> pd.DataFrame:
    own = found.parameters[found.parameters["op"] == "~"].set_index(["lhs", "rhs"])
    own = own.loc[[tuple(pair) for pair in empty[["lhs", "rhs"]].to_numpy()]].reset_index()
    limits = wald(own["std.all"].to_numpy(), own["std.all.se"].to_numpy(), conf_level)
    rows = empty.assign(n=int(found.n), reason="", **{name: own[name].to_numpy() for name in (
        "est", "se", "ci.lower", "ci.upper", "std.all")}, **{f"std.all.{name}": limits[name] for name in (
            "ci.lower", "ci.upper")})
    if found.stopped:
        gates = [check.gate for check in found.checks if check.severity == "stop" and not check.passed]
        uncertain = ["se", "ci.lower", "ci.upper", "std.all.ci.lower", "std.all.ci.upper"]
        rows = rows.assign(**dict.fromkeys(uncertain, np.nan),
                           reason=ModelError("sem.stopped", gates=gates).sentence(language))
    return rows


def _check(table: pd.DataFrame) -> Check:
    """Whether a path says something else when it is estimated otherwise."""
    own = table[table["reported"]].set_index(["lhs", "rhs"])
    others = table[~table["reported"]]
    pairs = list(zip(others["lhs"], others["rhs"], strict=True))
    base = own.loc[pairs].set_index(others.index) if pairs else others
    change = (others["std.all"] - base["std.all"]).abs()
    turned = _side(others).ne(_side(base)) & others["std.all.ci.lower"].notna() & base["std.all.ci.lower"].notna()
    opposite = others["std.all"] * base["std.all"] < 0
    moved = others[(change >= MOVED) | turned | opposite]
    ways = table.groupby(["estimator", "missing", "careless"], sort=False)["std.all"]
    return Check("sensitivity", "caution", moved.empty, {
        "ways": ways.ngroups, "failed": int(ways.apply(lambda each: each.isna().all()).sum()),
        "largest": float(change.max()) if change.notna().any() else float("nan"), "moved": MOVED,
        "paths": list(dict.fromkeys(f"{lhs} ~ {rhs}" for lhs, rhs in zip(moved["lhs"], moved["rhs"], strict=True)))})


def _side(rows: pd.DataFrame) -> pd.Series:
    """On which side of zero the interval lies: 1, -1, or 0 where it includes zero."""
    return (rows["std.all.ci.lower"] > 0).astype(int) - (rows["std.all.ci.upper"] < 0).astype(int)
