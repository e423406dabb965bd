"""Drafts of real files: another country, another coding, and names that say much or nothing."""

from __future__ import annotations

import pytest

from helpers import drafting, studies, survey
from helpers.errors import DataError, StudyError


@pytest.fixture
def draft_of(reference_data, tmp_path):
    """Draft a study of a reference file; it has to be sound at once."""
    def make(name, **options):
        made = drafting.new(tmp_path / "mine", reference_data / "data" / name, **options)
        declared = studies.load(made.folder)
        assert survey.preflight(declared) == ()
        return declared

    return make


def test_a_korean_file_is_read_as_korean_and_paired(draft_of):
    declared = draft_of("kiosk_servqual/kiosk.csv")
    assert declared.responses.encoding == "cp949"
    assert declared.constructs["information"].items == ("p19", "p20", "p21")
    assert declared.constructs["information"].expectation == ("e19", "e20", "e21")
    assert declared.items["p19"].column.startswith("19-2. ")
    assert declared.items["e19"].column.startswith("19-1. ")
    assert all(len(each.expectation) in (0, len(each.items)) for each in declared.constructs.values())
    by_items = {each.items: (each.low, each.high) for each in declared.constructs.values()}
    assert by_items[("q1", "q2")] == by_items[("q3", "q4")] == (1, 5)
    assert by_items[("p1", "p2", "p3")] == (1, 7)
    assert next(iter(declared.profile)) == "귀하의 성별을 선택해주세요."


def test_short_names_of_two_sides_are_paired_by_number(draft_of):
    declared = draft_of("kiosk_servqual/kiosk_clean_n194.csv")
    paired = {item: expected for each in declared.constructs.values()
              for item, expected in zip(each.items, each.expectation, strict=False)}
    assert len(paired) >= 18
    assert all(expected == item.replace("x", "e") for item, expected in paired.items())
    assert ("x19", "x20", "x21") in [each.items for each in declared.constructs.values()]
    assert set(declared.profile) == {"sex", "age", "frequency"}


def test_words_are_ordered_and_dont_know_is_missing(draft_of):
    declared = draft_of("psdigqual/base20_cp1252_semicolon.csv")
    assert (declared.responses.encoding, declared.responses.delimiter) == ("cp1252", ";")
    assert declared.responses.missing_codes == ("Não sei",)
    codes = {"discordo totalmente": 1, "discordo": 2, "indiferente": 3, "concordo": 4, "concordo totalmente": 5}
    assert all(declared.items[name].codes == codes for name in declared.items if name != "q27")
    assert declared.constructs["satisfaction"].single == "q27"
    assert declared.items["q27"].codes["insatisfeito"] == 2
    assert declared.profile["Qual seu nível de escolaridade completo?"].order == (
        "Ensino Médio", "Curso Técnico", "Ensino Superior", "Pós-Graduação")
    assert "Qual a sua idade?" not in declared.profile


@pytest.mark.parametrize("name", ["IDENTIDAD_sub.csv", "IDENTIDAD_sub.xlsx"])
def test_stems_are_constructs_whatever_the_format(draft_of, name):
    declared = draft_of(f"identidad_sav/{name}")
    assert {each: len(construct.items) for each, construct in declared.constructs.items()} == {
        "idvi": 3, "comu": 3, "comp": 4, "cult": 3, "atr": 2, "id": 4, "act": 4, "extra": 3}
    assert declared.responses.missing_codes == ("NA",)


@pytest.mark.parametrize(("name", "ends", "single"), [("mobi.csv", (1, 10), "CUSCO"),
                                                      ("mobile_plspm_0_100.csv", (0, 100), "comp")])
def test_two_codings_of_one_survey_have_the_same_constructs(draft_of, name, ends, single):
    declared = draft_of(f"mobi_ecsi/{name}")
    counts = {each: len(construct.items) for each, construct in declared.constructs.items()}
    assert {each: counts[each] for each in ("satisfaction", "loyalty", "image", "quality", "value")} == {
        "satisfaction": 3, "loyalty": 3, "image": 5, "quality": 7, "value": 2}
    assert {(construct.low, construct.high) for construct in declared.constructs.values()} == {ends}
    assert [construct.single for construct in declared.constructs.values() if construct.single] == [single]


def test_the_classic_instrument_is_known_by_its_order(draft_of):
    declared = draft_of("servqual22/SQ.csv")
    assert declared.constructs["assurance"].items == ("a14", "a15", "a16", "a17")
    assert [len(construct.items) for construct in declared.constructs.values()] == [4, 5, 4, 4, 5, 0]
    assert declared.items["a01"].high == 100


def test_a_file_without_items_is_refused(reference_data, tmp_path):
    file = reference_data / "data" / "ny_auto_complaints" / "ny_auto_complaints_2009_2023.csv"
    with pytest.raises(StudyError, match="No column looks like an item"):
        drafting.new(tmp_path / "mine", file)
    assert not list(tmp_path.iterdir())


def test_a_workbook_of_several_sheets_wants_one_named(reference_data, tmp_path):
    with pytest.raises(DataError, match=r"several sheets: 전체.*--sheet"):
        drafting.new(tmp_path / "mine", reference_data / "data" / "kiosk_servqual" / "survey_responses_ko.xlsx")
