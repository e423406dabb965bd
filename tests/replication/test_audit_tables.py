"""Printed tables as people type them: YAML, CSV, Python; what is shipped; and what is refused, with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers import replication, studies
from helpers.errors import DataError, ModelError, StudyError
from helpers.replication.auditing import numbers

SHIPPED = ("bes_2013", "corporate_trust", "moosa_kashiramka_2023", "ong_adaviah_2022", "yu_2020")


def audited(text: str, folder: Path, name: str = "table.yml"):
    """Type a table into a file and audit it."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    printed = studies.printed(file)
    return replication.audit(printed.content, where=printed.where)


def said(found) -> dict[tuple[str, str], str]:
    """(entry, quantity) -> verdict."""
    return dict(zip(zip(found["entry"], found["quantity"], strict=True), found["verdict"], strict=True))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_tables(project_root, name: str) -> None:
    printed = studies.printed(project_root / "data" / "published" / name)
    found = replication.audit(printed.content, where=printed.where)
    assert printed.name == name and printed.citation
    wrong = found[found["verdict"].isin(["inconsistent", "truncated"])]
    if name != "yu_2020":
        assert wrong.empty, wrong.to_string()
        return
    assert wrong[["quantity", "printed", "verdict"]].to_numpy().tolist() == [["rmsea", ".008", "inconsistent"]]
    assert wrong.loc[0, "recomputed.lower"] == pytest.approx(0.0799, abs=5e-5)  # .080 as the refit prints it
    assert wrong.loc[0, "formula"] == "rmsea"
    assert (found["verdict"] == "consistent").sum() >= 10


def test_everything_a_table_may_hold(tmp_path: Path) -> None:
    found = audited("""
n: 240
scale: {min: 1, max: 7}
groups: {insurer: {A: {n: 120, percent: 50.0}, B: {n: 120, percent: 50,0}}}
""".replace("50,0", "'50,0'") + """
constructs:
  trust: {loadings: [.81, .79, .85], cr: .86, ave: .67, sqrt_ave: .82, alpha: .85, mean: 5.02, sd: 1.10}
  loyalty: {loadings: [.70, .75, .80], cr: .79, ave: .56, sqrt_ave: .75, alpha: 1.2}
correlations:
  names: [trust, loyalty, price]
  lower: [[.61], [−.20, .15]]
claims: {fornell_larcker: met, alpha_above: .70, htmt_below: .85, cr_above: .95}
paths:
  - {path: loyalty ~ trust, name: a, est: .40, se: .05, z: 8.00, p: < .001, ci: [.30, .50], interval: wald}
  - {path: price ~ loyalty, name: b, est: .50, se: .10, z: 5.00, p: n.s., ci: [.30, .70], std: -.31}
  - {path: price ~ trust, name: c, est: .10, se: .10, ci: [-.05, .37], t: 1.00, df: 236, p: .32}
sums:
  - {sum: indirect, est: .20, of: a * b}
  - {sum: total, est: .45, of: indirect + c}
tests: ["t(238) = 2.10, p = .037"]
""".replace("p: < .001", "p: '< .001'"), tmp_path)
    verdicts = said(found)
    assert verdicts["trust", "cr"] == verdicts["trust", "ave"] == verdicts["trust", "sqrt_ave"] == "consistent"
    assert verdicts["loyalty", "alpha"] == "inconsistent"  # above 1
    assert verdicts["insurer", "percents"] == verdicts["insurer", "n"] == "consistent"
    assert verdicts["", "definite"] == "consistent"
    assert verdicts["loyalty ~ trust", "z"] == verdicts["loyalty ~ trust", "ci_lower"] == "consistent"
    assert verdicts["price ~ loyalty", "pvalue"] == "inconsistent"  # n.s. at z = 5
    assert verdicts["price ~ loyalty", "std"] == "inconsistent"  # other sign
    assert verdicts["price ~ trust", "ci_upper"] == "not_checkable"  # not symmetric: a bootstrap interval?
    assert verdicts["price ~ trust", "pvalue"] == "consistent"
    assert verdicts["indirect", "est"] == "consistent"
    assert verdicts["total", "est"] == "inconsistent"
    assert verdicts["", "htmt_below"] == "not_checkable"
    assert verdicts["trust", "alpha_above"] == "consistent"
    assert [verdict for (_, quantity), verdict in verdicts.items() if quantity == "cr_above"] == ["inconsistent"]
    order = ["inconsistent", "truncated", "consistent", "not_checkable"]
    assert found["verdict"].map(order.index).is_monotonic_increasing


def test_matrices_of_data_stay_definite_when_rounded() -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        p, decimals = int(rng.integers(3, 9)), int(rng.integers(1, 4))
        factors = rng.normal(size=(max(1, p // 3), p)) * 2
        answers = rng.normal(size=(p + 2, len(factors))) @ factors + rng.normal(size=(p + 2, p)) * 0.05
        r = np.corrcoef(answers, rowvar=False)
        lower = [[f"{each:.{decimals}f}" for each in r[at, : at + 1]] for at in range(p)]
        found = replication.audit({"correlations": {"names": [f"x{at}" for at in range(p)], "lower": lower}})
        assert (found["verdict"] == "consistent").all(), found.to_string()


def test_matrices_that_no_data_have() -> None:
    wrong = {"names": ["a", "b", "c"], "lower": [["1"], [".90", "1"], [".90", "-.50", "1"]]}
    assert said(replication.audit({"correlations": wrong}))["", "definite"] == "inconsistent"
    assert said(replication.audit({"correlations": {**wrong, "kind": "pairwise"}}))["", "definite"] == "not_checkable"
    beyond = {"names": ["a", "b"], "lower": [["1"], ["1.20", "1"]]}
    assert said(replication.audit({"correlations": beyond}))["a ~~ b", "r"] == "inconsistent"
    halves = {"names": ["a", "b"], "lower": [["1"], [".52", "1"]], "upper": [["1", ".25"], ["1"]]}
    assert said(replication.audit({"correlations": halves}))["a ~~ b", "r"] == "inconsistent"
    squared = replication.audit({"correlations": {**halves, "upper": [["1", ".27"], ["1"]], "above": "squared"}})
    assert said(squared)["a ~~ b", "r_squared"] == "consistent"


def test_conventions_are_tried_and_named() -> None:
    def convention(**fit: str) -> tuple[str, str]:
        groups = fit.pop("groups", "1")
        found = replication.audit({"n": "150", "counts": {"groups": groups}, "fit": {"df": "24", **fit}})
        row = found[found["quantity"] == "rmsea"].iloc[0]
        return row["verdict"], row["convention"]

    assert convention(chisq="60.000", rmsea=".1000") == ("consistent", "n")
    assert convention(chisq="60.000", rmsea=".1003") == ("consistent", "n_1")
    assert convention(chisq="60.000", rmsea=".1414", groups="2") == ("consistent", "n_g")
    assert convention(chisq="60.000", rmsea=".0791", chisq_scaled="46.5", scaling="1.290") == ("consistent", "scaled_n")
    assert convention(chisq="60.000", rmsea=".0898", chisq_scaled="46.5", scaling="1.290") == ("consistent", "robust_n")
    assert convention(chisq="60.000", rmsea=".0898", estimator="MLR")[0] == "not_checkable"
    assert convention(chisq="60.1", rmsea=".1002") == ("consistent", "n")
    assert convention(chisq="60.115", rmsea=".1001") == ("truncated", "n")
    assert convention(chisq="60.000", rmsea=".0900")[0] == "inconsistent"


@pytest.mark.parametrize(("text", "value", "half"), [
    (".80", 0.8, 0.005), (".8", 0.8, 0.05), ("−.12", -0.12, 0.005), ("0,85", 0.85, 0.005), ("１２３", 123, 0.5),
    (".34***", 0.34, 0.005), ("43.2%", 43.2, 0.05), ("1.2e-5", 1.2e-5, 5e-7), ("1,476.5", 1476.5, 0.05),
    ("1.476,5", 1476.5, 0.05), ("5", 5, 0.5)])
def test_numbers_as_they_are_printed(text: str, value: float, half: float) -> None:
    number = numbers.read(text)
    assert (number.value, number.half) == (pytest.approx(value), pytest.approx(half))


@pytest.mark.parametrize("text", ["1,476", "abc", ".34a", "", "1.2.3", "--1", "1 and 2"])
def test_what_is_no_number(text: str) -> None:
    assert numbers.read(text) is None


REFUSED = {
    "n: many": "line 1: `n` is many, which is not one number",
    "n: 1,476": "1476 or 1.476",
    "fit:\n  chisq: 12.1\n  rmsae: .05": "line 3: There is no key `rmsae` here; the nearest is `rmsea`",
    "fit: .05": "takes named entries",
    "paths: {a: 1}": "takes a list",
    "paths:\n  - {est: .1, ci: [.1, .2, .3]}": "line 2: `paths.ci` has 3 numbers and takes 2",
    "paths:\n  - {est: [.1], se: .2}": "takes one value",
    "correlations: {names: [a, b], lower: [[1], [.3, 1, 1]]}": "The row of b has 3 numbers and takes 2",
    "correlations: {names: [a, b, c], lower: [[1]]}": "The triangle has 1 rows",
    "correlations: {pairs: {a b: .3}}": "`a b` names no pair",
    "tests: [t = 2]": "cannot be read as a test",
    "sums:\n  - {sum: i, est: .1, of: a ** b}": "line 2: The sum cannot be read",
    "sums:\n  - {sum: i, est: .1, of: a * b}": "No path is called a, b",
    "claims: {fornell_larcker: perhaps}": "it can be: met, not met",
    "fit: {cfi: '> .95'}": "`fit.cfi` is > .95, a bound and no number",
    "fit: {rmsea_level: 9}": "a confidence level is .90 or 90",
    "scale: {min: 7, max: 1}": "The scale begins at 7 and ends at 1",
    "n: 100\nfit: {df: 2}\nmodel: |\n  f =~ a + b +\n": "table.yml, line 3, model, line 1",
    "title: Only this": "Nothing in the file can be audited",
    "n: 1\nn: 2": "line 2",
}


@pytest.mark.parametrize("text", list(REFUSED))
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises((DataError, ModelError, StudyError)) as refused:
        audited(text, tmp_path)
    assert REFUSED[text] in str(refused.value)
    assert "table.yml, line" in str(refused.value)
    assert refused.value.sentence("zh") != refused.value.sentence("en")


def test_files_that_are_not_there_or_say_nothing(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no such file"):
        studies.printed(tmp_path / "nowhere.yml")
    with pytest.raises(DataError, match="say neither what the rows are"):
        audited("foo,bar\n1,2\n", tmp_path, "table.csv")


def test_csv_of_every_kind(tmp_path: Path) -> None:
    scales = audited("construct;item;loading;CR;AVE;mean;SD;n;min;max\n"
                     "trust;t1;,81;,86;,67;4,00;1,2;50;1;7\ntrust;t2;,79;;;4,01;1,2;50;1;7\n"
                     "trust;t3;,85;;;4,02;9,9;50;1;7\n",
                     tmp_path, "scales.csv")
    verdicts = said(scales)
    assert verdicts["trust", "cr"] == verdicts["trust", "ave"] == verdicts["t1", "mean"] == "consistent"
    assert verdicts["t2", "mean"] == verdicts["t3", "sd"] == "inconsistent"
    paths = audited("lhs,op,rhs,est,se,z,pvalue,ci.lower,ci.upper\n"
                    "y,~,x,.40,.05,8.00,<.001,.30,.50\ny,~,w,.40,.05,6.00,,,\n",
                    tmp_path, "paths.csv")
    assert said(paths)["y ~ x", "z"] == "consistent" and said(paths)["y ~ w", "z"] == "inconsistent"
    matrix = audited("variable,a,b,c\na,1,,\nb,.90,1,\nc,.90,-.50,1\n", tmp_path, "matrix.csv")
    assert said(matrix)["", "definite"] == "inconsistent"
    fit = audited("measure,value\nn,8345.094\nchisq,54.307\ndf,1\nrmsea,.008\nbaseline.chisq,6800\n"
                  "baseline.df,6\ncfi,.992\n", tmp_path, "fit.csv")
    assert said(fit)["", "rmsea"] == "inconsistent" and said(fit)["", "cfi"] == "consistent"
    constructs = audited("construct,loadings,ave\ntrust,.81 .79 .85,.67\n", tmp_path, "constructs.csv")
    assert said(constructs)["trust", "ave"] == "consistent"
    tests = audited('test\n"t(238) = 2.10, p = .37"\n', tmp_path, "tests.csv")
    assert tests.loc[0, "verdict"] == "inconsistent"
    with pytest.raises(DataError, match=r"paths.csv, line 3: `paths.est`"):
        audited("path,est\ny ~ x,.40\ny ~ w,abc\n", tmp_path, "paths.csv")


def test_the_example_that_is_explained(tmp_path: Path, project_root: Path) -> None:
    text = (project_root / "data" / "README.md").read_text(encoding="utf-8").partition("## A printed table")[2]
    found = audited(text.partition("```yaml\n")[2].partition("```")[0], tmp_path)
    wrong = found[found["verdict"].isin(["inconsistent", "truncated"])]
    assert wrong.empty, wrong.to_string()
    assert (found["verdict"] == "consistent").sum() > 15
