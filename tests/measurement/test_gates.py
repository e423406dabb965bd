"""What failed is told one by one, what passed together."""

from helpers.errors import Check, gates_table
from helpers.measurement.gates import together


def checks(*passed):
    values = {"scales": 1, "at_least": 0.7, "alpha": 0.8, "omega": 0.8, "source": "a book"}
    return [Check("reliability", "info", ok, {**values, "construct": name})
            for name, ok in zip(("trust", "loyalty", "care"), passed, strict=True)]


def test_one_row_says_that_all_scales_pass():
    told = gates_table(together(checks(True, True, True)))
    assert told["passed"].tolist() == [True]
    assert "(3)" in told.at[0, "found"]


def test_failed_scales_are_named_and_the_others_not():
    told = gates_table(together(checks(False, True, False)))
    assert told["passed"].tolist() == [False, False]
    assert told["found"].str.split(":").str[0].tolist() == ["trust", "care"]
