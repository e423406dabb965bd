"""Whether lavaan says the same about the same samples: the part of `make validate` that needs R.

Each method is held against lavaan in samples of one size per kind of answers. Differences are the largest over samples
and parameters, and what they do to coverage and rejection rates is computed from both engines' own numbers.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import validation_design as design

from helpers import sem
from helpers.errors import HelpersError
from helpers.sem.simulation.simulate import draw, recipe

N, SAMPLES = 200, 25
NAME = ["lhs", "op", "rhs"]
HALF = 1.959963984540054  # of an interval of 95 %, in standard errors
LEVEL = 0.05
FULL_DIGITS = "%.17g"


def cells() -> Iterator[design.Cell]:
    """Yield every method once per kind of answers, at one n."""
    yield from (cell for cell in design.cells() if cell.n == N)


def compare(cell: design.Cell, parameters: pd.DataFrame) -> pd.DataFrame:
    """Fit the same samples here and in lavaan; one row.

    Parameters
    ----------
    cell : Cell
    parameters : DataFrame
        What is kept of the cell: ``lhs op rhs true``.
    """
    of = recipe(design.POPULATION, n=N, **cell.drawn)
    samples = [draw(of, np.random.SeedSequence(design.SEED, spawn_key=(at,))) for at in range(SAMPLES)]
    options = design.METHODS[cell.method]
    ours = pd.concat([_ours(data, options).assign(sample=at) for at, data in enumerate(samples)])
    theirs = _lavaan(samples, options)
    both = ours.merge(theirs, on=["sample", *NAME], suffixes=("", ".lavaan"))
    rows = both[both["op"] != "test"].merge(parameters[[*NAME, "true"]].fillna(""), on=NAME, validate="many_to_one")
    tests = both[both["op"] == "test"]
    covered = [((rows[f"est{who}"] - rows["true"]).abs() <= HALF * rows[f"se{who}"]) for who in ("", ".lavaan")]
    shares = [each.groupby([rows[column] for column in NAME]).mean() for each in covered]
    statistic, pvalue = (tests[tests["lhs"].str.startswith(name)] for name in ("chisq", "pvalue"))
    rejected = [(pvalue[f"est{who}"] < LEVEL).groupby(pvalue["lhs"]).mean() for who in ("", ".lavaan")]
    return pd.DataFrame([{
        "answers": cell.answers, "missing": cell.missing, "n": N, "method": cell.method,
        "samples": both["sample"].nunique(), "est": ((rows["est"] - rows["est.lavaan"]).abs() / rows["se"]).max(),
        "se": (rows["se"] / rows["se.lavaan"] - 1).abs().max(),
        "chisq": (statistic["est"] / statistic["est.lavaan"] - 1).abs().max(),
        "pvalue": (pvalue["est"] - pvalue["est.lavaan"]).abs().max(),
        "coverage": (shares[0] - shares[1]).abs().max(), "rejection": (rejected[0] - rejected[1]).abs().max(),
        "design": cell.design(SAMPLES), "version": theirs["version"].iloc[0]}])


def _ours(data: pd.DataFrame, options: dict[str, object]) -> pd.DataFrame:
    try:
        fit = sem.fit(design.MODEL, data, **options)
    except HelpersError:
        return pd.DataFrame(columns=["lhs", "op", "rhs", "est", "se"])
    rows = fit.parameters.loc[fit.parameters["se"] > 0, ["lhs", "op", "rhs", "est", "se"]]
    names = [name for name in ("chisq", "pvalue", "chisq.scaled", "pvalue.scaled") if name in fit.measures.index]
    tests = pd.DataFrame({"lhs": names, "op": "test", "rhs": "", "est": fit.measures[names].to_numpy(dtype=float),
                          "se": 0.0})
    return pd.concat([rows, tests]) if fit.converged else rows.head(0)


def _lavaan(samples: list[pd.DataFrame], options: dict[str, object]) -> pd.DataFrame:
    """Everything lavaan estimates, by sample."""
    asked = " ".join([str(options["estimator"]), str(options.get("missing", "listwise")),
                      "ordered" if options.get("ordered") else "continuous"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        answers = pd.concat([data.assign(sample=at) for at, data in enumerate(samples)])
        answers.to_csv(folder / "answers.csv", index=False, float_format=FULL_DIGITS, na_rep="NA", encoding="utf-8")
        (folder / "model.txt").write_text(f"{design.MODEL}\n", encoding="utf-8")
        script = Path(__file__).with_suffix(".R")
        subprocess.run(["Rscript", str(script), str(folder / "answers.csv"), str(folder / "model.txt"),
                        str(folder / "found.csv"), asked], check=True, capture_output=True)
        found = pd.read_csv(folder / "found.csv", encoding="utf-8", keep_default_na=False)
    return found.astype({"sample": int, "est": float, "se": float})
