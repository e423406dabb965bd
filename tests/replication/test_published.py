"""A published matrix as a study: what was printed comes out again, and what is wrong with its files is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import replication, sem, studies, survey
from helpers.errors import DataError, ModelError, StudyError

SHIPPED = ("corporate_trust", "moosa_kashiramka_2023", "ong_adaviah_2022", "yu_2020")
STUDY = """title: Two
citation: Somebody (2020)
data:
  matrix: {file: r.csv, n: 200}
model: |
  b ~ a
"""
MATRIX = "variable,a,b,c\na,1,,\nb,.50,1,\nc,.40,.60,1\n"


def made(tmp_path, study=STUDY, matrix=MATRIX, **files):
    (tmp_path / "study.yml").write_text(study, encoding="utf-8")
    (tmp_path / "r.csv").write_text(matrix, encoding="utf-8")
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def refitted(declared):
    return replication.refit(declared.model, declared.moments, decimals=declared.decimals)


@pytest.fixture(scope="module")
def yu():
    declared = studies.load_published("data/published/yu_2020")
    return declared, refitted(declared)


def test_every_printed_figure_of_yu_2020_comes_out_again(yu):
    declared, again = yu
    paths, fit = replication.printed_paths(again, declared.paths), replication.printed_fit(again, declared.measures)
    assert (len(paths), len(fit)) == (14, 6)
    assert paths["reproduced"].all() and fit["reproduced"].all()
    # three decimals of the refit of the printed matrix itself, not only its neighbourhood
    assert (paths["refit"].round(3) == paths["printed"]).all()
    assert fit.set_index("measure")["refit"].round(3).to_dict() == {
        "chisq": 54.307, "df": 1, "cfi": .992, "nfi": .992, "rmsea": .080, "srmr": .017}


def test_the_rmsea_of_the_article_is_found(yu):
    _, again = yu
    table = replication.printed_fit(again, {"rmsea": ".008", "chisq": "54.307"})
    assert table["reproduced"].tolist() == [False, True]
    assert not table.attrs["checks"][0].passed


def test_paths_of_ong_are_those_that_were_recomputed_elsewhere():
    declared = studies.load_published("data/published/ong_adaviah_2022")
    table = replication.refit_parameters(refitted(declared))
    found = table[table["op"] == "~"].set_index("rhs")["est"].round(4).to_dict()
    assert found == {"assurance": -.0166, "empathy": -.0282, "reliability": .0213, "responsiveness": .4428,
                     "tangibles": .4133}
    assert table[["se", "z", "pvalue"]].isna().all(axis=None)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_matrices_load_and_fit(name):
    declared = studies.load_published(f"data/published/{name}")
    again = replication.refit(declared.model, declared.moments, decimals=declared.decimals, around=20)
    assert again.fit.converged and again.around == 20
    assert declared.doubts and declared.citation and set(declared.labels("zh").values()) != set(declared.matrix)


def test_numbers_rounded_from_a_fit_are_always_reproduced():
    random, wrong = np.random.default_rng(3), 0
    for seed in range(8):
        shared = random.normal(size=(150, 1)) * random.uniform(.4, 1.2, size=4)
        data = pd.DataFrame(shared + random.normal(size=(150, 4)), columns=list("abcd"))
        r = data.corr()
        fit = sem.fit("c ~ a + b\nd ~ c", moments=sem.Moments(cor=r, n=150))
        paths = fit.parameters[fit.parameters["op"] == "~"][["lhs", "op", "rhs", "est", "se", "z"]].copy()
        for column in ("est", "se", "z"):
            paths[column] = [f"{value:.3f}" for value in paths[column]]
        again = replication.refit("c ~ a + b\nd ~ c", {"cor": r.round(3), "n": 150}, decimals=3, around=40, seed=seed)
        wrong += (~replication.printed_paths(again, paths)["reproduced"]).sum()
        printed = {name: f"{fit.measures[name]:.3f}" for name in ("chisq", "cfi", "rmsea", "srmr")}
        wrong += (~replication.printed_fit(again, printed)["reproduced"]).sum()
    assert wrong <= 1  # 40 draws do not reach every corner of the rounding


def test_n_minus_1_counts_as_well():
    r = pd.DataFrame([[1, .5, .1], [.5, 1, .4], [.1, .4, 1]], index=list("abc"), columns=list("abc"))
    again = replication.refit("b ~ a\nc ~ b", {"cor": r, "n": 30}, decimals=6, around=1)
    less = again.fit.measures["chisq"] * 29 / 30
    assert replication.printed_fit(again, {"chisq": f"{less:.3f}"})["reproduced"].all()


def test_a_study_of_a_matrix_is_told_from_one_with_answers(tmp_path):
    folder = made(tmp_path)
    assert studies.holds_matrix(folder)
    assert not studies.holds_matrix("data/demo")
    assert not studies.holds_matrix(tmp_path / "nowhere")
    with pytest.raises(StudyError, match=r"line 4: .*has no respondents"):
        studies.load(folder)
    assert studies.load_published(folder).moments["n"] == 200


@pytest.mark.parametrize(("change", "says"), [
    ({"matrix": "variable,a,c,b\na,1,,\nb,.50,1,\nc,.40,.60,1\n"}, "rows of the matrix are not its columns"),
    ({"matrix": MATRIX.replace(".50", "high")}, r"r\.csv, line 3: `high` in column `a`"),
    ({"matrix": MATRIX.replace(".60", "")}, "c - b"),
    ({"matrix": "variable,a,b\na,1,.30\nb,.50,1\n"}, "above and below the diagonal: b - a"),
    ({"study": STUDY.replace("b ~ a", "b ~ d")}, r"line \d: The matrix has no variable `d`"),
    ({"study": STUDY.replace("n: 200", "n: 1")}, r"line 4: .*`data.matrix.n`"),
    ({"study": STUDY.replace("file: r.csv", "file: ../r.csv")}, "line 4"),
    ({"study": STUDY + "printed: {fit: {chisq: large}}\n"}, r"line 7: `large` is no number"),
    ({"study": STUDY + "printed: {paths: p.csv}\n", "p": "lhs,rhs,est\nb,a,.5\n"}, "lacks the columns op"),
    ({"study": STUDY + "printed: {paths: p.csv}\n", "p": "lhs,op,rhs,est\nb,~,a,half\n"}, r"p\.csv, line 2: `half`"),
    ({"study": STUDY + "variables: {z: {en: Zeal}}\n"}, "has no variable `z`"),
    ({"study": STUDY.replace("citation: Somebody (2020)\n", "")}, "`citation`"),
])
def test_what_is_wrong_is_said_with_its_place(tmp_path, change, says):
    with pytest.raises((StudyError, DataError), match=says):
        studies.load_published(made(tmp_path, **change))


def test_what_cannot_be_held_against_each_other_is_refused(yu):
    _, again = yu
    with pytest.raises(DataError, match="x ~ y"):
        replication.printed_paths(again, pd.DataFrame([{"lhs": "x", "op": "~", "rhs": "y", "est": ".1"}]))
    with pytest.raises(DataError, match="chi2"):
        replication.printed_fit(again, {"chi2": "3.1"})
    with pytest.raises(DataError, match="printed"):
        replication.printed_fit(again, {})
    with pytest.raises(ModelError, match="declares no model"):
        replication.refit("", {}, decimals=2)
    impossible = pd.DataFrame([[1, .9, -.9], [.9, 1, .9], [-.9, .9, 1]], index=list("abc"), columns=list("abc"))
    with pytest.raises(DataError):
        replication.refit("b ~ a\nc ~ b", {"cor": impossible, "n": 100}, decimals=2)


def test_a_printed_matrix_stands_beside_answers_in_a_synthesis():
    both = survey.several("data/published/moosa_kashiramka_2023,data/demo_pilot")
    assert [study.name for study in both.asked] == ["demo_pilot"]
    assert both.analysis == both.asked[0].analysis
    found = replication.fits(both.models, both.samples, settings=both.settings)
    table = replication.contributed(found)
    shared = table[(table["effect"] == "satisfaction -> loyalty") & (table["kind"] == "direct")]
    assert shared["study"].tolist() == ["moosa_kashiramka_2023", "demo_pilot"]
    assert shared["est"].iloc[0] == pytest.approx((.583 - .192 * .297) / (1 - .192**2), abs=1e-6)
