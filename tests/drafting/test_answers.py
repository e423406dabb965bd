"""Scales, words and codes for no answer: nothing plausible is swallowed, and "don't know" is never a midpoint."""

from __future__ import annotations

import pytest

from helpers.drafting import answer_keys, entries, kinds
from helpers.drafting.columns import Column
from helpers.drafting.headers import understood
from helpers.drafting.vocabulary import vocabulary


def column(counts: dict[str, int], *, name: str = "x1", labels=None, missing=()) -> Column:
    rows = sum(counts.values())
    return Column(name, 0, understood(name), entries.understood(counts), rows, len(counts), rows, "item", None,
                  labels or {}, missing)


def key(counts: dict[str, int], **more) -> answer_keys.Key:
    return answer_keys.keys([column(counts, **more)])["x1"]


def spread(*values: int, each: int = 50) -> dict[str, int]:
    return {str(value): each for value in values}


@pytest.mark.parametrize(("values", "ends"), [
    (range(1, 6), (1, 5)), (range(2, 6), (1, 5)), (range(1, 8), (1, 7)), (range(1, 5), (1, 4)), (range(1, 7), (1, 6)),
    (range(1, 11), (1, 10)), (range(0, 11), (0, 10)), (range(0, 5), (0, 4)), (range(-3, 4), (-3, 3)),
    (range(0, 101, 20), (0, 100)), (range(0, 101), (0, 100)),
])
def test_ends_of_the_scale(values, ends):
    found = key(spread(*values))
    assert (found.low, found.high) == ends
    assert found.missing == {}


@pytest.mark.parametrize(("counts", "missing"), [
    (spread(1, 2, 3, 4, 5) | {"-99": 3, "-9": 2}, {"-99": "code", "-9": "code"}),
    (spread(1, 2, 3, 4, 5) | {"9": 12}, {"9": "code"}),
    (spread(1, 2, 3, 4, 5) | {"8": 4, "9": 12}, {"8": "code", "9": "code"}),
    (spread(1, 2, 3, 4, 5, 6, 7) | {"99": 12, "98": 3}, {"99": "code", "98": "code"}),
    (spread(1, 2, 3, 4, 5) | {"0": 4}, {"0": "zero"}),
    (spread(1, 2, 3, 4, 5) | {"55": 1}, {"55": "outside"}),
    (spread(1, 2, 3, 4, 5) | {"NA": 4, "-": 1, "不适用": 2}, dict.fromkeys(("NA", "-", "不适用"), "no_answer")),
    (spread(1, 2, 3, 4, 5) | {"不知道": 4}, {"不知道": "dont_know"}),
    (spread(*range(0, 101, 10)) | {"999": 4}, {"999": "code"}),
])
def test_codes_for_no_answer(counts, missing):
    assert key(counts).missing == missing


@pytest.mark.parametrize("counts", [
    spread(0, 1, 2, 3, 4, 5, each=40),  # a 0 as frequent as the others is an answer
    spread(1, 2, 3, 4, 5, 6), spread(*range(0, 101, 11)) | {"99": 50}, spread(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)])
def test_a_plausible_answer_is_never_a_code(counts):
    assert key(counts).missing == {}


def test_a_rare_highest_answer_is_doubted_and_kept():
    found = key(spread(1, 2, 3, 4, 5) | {"6": 5})
    assert (found.high, found.missing, found.doubts) == (6, {}, ("above",))


def test_the_end_that_nobody_chose_in_one_item_is_known_from_the_others():
    few, more = column(spread(1, 2, 3, 4)), column(spread(2, 3, 4, 5), name="x2")
    assert {each.scale for each in answer_keys.keys([few, more]).values()} == {(1, 5)}


LADDERS = [
    ("en", ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"], "Don't know"),
    ("en7", ["Strongly disagree", "Disagree", "Somewhat disagree", "Neither agree nor disagree", "Somewhat agree",
             "Agree", "Strongly agree"], "N/A"),
    ("zh", ["非常不满意", "不满意", "一般", "满意", "非常满意"], "不清楚"),
    ("hant", ["非常不滿意", "不滿意", "一般", "滿意", "非常滿意"], "不知道"),
    ("ko", ["전혀 그렇지 않다", "그렇지 않다", "보통이다", "그렇다", "매우 그렇다"], "모름"),
    ("pt", ["Discordo totalmente", "Discordo", "Indiferente", "Concordo", "Concordo totalmente"], "Não sei"),
    ("es", ["Muy insatisfecho", "Insatisfecho", "Ni satisfecho ni insatisfecho", "Satisfecho", "Muy satisfecho"],
     "No sabe"),
    ("fr", ["Pas du tout d'accord", "Plutôt pas d’accord", "Ni d'accord ni pas d'accord", "Plutôt d'accord",
            "Tout à fait d'accord"], "Ne sait pas"),
    ("de", ["trifft überhaupt nicht zu", "trifft eher nicht zu", "teils/teils", "trifft eher zu",
            "trifft voll und ganz zu"], "weiß nicht"),
    ("often", ["Never", "Rarely", "Sometimes", "Often", "Always"], "-"),
    ("quality", ["Poor", "Fair", "Good", "Very good", "Excellent"], "no opinion"),
    ("四", ["非常不同意", "不同意", "同意", "非常同意"], "拒答"),
]


@pytest.mark.parametrize(("ladder", "silent"), [case[1:] for case in LADDERS], ids=[case[0] for case in LADDERS])
def test_words_are_put_in_order_and_the_silent_ones_aside(ladder, silent):
    counts = {word: 10 for word in reversed(ladder)} | {silent: 9}
    found = key(counts)
    assert [word for word, _ in sorted(found.codes.items(), key=lambda part: part[1])] == ladder
    assert sorted(found.codes.values()) == list(range(1, len(ladder) + 1))
    assert list(found.missing) == [silent]
    assert kinds.kind_of(column(counts))[0] == "item"


def test_a_word_that_nobody_chose_keeps_its_place():
    found = key({"Discordo": 9, "Indiferente": 8, "Concordo": 9, "Concordo totalmente": 4})
    assert found.codes == {"Discordo": 2, "Indiferente": 3, "Concordo": 4, "Concordo totalmente": 5}
    assert found.scale == (1, 5)


def test_not_sure_is_the_midpoint_only_where_there_is_no_other():
    without = key({"非常不同意": 5, "不同意": 9, "不确定": 8, "同意": 9, "非常同意": 4})
    assert (without.codes["不确定"], "unsure_midpoint" in without.doubts) == (3, True)
    beside = key({"非常不同意": 5, "不同意": 9, "一般": 7, "不确定": 8, "同意": 9, "非常同意": 4})
    assert (beside.codes["一般"], beside.missing) == (3, {"不确定": "unsure"})


@pytest.mark.parametrize("answers", [
    ["1 - strongly disagree", "2", "3", "4", "5 - strongly agree"], ["1分", "2分", "3分", "4分", "5分"],
    ["非常不同意(1)", "不同意(2)", "一般(3)", "同意(4)", "非常同意(5)"],
    ["1=非常不同意", "2", "3", "4", "5=非常同意"], ["A1", "A2", "A3", "A4", "A5"],
    ["Strongly disagree", "2", "3", "4", "Strongly agree"], ["１", "２", "３", "４", "５"],
])
def test_numbers_with_words_keep_their_numbers(answers):
    found = key(dict.fromkeys(answers, 20))
    assert [found.numbers[answer] for answer in answers] == [1, 2, 3, 4, 5]
    assert found.scale == (1, 5)
    assert found.missing == {}


@pytest.mark.parametrize("levels", [["18-25", "26-35", "36-45", "46+"], ["20대", "30대", "40대"],
                                    ["1年以下", "1-3年", "3-5年", "5年以上"], ["Male", "Female", "Other"]])
def test_bands_and_groups_are_no_answers(levels):
    counts = dict.fromkeys(levels, 30)
    assert kinds.kind_of(column(counts))[0] == "profile"


def test_labels_of_the_file_go_before_guesses():
    labels = {"1": "Strongly disagree", "2": "Disagree", "3": "Neutral", "4": "Agree", "5": "Strongly agree",
              "6": "Don't know"}
    asked = column(spread(1, 2, 3, 4, 5, 6, 7, each=20), labels=labels, missing=("7",))
    found = answer_keys.from_labels(asked)
    assert found.scale == (1, 5)
    assert found.missing == {"7": "declared", "6": "label"}
    assert "6" not in found.labels
    coded = column(spread(1, 2), labels={"1": "Male", "2": "Female"})
    assert answer_keys.from_labels(coded) is None
    assert kinds.kind_of(coded)[0] == "profile"


def test_no_word_stands_on_two_places_of_a_ladder():
    for name, ladder in vocabulary()["ladders"].items():
        words = [word for place in ladder["words"].values() for word in place]
        assert len(words) == len(set(words)), (name, {word for word in words if words.count(word) > 1})
