"""Each tiny study of tests/studies that is named for a fault ends in one clear error: where, what, what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from helpers import studies, survey
from helpers.errors import DataError, HelpersError, StudyError

SOUND = {"sound", "minimal_ok", "gb18030_ok", "kiosk"}
CHINESE = re.compile("[\u4e00-\u9fff]")
DATA = "raw/responses.csv"


class Expected(NamedTuple):
    """What the error says.

    `places` are where each problem is; a number is a line of study.yml. `parts` stand in both languages, `advice` in
    the English sentences.
    """

    kind: type[HelpersError]
    places: tuple[int | str, ...]
    parts: tuple[str, ...]
    advice: str


def study(line: int | str | tuple, parts: str | tuple, advice: str) -> Expected:
    places = line if isinstance(line, tuple) else (line,)
    return Expected(StudyError, places, parts if isinstance(parts, tuple) else (parts,), advice)


def data(parts: str | tuple, advice: str, place: str = DATA) -> Expected:
    return Expected(DataError, (place,), parts if isinstance(parts, tuple) else (parts,), advice)


FAULTS = {
    # The file itself.
    "no_study_yml": study("", ("study.yml", "data/demo"), "Copy one from data/demo"),
    "empty_study": study("study.yml", ("`title:`", "`constructs:`"), "Needed are"),
    "yaml_syntax": study(4, "expected ',' or '}', but got ':'", "Check quotation marks"),
    "yaml_tab": study(8, "YAML", "Indent with blanks"),
    "two_documents": study(11, "`---`", "delete the line"),
    "tag_in_yaml": study(2, "os.system", "Write the value without the tag"),
    "anchor_in_yaml": study(8, "`&name`", "Write the value out"),
    # Keys.
    "key_twice": study(7, ("`scale`", "5"), "Keep one of the two"),
    "key_missing": study(1, "`title`", "Add it"),
    "unknown_key": study((4, 6), ("`data.responses.respondant`", "`respondent`", "`revrsed`", "`reversed`"),
                         "Did you mean"),
    "key_of_wrong_kind": study((5, 6), ("`scale.min`", "`synthetic`"), "Correct it"),
    "scale_backwards": study(5, "`scale`", "Exchange"),
    "scale_missing": study((7, 8, 9), ("`trust`", "`loyalty`", "`satisfaction`"), "Give the study"),
    "criterion_unknown": study(11, ("`criteria.alfa`", "`alpha`"), "Did you mean"),
    "criterion_wrong_direction": study(11, ("`htmt`", "`at_most:`"), "Use that key"),
    "notebook_unknown": study(11, ("`02_reliabilty`", "`02_reliability`"), "Did you mean"),
    "replicates_nothing": study(11, "`nowhere_to_be_found`", "leave out `replicates:`"),
    # Constructs and items.
    "item_not_in_file": study(8, ("`trust`", DATA, "tr4", "tr5", "tr1"), "Columns that begin alike"),
    "item_in_two_constructs": study(9, ("`tr2`", "loyalty", "trust", "8"), "take it out of one of them"),
    "item_twice_in_one_construct": study(9, "`loy2`", "take it out of one of them"),
    "single_item_not_declared": study(10, ("`sat`", "`single: sat`"), "instead of `items:`"),
    "range_of_two_names": study(8, "`tr1..loy3`", "Write two ranges"),
    "range_backwards": study(8, ("`tr3..tr1`", "`tr1..tr3`"), "Write `tr1..tr3`"),
    "reversed_item_unknown": study(6, ("`loy4`", "`loy3`"), "Did you mean"),
    "expectations_not_in_pairs": study(7, ("`constructs.trust`", "2", "3"), "Give as many of the one"),
    "second_order_of_nothing": study(11, ("`assurance`", "`loyality`", "`loyalty`"), "Did you mean"),
    "missing_code_on_scale": study(4, ("7", "1..7", "tr1"), "correct `scale:`"),
    "codebook_item_twice": study("codebook.csv, line 3", ("`tr1`", "2"), "Keep one of the two"),
    "codebook_values_malformed": study("codebook.csv, line 2", ("`tr1`", "1: no; 7: yes"), "Correct them"),
    # Models.
    "model_unknown_construct": study(15, ("`trst`", "`trust`"), "Did you mean"),
    "model_syntax": study(15, "satisfaction + + trust", "terms are joined by +"),
    "model_circular": study(14, "loyalty -> satisfaction -> loyalty", "remove one of these paths"),
    "part_and_second_order": study(16, ("`satisfaction`", "`assurance`", "trust"), "keep either"),
    "structure_unknown": study(17, ("`warm`", "`loyality`", "`loyalty`"), "Did you mean"),
    "structure_twice": study(17, ("`warm`", "loy1"), "Keep each item in one factor"),
    "structure_single": study(17, ("`warm`", "rest"), "put it into another factor"),
    "structure_left_out": study(17, ("`warm`", "loy2", "loy3"), "add them to a factor"),
    "structure_name": study(17, ("`structures.bifactor`", "second_order"), "Write another name"),
    "rivals_without_model": study(13, ("`rivals:`", "`model:`"), "Declare the model"),
    # Files and columns.
    "path_outside": study(4, "`../sound/raw/responses.csv`", "Put the file into the folder"),
    "path_of_one_system": study(4, "`raw\\responses.csv`", "forward slashes"),
    "drop_of_used_column": study(4, ("`drop:`", "`insurer`"), "Take it out"),
    "group_column_unknown": study(12, ("`insuror`", DATA, "`insurer`"), "Did you mean"),
    "group_not_in_order": study(12, ("`insurer`", "B", "A"), "correct the file"),
    "reference_unknown": study(12, ("`D`", "`insurer`"), "Choose one of: A, B"),
    "halves_unknown": study(13, ("`halves: insuror`", "`insurer`"), "Did you mean"),
    "halves_of_three": study(13, ("`halves: insurer`", "A"), "Name another column"),
    "partial_form": study(12, "`trust ~ loyalty`", "an intercept as `tr2 ~ 1`"),
    "partial_unknown": study(12, ("`tr9 ~ 1`", "`tr9`"), "Did you mean"),
    "claim_outcome_unknown": study(16, ("`a_trust`", "`trrust`", "`trust`"), "Did you mean"),
    "claim_group_unknown": study(18, ("`Z`", "`insurer`"), "Choose one of: A, B"),
    "guessed_encoding": study((4, 8), ("GB18030", "cp949", "`encoding:`"), "If they look wrong, declare"),
    # Several files.
    "waves_beside_file": study(4, ("`data.responses`", "file", "waves"), "Give exactly one"),
    "waves_with_one_sheet": study(4, ("`waves:`", "sheet"), "write these keys at each file"),
    "waves_not_declared": study(7, ("`waves:`", "2025", "2026"), "Add `wave: {column: wave"),
    "waves_out_of_order": study(7, ("2024", "2026", "`wave: order:`"), "Write the same waves in both"),
    "wave_file_twice": study(7, "raw/2025.csv", "Give each wave its own file"),
    "wave_columns_of_one_column": study(7, "Trust_1", "Give each its own"),
    "wave_columns_unknown": data(("raw/2026.csv", "Trust_1", "tr1"), "Correct them", "study.yml, line 7"),
    "wave_lacks_item": data(("raw/2026.csv", "raw/2025.csv", "tr2"), "write them under `columns:`",
                            "study.yml, line 7"),
    "wave_says_otherwise": data(("raw/2026.csv", "`year`", "4 (2025)"), "give `wave:` another", "study.yml, line 7"),
    "wide_without_suffix": study(7, ("`data.responses.wide.2026`", "`suffix:`"), "as its columns are named"),
    "wide_without_respondent": study(6, ("`wide:`", "`respondent:`"), "would count as several"),
    "wide_lacks_a_wave": data(("`tr2`", "tr2_b", DATA), "Correct `wide:`", "study.yml, line 5"),
    "wide_with_and_without": data(("`tr2`", "tr2_a", "tr2_b"), "Rename one of them", "study.yml, line 5"),
    "wide_has_the_wave": data(("`year`", DATA), "Give `wave:` another column", "study.yml, line 5"),
    "join_without_respondent": study(4, "`join:`", "Declare `respondent:`"),
    "join_by_a_new_column": study(4, ("`join:`", "`who`"), "Name a column of the file"),
    "join_by_unknown": data(("raw/profile.csv", "`person`", "region"), "Name the right one", "study.yml, line 4"),
    "join_column_in_both": data(("raw/profile.csv", DATA, "tr2"), "rename or delete them", "study.yml, line 4"),
    "join_row_of_nobody": data(("`id`", "6"), "Fill it in", "raw/profile.csv"),
    "join_respondent_twice": data(("`id`", "4 & 16"), "Keep one row of each", "raw/profile.csv"),
    "join_finds_nobody": data(("14", "raw/profile.csv", "`id`"), "Write the identifiers alike", "study.yml, line 4"),
    # New columns.
    "recode_in_two_ways": study(18, ("`recodes.new`", "compute", "sum"), "Give exactly one"),
    "recode_without_source": study(18, ("`recodes.new`", "from"), "which need `from:`"),
    "recode_at_least": study(18, ("`recodes.new`", "4", "3"), "Write a smaller `at_least:`"),
    "recode_of_a_mapped_item": study(17, ("`sat`", "`how content`"), "Give the new column another name"),
    "recode_formula": study(18, ("`new`", "**"), "A rule holds columns, numbers"),
    "recode_range": study(18, "`1-3`", "Write `18..29`"),
    "recode_ranges_overlap": study(18, ("`4..7`", "`1..4`"), "Both ends are included"),
    "recode_adds_reversed": study(18, ("`new`", "loy3", "`compute:`"), "Turn them round"),
    "recode_adds_twice": study(18, ("`new`", "tr1"), "Name each once"),
    "recode_circle": study(18, "new -> other -> new", "Give a new column a name of its own"),
    "recode_of_nothing": study(18, ("`tr4`", DATA, "`tr3`"), "Did you mean"),
    "recode_taken": data(("`tr1`", DATA), "Give the new column another name", "study.yml, line 17"),
    "recode_unlisted": data(("`new`", "`tr1`", "5 × 1 (7)", "6 × 3 (11)"), "write `else: keep`", "study.yml, line 18"),
    "recode_of_text": data(("`insurer`", "14", "2 (A)"), "give its code in the codebook", "study.yml, line 18"),
    "recode_by_zero": data(("tr1 / (tr2 - 4)", "3", "6"), "divided by zero", "study.yml, line 18"),
    # The data file as a file.
    "data_file_missing": data(("responses.csv", "`file:`"), "Correct `file:`", "raw/respones.csv"),
    "data_file_empty": data("", "Export the data again"),
    "header_only": data("", "Export the data again, with the answers"),
    "wrong_delimiter": data(("`,`", "`;`"), "leave out `delimiter:`"),
    "undecodable": data(("UTF-8", "GB18030"), "Declare `encoding:`"),
    "column_twice": data(("`tr2`", "4", "5"), "Rename all but one"),
    "ragged_row": data(("10", "9"), "in quotation marks", f"{DATA}, line 7"),
    "open_quotation_mark": data('""', "Double it", f"{DATA}, line 8"),
    # The answers.
    "outside_the_scale": data(("`tr2`", "1..7", "5 (9)", "8 (0)", "2"), "add them to `missing_codes:`"),
    "text_among_numbers": data(("`tr2`", "5 (often)", "8 (NA)"), "give their codes in the codebook"),
    "constant_item": data(("`tr2`", "4"), "Take it out of study.yml"),
    "item_without_answers": data("tr2", "correct their columns"),
    "fewer_respondents_than_items": data(("5", "6"), "Collect more answers"),
    "respondent_twice": data(("`id`", "4 & 11"), "Keep one row of each"),
    "respondent_twice_in_a_wave": data(("`id`", "4 & 10"), "Keep one row per respondent and wave"),
    "respondent_without_id": data(("`id`", "11"), "Give each respondent an identifier"),
    "group_of_one": data(("`insurer`", "C (1)"), "Join them with other groups"),
    "telephone_in_group": data("`insurer`", "take the column out of study.yml"),
    "free_text_in_profile": data(("`insurer`", "14"), "sort the entries into a few groups"),
    "names_as_groups": data("`insurer`", "replace them by codes"),
}


@pytest.fixture(scope="module")
def folder(project_root: Path) -> Path:
    return project_root / "tests" / "studies"


def test_every_broken_study_has_its_expectation(folder: Path) -> None:
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(FAULTS) | SOUND


def test_the_study_that_the_others_differ_from_is_sound(folder: Path) -> None:
    declared = studies.load(folder / "sound")
    assert survey.preflight(declared) == ()
    assert survey.load(declared).scores.shape == (14, 7)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_fault_ends_in_one_clear_error(fault: str, folder: Path) -> None:
    expected = FAULTS[fault]
    with pytest.raises(HelpersError) as raised:
        survey.load(studies.load(folder / fault))
    error = raised.value
    assert type(error) is expected.kind
    assert [problem.where for problem in error.problems] == [_where(fault, place) for place in expected.places]
    english, chinese = error.sentence("en"), error.sentence("zh")
    assert expected.advice in english
    for part in expected.parts:
        assert part in english and part in chinese
    assert all(CHINESE.search(line) for line in chinese.splitlines())
    assert not CHINESE.search(english.replace("脚汾", "")), "an English sentence quotes Chinese only from the file"


@pytest.mark.parametrize("fault", [name for name, expected in FAULTS.items() if expected.kind is DataError
                                   and not any("responses" not in place for place in expected.places)])
def test_preflight_returns_what_load_raises(fault: str, folder: Path) -> None:
    try:
        declared = studies.load(folder / fault)
    except DataError:
        return  # a file that cannot be read stops before the answers are looked at
    with pytest.raises(DataError) as raised:
        survey.load(declared)
    assert [problem.id for problem in survey.preflight(declared)] == [problem.id for problem in raised.value.problems]


def _where(fault: str, place: int | str) -> str:
    study_folder = f"tests/studies/{fault}"
    if isinstance(place, int):
        return f"{study_folder}/study.yml, line {place}"
    return place if place.startswith("raw/") else "/".join(part for part in (study_folder, place) if part)
