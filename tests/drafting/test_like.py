"""A file mapped onto another study: by name, by wording in either language, one to one, and what is left over."""

from __future__ import annotations

import shutil

import pytest

from helpers import drafting, studies, survey

DEMO = "data/demo"
WORDS = {
    "tr1": "The people at my insurer know their business well", "tr2": "My insurer handles difficult claims well",
    "tr6": "I suspect that my insurer hides things from customers", "sat1": "I am satisfied with my insurer overall",
    "sat3": "My insurer comes close to an ideal insurer", "loy1": "I will renew my policy with this insurer",
    "loy4": "I speak well of my insurer to family and friends"}


@pytest.fixture
def beside(project_root, tmp_path):
    """The demo study, and the pilot that it repeats, where the new one will stand."""
    for name in ("demo", "demo_pilot"):
        shutil.copytree(project_root / "data" / name, tmp_path / name, ignore=shutil.ignore_patterns("*.py"))
    return tmp_path


def test_paraphrases_find_their_items(sheet, drafted, text_of, beside):
    sheet.block([WORDS[name] for name in ("tr1", "tr2", "tr6")], turned=[WORDS["tr6"]])
    sheet.block([WORDS[name] for name in ("sat1", "sat3")], seed=2)
    sheet.block([WORDS[name] for name in ("loy1", "loy4")], seed=3)
    sheet.block(["Premiums are cheap", "Discounts are generous"], seed=4)
    declared = drafted(sheet, like=str(beside / "demo"))
    assert {name: each.items for name, each in declared.constructs.items()} == {
        "trust": ("tr1", "tr2", "tr6"), "satisfaction": ("sat1", "sat3"), "loyalty": ("loy1", "loy4")}
    assert {item.name: item.column for item in declared.items.values()} == WORDS
    assert declared.reversed == ("tr6",)
    assert declared.constructs["trust"].label == {"en": "Trust", "zh": "信任"}
    text = text_of(declared)
    assert "# model: |  # check: the model of demo names what is not here: assurance" in text
    assert declared.model == ""
    assert declared.replicates is None
    assert "#   sat2: This insurer has turned out as good as I had hoped." in text
    assert all(f"{name}" in text.split("could not be placed")[1] for name in ("Premiums are cheap", "Discounts"))


def test_chinese_wording_takes_over_the_whole_study(sheet, drafted, beside, text_of):
    demo = studies.load(beside / "demo")
    answered = survey.load(demo).scores.head(400)
    sheet.n = 400
    for name in answered:
        item = demo.items[name]
        raw = item.low + item.high - answered[name] if item.reversed else answered[name]
        shown = name if item.role in ("nps", "single") else item.text["zh"]
        sheet.columns[shown] = ["" if value != value else f"{value:g}" for value in raw]
    sheet.pick("insurer", ["A", "B", "C"])
    declared = drafted(sheet, like=str(beside / "demo"))
    assert {name: (each.items, each.expectation, each.of) for name, each in declared.constructs.items()} == {
        name: (each.items, each.expectation, each.of) for name, each in demo.constructs.items()}
    assert set(declared.reversed) == set(demo.reversed)
    assert declared.model == demo.model
    assert declared.rivals == demo.rivals
    assert declared.roles["marker"] == demo.roles["marker"]
    assert declared.groups["insurer"].levels == demo.groups["insurer"].levels
    assert (declared.replicates.study, declared.replicates.smallest_difference) == ("demo", 0.10)


def test_a_reversed_item_that_was_turned_in_the_file_is_not_turned_again(sheet, drafted, text_of):
    sheet.block(["tr1", "tr2", "tr3", "tr6"])
    declared = drafted(sheet, like=DEMO)
    assert declared.reversed == ()
    assert "# reversed: [tr6]  # check: reversed in demo, but answered along with the rest here" in text_of(declared)


def test_a_study_that_nothing_is_like_leaves_the_draft_to_itself(sheet, drafted):
    sheet.block(["귀사의 서비스는 빠르다", "귀사의 직원은 친절하다", "귀사의 보상은 공정하다"])
    declared = drafted(sheet, like=DEMO)
    assert [len(each.items) for each in declared.constructs.values()] == [3]


def test_the_screen_names_what_could_not_be_placed_in_both_directions(sheet, tmp_path):
    sheet.block(["tr1", "tr2", "tr3"])
    sheet.block(["zz1", "zz2"], seed=2)
    made = drafting.new(tmp_path / "mine", sheet.write(tmp_path / "export.csv"), like=DEMO)
    (line,) = [line for line in drafting.told(made, "mine") if line.startswith("Mapped onto demo: 3 items")]
    assert "tr4, tr5, tr6" in line.split("Without a column: ")[1].split(". Not placed")[0]
    assert line.endswith("Not placed: zz1, zz2.")


def test_an_answer_that_is_worded_like_both_sides_of_a_pair_is_the_perception(sheet, drafted, text_of):
    help_ = "After an accident or breakdown, company X sends help quickly"  # nearer to e_ph1 than to p_ph1
    sheet.block([help_, "At an accident scene the staff look after people before the car",
                 "The towing services and garages that the company sends are safe"])
    declared = drafted(sheet, like=DEMO)
    assert declared.constructs["physical"].items == ("p_ph1", "p_ph2", "p_ph3")
    assert declared.items["p_ph1"].column == help_
    assert "could not be placed" not in text_of(declared)


def test_a_column_whose_item_is_in_no_construct_of_the_draft_is_told(sheet, tmp_path):
    sheet.block(["tr1", "tr2", "e_ph1"])
    made = drafting.new(tmp_path / "mine", sheet.write(tmp_path / "export.csv"), like=DEMO)
    (line,) = [line for line in drafting.told(made, "mine") if line.startswith("Mapped onto demo: 2 items")]
    assert "e_ph1" in line.split("Not placed: ")[1]


def test_a_study_without_wording_says_that_only_names_were_compared(sheet, beside, tmp_path):
    (beside / "demo_pilot" / "codebook.csv").unlink()
    sheet.block(["The people at my insurer know their business", "My insurer handles claims well"])
    file = sheet.write(tmp_path / "export.csv")
    lines = drafting.told(drafting.new(tmp_path / "mine", file, like=str(beside / "demo_pilot")), "mine")
    assert any("only names of columns could be compared" in line for line in lines)
