"""Do `:=` lines compute what they say, with the derivative that a difference quotient gives?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.syntax import Expression

VALUES = {"a": 0.7, "b": -1.3, "c.1": 2.5}
COMPUTED = (
    ("a*b", 0.7 * -1.3),
    ("a - b - c.1", 0.7 + 1.3 - 2.5),
    ("-a^2", -(0.7**2)),
    ("2^3^2", 512.0),
    ("a/b/c.1", 0.7 / -1.3 / 2.5),
    ("(a + b)*c.1", (0.7 - 1.3) * 2.5),
    ("exp(a)*log(c.1) - sqrt(c.1) + abs(b) + tanh(a)",
     math.exp(0.7) * math.log(2.5) - math.sqrt(2.5) + 1.3 + math.tanh(0.7)),
    ("b**2 + c.1**a", 1.69 + 2.5**0.7),
    ("1e-1 * a + .5", 0.57),
)


@pytest.mark.parametrize(("text", "value"), COMPUTED)
def test_value_and_gradient(text: str, value: float) -> None:
    expression = Expression.parse(text)
    names = list(VALUES)
    gradients = dict(zip(names, np.eye(3), strict=True))
    found, slope = expression.value_and_gradient(VALUES, gradients)
    assert found == pytest.approx(value, rel=1e-14)
    for at, name in enumerate(names):
        up, down = (expression.value(VALUES | {name: VALUES[name] + step}) for step in (1e-6, -1e-6))
        assert (slope[at] if slope.size else 0.0) == pytest.approx((up - down) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("text", ["1/(a - a)", "log(b)", "sqrt(b)", "exp(1000*c.1)", "b^0.5"])
def test_no_value_is_nan_and_never_an_exception(text: str) -> None:
    expression = Expression.parse(text)
    value, slope = expression.value_and_gradient(VALUES, dict(zip(VALUES, np.eye(3), strict=True)))
    assert math.isnan(value)
    assert np.isnan(slope).all()


@pytest.mark.parametrize("text", [*(text for text, _ in COMPUTED), "1/(a - a)", "b/0", "log(b)", "7"])
def test_many_values_are_those_of_one_at_a_time(text: str) -> None:
    expression, steps = Expression.parse(text), np.array([0.0, 0.25, -0.5, 3.0])
    rows = [{name: float(value + step) for name, value in VALUES.items()} for step in steps]
    together = expression.many({name: value + steps for name, value in VALUES.items()}, len(steps))
    np.testing.assert_allclose(together, [expression.value(row) for row in rows], rtol=1e-14)


@pytest.mark.parametrize(("text", "affine"), [
    ("2*a - b/4 + 1", (1.0, {"a": 2.0, "b": -0.25})),
    ("(a + 1)*3 - a", (3.0, {"a": 2.0})),
    ("sqrt(4)", (2.0, {})),
    ("a*b", None), ("a^2", None), ("1/a", None), ("exp(a)", None), ("1/0", None),
])
def test_linear_expressions_are_recognised(text: str, affine: tuple | None) -> None:
    assert Expression.parse(text).affine() == affine


@given(st.lists(st.sampled_from(["a", "b", "2", "0.5", "+", "-", "*", "/", "^", "(", ")", "exp(", " "]), max_size=12))
def test_any_text_is_computed_like_python_or_refused(tokens: list[str]) -> None:
    text = "".join(tokens)
    try:
        expression = Expression.parse(text)
    except Exception as error:
        assert type(error).__name__ == "ModelError"
        return
    if set(expression.names) - {"a", "b"}:  # tokens that ran together to another name, such as a0.5
        return
    try:
        expected = eval(text.replace("^", "**"), {"a": 1.5, "b": -0.5, "exp": math.exp})
    except (ZeroDivisionError, OverflowError):
        expected = math.nan
    found = expression.value({"a": 1.5, "b": -0.5})
    if isinstance(expected, complex) or not math.isfinite(expected):
        assert not math.isfinite(found)
    else:
        assert found == pytest.approx(expected, rel=1e-12)
