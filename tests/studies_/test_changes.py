"""Clusters and the log of changes: from study.yml to the tables."""

from pathlib import Path

import pytest

from helpers import studies, survey

STUDY = """\
title: {en: Clusters, zh: 聚类}
data: {responses: {file: r.csv}}
scale: {min: 1, max: 5}
constructs: {trust: {items: q1..q3}}
groups: {g: {partial: [q2 ~ 1]}}
clusters: {branch: {label: {en: Branch, zh: 网点}}}
changes:
  - {what: {en: q4 dropped, zh: 删除 q4}, why: {en: It asks two things, zh: 一题两问}, how: planned}
  - {what: q1 with q2, why: Both say "quickly", how: found}
"""
ROWS = [f"{i % 5 + 1},{(i * 3) % 5 + 1},{(i * 2 + i // 5) % 5 + 1},{i % 5 + 1},{'ab'[i % 2]},{f'B{i % 4}' if i else ''}"
        for i in range(40)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "study.yml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "r.csv").write_text("\n".join(["q1,q2,q3,q4,g,branch", *ROWS]), encoding="utf-8")
    book = "item,column,en,zh,values\nq1,q1,One,一,\nq4,q4,Four,四,\n"
    (tmp_path / "codebook.csv").write_text(book, encoding="utf-8")
    return tmp_path


def test_the_log_says_what_was_planned_found_and_left_unsaid(folder):
    declared = studies.load(folder)
    table = studies.changes(declared, language="en")
    assert table["how"].tolist() == ["planned", "found", "planned", "unsaid"]
    assert table["key"].tolist() == ["changes", "changes", "partial", "codebook"]
    assert table.loc[0, ["what", "why"]].tolist() == ["q4 dropped", "It asks two things"]
    assert "q2 ~ 1" in table.loc[2, "what"]
    assert "q4" in table.loc[3, "what"]
    assert studies.changes(declared, language="zh").loc[0, "what"] == "删除 q4"
    check = table.attrs["checks"][0]
    assert (check.passed, check.values["found"]) == (False, ["q1 with q2"])


def test_clusters_are_numbered_and_never_named(folder):
    declared = studies.load(folder)
    answers = survey.load(declared)
    assert answers.clusters["branch"].isna().tolist() == [True, *[False] * 39]
    assert answers.clusters["branch"].max() == 3
    assert declared.labels("zh")["branch"] == "网点"


def test_a_cluster_column_that_is_not_there_is_named_with_its_line(folder):
    (folder / "study.yml").write_text(STUDY.replace("{branch:", "{brunch:"), encoding="utf-8")
    with pytest.raises(studies.loading.StudyError, match=r"line 6.*brunch.*branch"):
        studies.load(folder)


def test_how_a_change_came_about_has_to_be_said(folder):
    (folder / "study.yml").write_text(STUDY.replace("how: found", "how: guessed"), encoding="utf-8")
    with pytest.raises(studies.loading.StudyError, match="line 9"):
        studies.load(folder)
