"""Codes that stand in sentences and cells are said in the reader's language."""

import pytest

from helpers.errors import Check
from helpers.report.speech import Speech
from helpers.report.values import spoken, worded

LABELS = {"sex": "性别", "trust": "信任", "loyal": "忠诚", "tr1": "Keeps promises", "tr2": "Is honest"}


@pytest.fixture
def speech() -> Speech:
    return Speech("zh", LABELS, ("tr1", "tr2"))


def test_a_level_between_two_codes_is_said(speech: Speech) -> None:
    check = Check("scale_invariance", "caution", False, {"failing": ["sex - scalar - trust"], "estimator": "scalar"})
    said = spoken(check, speech).values
    assert said["failing"] == ["性别 - 强（＋截距） - 信任"]
    assert said["estimator"] == "scalar"  # alone it is no level


def test_how_the_halves_were_made_is_said(speech: Speech) -> None:
    assert spoken(Check("halves", "info", True, {"how": "random"}), speech).values["how"] == "随机"
    assert worded({"how": "random", "method": "random"}, speech) == {"how": "随机", "method": "random"}
    assert worded({"how": "sex"}, speech) == {"how": "性别"}


def test_a_list_of_constructs_in_a_cell_is_said_and_one_of_items_stays(speech: Speech) -> None:
    assert speech.cell("failing", "trust, loyal") == "信任、忠诚"
    assert speech.cell("failing", "tr1, tr2") == "tr1, tr2"
    assert speech.cell("failing", "trust, another") == "trust, another"
