"""Does the text of a model say to us what it says to lavaan, and is everything else refused by name and line?"""

from __future__ import annotations

import math

import pytest

from helpers import syntax
from helpers.errors import ModelError


def relations(text: str) -> dict[str, syntax.Relation]:
    return {f"{each.lhs} {each.op} {each.rhs}".strip(): each for each in syntax.parse(text).relations}


def test_comments_separators_and_continued_lines() -> None:
    written = """
    # a comment
    trust =~ tr1 +   ! the first item
             tr2
           + tr3
    loyalty ~ trust ; trust ~~ 0.5*trust
    total := a +
       2
    loyalty ~ a*age
    """
    model = syntax.parse(written)
    assert list(relations(written)) == ["trust =~ tr1", "trust =~ tr2", "trust =~ tr3", "loyalty ~ trust",
                                        "trust ~~ trust", "loyalty ~ age"]
    assert [each.line for each in model.relations] == [3, 3, 3, 6, 6, 9]
    assert model.definitions[0].expression.value({"a": 1.0}) == 3.0


def test_variables_in_order_of_appearance() -> None:
    model = syntax.parse("y ~ f + 满意\nf =~ x1 + x2\ng =~ f + x3\nx3 ~ 1")
    assert model.latents == ("f", "g")
    assert model.observed == ("x1", "x2", "x3", "y", "满意")


def test_modifiers_of_one_term() -> None:
    found = relations('f =~ a*x1 + 0.5*x2 + NA*x3 + start(.8)*x4 + "b"*x5 + (1/4)*x6 + -1e-1*x7 + label("c")*x8')
    said = {name: each.modifiers.of_group(0) for name, each in found.items()}
    assert said["f =~ x1"][2] == "a"
    assert said["f =~ x2"][0] == 0.5
    assert math.isnan(said["f =~ x3"][0])
    assert said["f =~ x4"][:2] == (None, 0.8)
    assert said["f =~ x5"][2] == "b"
    assert said["f =~ x6"][0] == 0.25
    assert said["f =~ x7"][0] == -0.1
    assert said["f =~ x8"][2] == "c"


def test_a_repeated_term_adds_its_modifier() -> None:
    value, start, label = relations("f =~ x1 + x2\nf =~ b*x2 + start(0.9)*x2")["f =~ x2"].modifiers.of_group(0)
    assert (value, start, label) == (None, 0.9, "b")


def test_modifiers_per_group() -> None:
    found = relations("f =~ x1 + c(a, b)*x2 + c(0.5, NA)*x3 + start(c(1, 2))*x4\nx2 ~ c(0, m)*1")
    assert [found["f =~ x2"].modifiers.of_group(group)[2] for group in (0, 1)] == ["a", "b"]
    assert found["f =~ x3"].modifiers.of_group(0)[0] == 0.5
    assert math.isnan(found["f =~ x3"].modifiers.of_group(1)[0])
    assert [found["f =~ x4"].modifiers.of_group(group)[1] for group in (0, 1)] == [1.0, 2.0]
    assert found["x2 ~1"].modifiers.of_group(0)[0] == 0.0
    assert found["x2 ~1"].modifiers.of_group(1)[2] == "m"


def test_several_left_sides_and_intercepts() -> None:
    assert list(relations("y1 + y2 ~ 1 + x")) == ["y1 ~1", "y2 ~1", "y1 ~ x", "y2 ~ x"]


REFUSED = (
    ("f <~ x1 + x2", "syntax.operator", "<~"),
    ("f =~ x1\nf ~*~ f", "syntax.scale", "line 2"),
    ("y ~ x1:x2", "syntax.interaction", "x1:x2"),
    ("y ~ x1*x2 + x1", "syntax.label_is_variable", "x1"),
    ("y %in% x", "syntax.operator", "%"),
    ("f =~ a*x1\na > 0", "syntax.inequality", "line 2"),
    ("f =~ a*x1\na < 1", "syntax.inequality", "a < 1"),
    ("f =~ 0.8?x1", "syntax.operator", "?"),
    ("group: 1\nf =~ x1", "syntax.block", "group: 1"),
    ("level: 1\nf =~ x1", "syntax.block", "level: 1"),
    ("f = x1 + x2", "syntax.operator", "="),
    ("trust", "syntax.no_operator", "trust"),
    ("f =~ x1 + g =~ x2", "syntax.two_operators", "=~"),
    ("f =~", "syntax.one_side", "=~"),
    ("f =~ x1 - x2", "syntax.name", "x1 - x2"),
    ("f =~ 2", "syntax.name", "2"),
    ("f =~ lower(0)*x1", "syntax.modifier", "lower(0)"),
    ("f =~ equal('f=~x2')*x1", "syntax.modifier", "equal"),
    ("f =~ start(a)*x1", "syntax.modifier", "start(a)"),
    ("f =~ (1/0)*x1", "syntax.modifier", "(1/0)"),
    ("f =~ a*b*x1", "syntax.contradiction", "a"),
    ("f =~ x1 + x2 + x2", "syntax.twice", "f =~ x2"),
    ("f =~ 1*x1\nf =~ 2*x1", "syntax.twice", "line 2"),
    ("x1 ~~ x2\nx2 ~~ x1", "syntax.twice", "x2 ~~ x1"),
    ("f =~ f + x1", "syntax.itself", "f =~ f"),
    ("y ~ y", "syntax.itself", "y ~ y"),
    ("f =~ g + x1\ng =~ h + x2\nh =~ f", "syntax.circle", "f =~ g =~ h =~ f"),
    ("f =~ a*x1\na := 2*a", "syntax.name_taken", "a"),
    ("f =~ a*x1\nd := b", "syntax.unknown_label", "b"),
    ("f =~ a*x1\na == zz", "syntax.unknown_label", "zz"),
    ("f =~ a*x1\nd := system(a)", "syntax.expression", "system()"),
    ("f =~ a*x1\nd := a +", "syntax.expression", "a +"),
    ("f =~ a*x1\nd := (a", "syntax.expression", "(a"),
    ("f =~ a*x1\nd := a.__class__[0]", "syntax.expression", "["),
    ("", "syntax.empty", "relation"),
    ("# nothing\n;", "syntax.empty", "relation"),
)


@pytest.mark.parametrize(("text", "id", "named"), REFUSED, ids=[text.replace("\n", "; ") for text, _, _ in REFUSED])
def test_what_is_not_supported_is_refused_by_name_and_line(text: str, id: str, named: str) -> None:
    with pytest.raises(ModelError) as caught:
        syntax.parse(text)
    assert caught.value.problems[0].id == id
    assert named in str(caught.value)
    assert caught.value.sentence("zh")
    assert id == "syntax.empty" or caught.value.problems[0].where.startswith("model, line ")


def test_every_fault_at_once() -> None:
    with pytest.raises(ModelError) as caught:
        syntax.parse("f =~ x1\ny ~ x1:x2\nf <~ x3\nz = 2")
    assert [problem.where for problem in caught.value.problems] == [f"model, line {line}" for line in (2, 3, 4)]


def test_no_model_is_refused() -> None:
    with pytest.raises(ModelError, match="must be text"):
        syntax.parse(None)  # type: ignore[arg-type]
