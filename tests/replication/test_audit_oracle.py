"""What the audit recomputes is what R computes: base R's distributions, lavaan's degrees of freedom."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers import replication, sem

ORACLE = Path(__file__).resolve().parents[1] / "oracle"
NAMES = {"pvalue": "pvalue", "rmsea": "rmsea", "lower": "rmsea_ci_lower", "upper": "rmsea_ci_upper", "pclose": "pclose",
         "cfi": "cfi", "tli": "tli", "nfi": "nfi", "ifi": "ifi", "rfi": "rfi"}
AT_FULL_PRECISION = 2e-8  # what printing ten decimals of chi-square leaves open


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"audit_{name}.csv", encoding="utf-8")


def test_indices_at_full_precision() -> None:
    for row in table("fit").to_dict("records"):
        full = {name: f"{row[name]:.10f}" for name in NAMES}
        fit = {name: full[name] for name in ("pvalue", "rmsea", "pclose", "cfi", "tli", "nfi", "ifi", "rfi")}
        fit |= {"chisq": f"{row['chisq']:.10f}", "df": str(int(row["df"])), "rmsea_ci": [full["lower"], full["upper"]],
                "baseline": {"chisq": f"{row['baseline']:.10f}", "df": str(int(row["baseline_df"]))}}
        found = replication.audit({"n": str(int(row["n"])), "counts": {"groups": str(int(row["groups"]))}, "fit": fit})
        found = found[found["verdict"] != "not_checkable"].set_index("quantity")
        assert (found["verdict"] == "consistent").all(), found.to_string()
        for name, quantity in NAMES.items():
            assert found.loc[quantity, "recomputed.lower"] == pytest.approx(row[name], abs=AT_FULL_PRECISION), quantity
            assert found.loc[quantity, "recomputed.upper"] == pytest.approx(row[name], abs=AT_FULL_PRECISION), quantity
        convention = {0: "n", 1: "n_1"}[row["less"]] + ("_g" if row["groups"] > 1 else "")
        if row["chisq"] > 1.05 * row["df"]:
            assert found.loc["rmsea", "convention"] == convention


def test_degrees_of_freedom_are_those_of_lavaan() -> None:
    for row in table("degrees").itertuples():
        found = sem.degrees(row.model, groups=row.groups, fixed_x=row.fixed)
        assert (found.df, found.npar, found.baseline_df) == (row.df, row.npar, row.baseline_df), (row.model, row)


def test_degrees_of_freedom_of_the_random_models() -> None:
    models = pd.read_csv(ORACLE / "random_models.csv", dtype=str, keep_default_na=False, encoding="utf-8")
    measures = pd.read_csv(ORACLE / "sem_random_measures.csv", encoding="utf-8")
    measures = measures.set_index(["model", "measure"])["value"]
    compared = 0
    for row in models.itertuples():
        if row.group_equal or "group" in row.types or (row.model, "df") not in measures.index:
            continue
        found = sem.degrees(row.text, std_lv=row.std_lv == "TRUE", fixed_x=row.fixed_x == "TRUE",
                            meanstructure=True if row.meanstructure == "TRUE" else None)
        assert found.df == float(measures[row.model, "df"]), row.model
        compared += 1
    assert compared >= 20
