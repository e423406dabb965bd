"""What cannot be estimated, or should not be believed: does every such model end in a refusal or a failed gate?

The models are those of tests/oracle/broken_models.csv and the random models that R could not solve; what R says of each
decides what is expected of us.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd
import pytest

from helpers import sem
from helpers.errors import DataError, HelpersError, ModelError

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
IDENTIFIED = 1e-12  # reciprocal condition of the information, as in lavaan_tables.R
OBJECTIVE = 1e-9  # lavaan stops early here, and we may stop at a gradient of 1e-9
GRADIENT = 1e-9  # the contract
CLEARLY_BELOW = 1e-4  # in fmin; chi-square differs by 2n times that
KINDS = {
    "two items alone": ModelError, "no scale": ModelError, "negative df": ModelError, "all residuals": ModelError,
    "circular": ModelError, "fewer rows than items": DataError, "copied item": DataError,
}


@functools.cache
def table(file: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / file, encoding="utf-8", keep_default_na=not file.endswith("_models.csv"))


def moments(file: str, model: str, n: str) -> dict[str, sem.Moments]:
    groups, rows = {}, table(file)
    parts = rows[rows["model"] == model].groupby("group")
    for (label, part), number in zip(parts, str(n).split(), strict=True):
        means = part[part["column"] == "1"].set_index("row")["value"]
        names = list(means.index)
        cov = part[part["column"] != "1"].pivot(index="row", columns="column", values="value").loc[names, names]
        groups[label] = sem.Moments(cov=cov.where(cov.notna(), cov.T), means=means, n=int(number))
    return groups


@functools.cache
def outcome(kind: str, model: str) -> sem.SemFit | HelpersError:
    row = table(f"{kind}_models.csv").set_index("model").loc[model]
    raw = ORACLE / "random_data" / f"{model}.csv"
    if raw.exists():
        data = pd.read_csv(raw, encoding="utf-8")
        given = {"data": data, "group": "group" if "group" in data else None}
    else:
        groups = moments(f"{kind}_moments.csv", model, row["n"])
        given = {"moments": groups if len(groups) > 1 else groups["g1"]}
    options = {name: bool(row[name]) for name in ("std_lv", "meanstructure", "fixed_x")}
    try:
        return sem.fit(row["text"], group_equal=row["group_equal"].split(), **given, **options)
    except HelpersError as refusal:
        return refusal


def status(kind: str) -> pd.DataFrame:
    found = table(f"sem_{kind}_status.csv").set_index("model")
    identified = (found["condition"] > IDENTIFIED) & (found["standard.errors"] == True)  # noqa: E712 (may be missing)
    return found.assign(solved=identified)


BROKEN = list(status("broken").index)
UNSOLVED = [("broken", name) for name in BROKEN if not status("broken").loc[name, "solved"]]
UNSOLVED += [("random", name) for name, row in status("random").iterrows() if not row["solved"]]
SOLVED = [name for name in BROKEN if status("broken").loc[name, "solved"]]


@pytest.mark.parametrize(("kind", "model"), UNSOLVED)
def test_what_r_cannot_solve_is_refused_or_stopped(kind: str, model: str) -> None:
    found = outcome(kind, model)
    if not isinstance(found, HelpersError) and not found.stopped:
        # R ended somewhere else: a proper optimum below its end is an answer.
        assert found.gradient < GRADIENT
        assert found.measures["fmin"] < status(kind).loc[model, "fmin"] - CLEARLY_BELOW


@pytest.mark.parametrize("model", [name for name in BROKEN if table("broken_models.csv").set_index("model")
                                   .loc[name, "types"] in KINDS])
def test_the_refusal_is_of_the_right_kind_and_says_something(model: str) -> None:
    found = outcome("broken", model)
    assert isinstance(found, KINDS[table("broken_models.csv").set_index("model").loc[model, "types"]])
    for language in ("en", "zh"):
        assert len(found.sentence(language)) > 20


@pytest.mark.parametrize("model", SOLVED)
def test_an_improper_solution_of_r_fails_a_gate(model: str) -> None:
    found, said = outcome("broken", model), status("broken").loc[model]
    if isinstance(found, HelpersError):
        return  # refused outright: fewer rows than items
    failed = {check.gate: check.severity for check in found.checks if not check.passed}
    if said["proper"]:
        assert "stop" not in failed.values(), failed
    else:
        assert failed
    if said["smallest.eigenvalue"] < 0:
        assert found.stopped, failed


@pytest.mark.parametrize("model", SOLVED)
def test_the_optimum_is_not_above_that_of_r(model: str) -> None:
    found = outcome("broken", model)
    if isinstance(found, HelpersError):
        assert found.problems[0].id.startswith("moments.")
    else:
        assert found.converged
        assert found.measures["fmin"] <= status("broken").loc[model, "fmin"] + OBJECTIVE


def test_every_way_to_break_a_model_is_there() -> None:
    models = table("broken_models.csv")
    assert models["types"].value_counts().min() >= 3
    assert set(KINDS) | {"heywood", "collinear factors", "tiny sample", "wrong shape"} == set(models["types"])
