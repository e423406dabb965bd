"""Do the defaults add what lavaan's `sem()` adds? The expected rows were printed by lavaan 0.6-14."""

from __future__ import annotations

import pytest

from helpers import syntax
from helpers.errors import ModelError


def added(text: str, **options: object) -> dict[str, str]:
    """Rows that the author did not write: name -> "free", the fixed value, or "x" for a moment of a fixed x."""
    table = syntax.complete(syntax.parse(text), **options)
    return {row.shown: "x" if row.exogenous else "free" if row.free else f"{row.value:g}"
            for row in table.rows if not row.line and row.group == 1}


def test_residual_covariances_of_outcomes_that_predict_nothing() -> None:
    found = added("f =~ x1+x2+x3\ng =~ x4+x5+x6\nx7 ~ f + z\nx8 ~ g\nx9 ~ w")
    pairs = {name for name in found if "~~" in name and name.split(" ~~ ")[0] != name.split(" ~~ ")[1]}
    assert pairs == {"f ~~ g", "x7 ~~ x8", "x7 ~~ x9", "x8 ~~ x9", "z ~~ w"}
    assert found["z ~~ w"] == "x"


def test_latent_and_observed_outcomes_share_a_residual_covariance() -> None:
    found = added("f =~ x1+x2+x3\ng =~ x4+x5+x6\nh =~ x7+x8\ng ~ f\nh ~ f\nx9 ~ h + z\nz ~~ z")
    assert found["g ~~ x9"] == "free"
    assert "f ~~ g" not in found
    assert "z ~~ z" not in found


def test_single_indicator_and_an_outcome_that_is_an_indicator() -> None:
    found = added("f =~ x1+x2+x3\ng =~ x4+x5+x6\nh =~ x7\ng ~ z+w\nf ~ z\nx1 ~ w")
    assert found["x7 ~~ x7"] == "0"
    assert found["f ~~ g"] == "free"
    assert not {"f ~~ x1", "x1 ~~ g", "g ~~ x1", "h ~~ f", "f ~~ h"} & set(found)


def test_an_x_that_the_author_describes_is_no_longer_fixed() -> None:
    text = "f =~ x1+x2+x3\nx7 ~ f + z + w + v\n"
    assert added(text)["z ~~ z"] == "x"
    described = added(text + "z ~~ w")
    assert (described["z ~~ z"], described["w ~~ w"], described["v ~~ v"]) == ("free", "free", "x")
    assert "z ~~ v" not in described
    assert added(text, fixed_x=False)["z ~~ v"] == "free"


def test_means_are_added_where_something_asks_for_them() -> None:
    text = "f =~ x1+x2+x3\nf ~ z"
    assert not any("~1" in name for name in added(text))
    found = added(text, meanstructure=True)
    assert (found["x1 ~1"], found["f ~1"], found["z ~1"]) == ("free", "0", "x")
    assert added(text + "\nx1 ~ 0*1")["x2 ~1"] == "free"
    with pytest.raises(ModelError, match="meanstructure"):
        added(text + "\nx1 ~ 1", meanstructure=False)


def test_std_lv_and_what_equal_loadings_free() -> None:
    table = syntax.complete(syntax.parse("f =~ x1+x2+x3"), groups=2, std_lv=True,
                            group_equal=["loadings", "intercepts"])
    by = {(row.shown, row.group): row for row in table.rows}
    assert by["f ~~ f", 1].value == 1.0
    assert by["f ~~ f", 2].free
    assert by["f ~1", 1].value == 0.0
    assert by["f ~1", 2].free
    assert by["f =~ x1", 1].label == by["f =~ x1", 2].label != ""
    assert by["x1 ~~ x1", 1].label == ""


def test_group_partial_and_labels_per_group() -> None:
    table = syntax.complete(syntax.parse("f =~ x1+x2+c(a,b)*x3+x4"), groups=2,
                            group_equal=["loadings", "residuals"], group_partial=["f =~ x2", "x4 ~~ x4"])
    of_second = {row.shown: row.label for row in table.rows if row.group == 2}
    assert of_second["f =~ x2"] == of_second["x4 ~~ x4"] == ""
    assert of_second["f =~ x3"] == "b"
    assert of_second["f =~ x4"].startswith(".p")


@pytest.mark.parametrize(("text", "options", "id"), [
    ("x1 | t1 + t2", {}, "syntax.thresholds"),
    ("f =~ x1 + c(a, b)*x2", {}, "syntax.groups"),
    ("f =~ x1 + c(1, 2, 3)*x2", {"groups": 2}, "syntax.groups"),
    ("f =~ x1 + x2", {"groups": 2, "group_equal": ["loading"]}, "syntax.group_equal"),
    ("f =~ x1 + x2", {"groups": 2, "group_partial": ["f =~ "]}, "syntax.group_partial"),
])
def test_refusals(text: str, options: dict, id: str) -> None:
    with pytest.raises(ModelError) as caught:
        syntax.complete(syntax.parse(text), **options)
    assert caught.value.problems[0].id == id
    assert caught.value.sentence("zh")


TEXTS = (
    "f =~ x1 + x2 + a*x3\ng =~ NA*x4 + x5\ng ~~ 1*g\nf ~ b*g + z\nx1 ~~ x4\nab := a*b\na == 0.5*b",
    "f =~ x1 + c(a, b)*x2 + c(0.25, NA)*x3\nx3 ~ c(1, m)*1\nd := a - b",
    "g =~ f1 + f2 + f3\nf1 =~ x1 + x2\nf2 =~ x3 + x4\nf3 =~ x5 + x6\ny ~ g + w\nw ~~ w",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("std_lv", [False, True])
def test_a_table_written_as_text_reads_as_the_same_table(text: str, std_lv: bool) -> None:
    groups = 2 if "c(" in text else 1
    options = {"groups": groups, "group_equal": ["loadings", "intercepts"] if groups > 1 else []}
    table = syntax.complete(syntax.parse(text), std_lv=std_lv, **options)
    again = syntax.complete(syntax.parse(syntax.text(table)), groups=groups)

    def parameters(of: syntax.Table) -> set[tuple]:
        labels: dict[str, int] = {}
        return {(row.shown, row.group, row.free, row.exogenous, None if row.free else repr(row.value),
                 labels.setdefault(row.label, len(labels)) if row.label else None)
                for row in sorted(of.rows, key=lambda row: (row.group, row.shown))}

    assert parameters(again) == parameters(table)
    assert len(syntax.frame(again)) == len(again.rows) + len(again.definitions) + len(again.constraints)
