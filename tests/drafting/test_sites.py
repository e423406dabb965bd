"""Each survey site writes its files in a way of its own; each becomes a sound study at once."""

from __future__ import annotations

import pytest

from helpers import drafting
from helpers.errors import DataError

AGREE_ZH = ["非常不同意", "不同意", "一般", "同意", "非常同意"]
AGREE = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]


@pytest.fixture
def chinese(sheet):
    """An export of 问卷星: answers in words, a matrix question, a check of attention, what the site adds."""
    sheet.add("序号", lambda row: row + 1)
    sheet.add("提交答卷时间", lambda row: f"2024/5/{1 + row % 28} 10:{row % 60:02d}:11")
    sheet.add("所用时间", lambda row: f"{90 + 7 * row % 400}秒")
    sheet.pick("来源", ["微信", "链接"])
    sheet.add("来自IP", lambda row: f"110.53.{row % 250}.{row % 199}(湖南-长沙)")
    sheet.pick("1、您的性别：", ["男", "女"])
    sheet.pick("2、您的年龄段：", ["18岁以下", "18~25", "26~30", "31~40", "60以上"])
    sheet.pick("3、您目前的学历：", ["高中及以下", "大专", "本科", "硕士及以上"])
    sheet.pick("4、您通过哪些渠道了解保险(可多选)", ["网络┋朋友", "电视", "网络┋电视┋朋友", "朋友"])
    rows = ("理赔速度快", "理赔手续简单", "理赔结果公正")
    sheet.block([f"5、请评价以下各项服务—{row}" for row in rows], words=AGREE_ZH)
    sheet.block(["6、我相信该公司会保护我的信息", "7、我信任该公司", "8、该公司值得信赖", "9、我担心该公司隐瞒信息"],
                seed=2, words=AGREE_ZH, turned=["9、我担心该公司隐瞒信息"])
    sheet.add("10、本题请选择“不同意”", lambda row: "不同意" if row % 20 else "同意")
    sheet.block(["11、总体而言我对该公司满意", "12、该公司的服务让我满意"], seed=3, words=AGREE_ZH)
    sheet.add("13、您向朋友推荐该公司的可能性（0-10分）", lambda row: row % 11)
    sheet.add("14、您的建议", lambda row: f"希望理赔更快一些，第{row}条")
    sheet.add("总分", lambda row: 40 + row % 50)
    return sheet


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_wenjuanxing(chinese, drafted, text_of, encoding):
    declared = drafted(chinese, encoding=encoding)
    responses = declared.responses
    assert (responses.respondent, responses.duration) == ("序号", "所用时间")
    assert set(responses.drop) == {"提交答卷时间", "来源", "来自IP", "14、您的建议"}
    assert responses.attention_checks == {"10、本题请选择“不同意”": "不同意"}
    assert [each.items or (each.single,) for each in declared.constructs.values()] == [
        ("q5_1", "q5_2", "q5_3"), ("q6", "q7", "q8", "q9"), ("q11", "q12"), ("q13",)]
    assert list(declared.constructs)[1:] == ["trust", "satisfaction", "recommend"]
    assert declared.nps == "q13"
    assert declared.items["q6"].codes == {word: code for code, word in enumerate(AGREE_ZH, start=1)}
    assert declared.reversed == ()
    assert "# reversed: [q9]  # check: " in text_of(declared)
    assert declared.profile["2、您的年龄段："].order == ("18岁以下", "18~25", "26~30", "31~40", "60以上")
    assert declared.profile["3、您目前的学历："].order == ("高中及以下", "大专", "本科", "硕士及以上")
    assert declared.languages == ("zh", "en")
    for left in ("4、您通过哪些渠道了解保险(可多选)", "总分"):
        assert f"#     {left}" in text_of(declared)


def test_google_forms(sheet, drafted):
    sheet.add("Timestamp", lambda row: f"2024/05/{1 + row % 28} 3:{row % 60:02d}:11 PM GMT+8")
    sheet.add("Email Address", lambda row: f"u{row}@example.com")
    sheet.pick("What is your gender?", ["Male", "Female", "Prefer not to say"])
    sheet.pick("What is your highest level of education?", ["High School", "Bachelor Degree", "Master Degree"])
    sheet.add("How old are you?", lambda row: 18 + row % 50)
    sheet.block([f"Do you agree? [{row}]" for row in ("Staff are polite", "Staff are quick", "Staff listen")],
                words=AGREE)
    sheet.spoil("Do you agree? [Staff listen]", "Don't know")
    sheet.block(["I trust my insurer.", "My insurer is honest.", "I can rely on my insurer."], seed=2)
    sheet.add("Please select 'Agree' for this item.", lambda row: "Agree" if row % 25 else "Disagree")
    sheet.add("Any other comments?", lambda row: f"comment {row}" if row % 3 == 0 else "")
    declared = drafted(sheet)
    assert declared.responses.missing_codes == ("Don't know",)
    assert set(declared.responses.drop) == {"Timestamp", "Email Address", "Any other comments?"}
    assert declared.responses.attention_checks == {"Please select 'Agree' for this item.": "Agree"}
    assert [len(each.items) for each in declared.constructs.values()] == [3, 3]
    assert declared.constructs["trust"].items == ("q09", "q10", "q11")
    assert set(declared.profile) == {"What is your gender?", "What is your highest level of education?"}
    assert {item.column for item in declared.items.values()}.isdisjoint({"How old are you?"})


def test_limesurvey(sheet, drafted):
    sheet.add("id", lambda row: row + 5)
    sheet.add("submitdate", lambda row: f"2024-05-{1 + row % 28:02d} 10:{row % 60:02d}:00")
    sheet.add("lastpage", lambda row: 7)
    sheet.add("startlanguage", lambda row: "en")
    sheet.add("token", lambda row: f"t{row:05d}")
    sheet.block([f"TRU[SQ{number:03d}]" for number in (1, 2, 3)], words=["A1", "A2", "A3", "A4", "A5"])
    sheet.block([f"SAT[SQ{number:03d}]" for number in (1, 2, 3)], seed=2, words=["A1", "A2", "A3", "A4", "A5"])
    sheet.add("interviewtime", lambda row: f"{100 + row * 1.37:.2f}")
    sheet.add("groupTime12", lambda row: f"{10 + row * 0.37:.2f}")
    declared = drafted(sheet)
    assert {name: each.items for name, each in declared.constructs.items()} == {
        "trust": ("TRU_001", "TRU_002", "TRU_003"), "satisfaction": ("SAT_001", "SAT_002", "SAT_003")}
    assert declared.items["TRU_001"].codes == {f"a{code}": code for code in range(1, 6)}
    assert (declared.responses.respondent, declared.responses.duration) == ("id", "interviewtime")
    assert {"submitdate", "groupTime12", "token"} <= set(declared.responses.drop)


def test_sosci_survey(sheet, drafted):
    sheet.add("CASE", lambda row: row + 100)
    sheet.add("QUESTNNR", lambda row: "base")
    sheet.block([f"VT01_0{number}" for number in (1, 2, 3)])
    sheet.block([f"ZU02_0{number}" for number in (1, 2, 3)], seed=2)
    sheet.spoil("VT01_02", "-9")
    sheet.spoil("ZU02_01", "-1")
    sheet.add("TIME001", lambda row: 5 + row % 40)
    sheet.add("TIME_SUM", lambda row: 100 + row)
    declared = drafted(sheet, delimiter="\t", encoding="utf-16")
    assert [each.items for each in declared.constructs.values()] == [
        ("VT01_01", "VT01_02", "VT01_03"), ("ZU02_01", "ZU02_02", "ZU02_03")]
    assert set(declared.responses.missing_codes) == {"-9", "-1"}
    assert (declared.responses.respondent, declared.responses.duration) == ("CASE", "TIME_SUM")


def test_thesis_with_pairs_and_letters(sheet, drafted):
    sheet.pick("性别", ["1", "2"])
    sheet.pick("学历", ["1", "2", "3"])
    sheet.block([f"E{number}" for number in range(1, 5)], high=7)
    sheet.block([f"P{number}" for number in range(1, 5)], high=7, seed=2)
    sheet.block([f"LOY{number}" for number in range(1, 4)], high=7, seed=3)
    sheet.spoil("LOY2", "99")
    declared = drafted(sheet)
    assert declared.constructs["loyalty"].items == ("LOY1", "LOY2", "LOY3")
    paired = [each for each in declared.constructs.values() if each.expectation]
    assert [(each.items, each.expectation) for each in paired] == [(("P1", "P2", "P3", "P4"), ("E1", "E2", "E3", "E4"))]
    assert declared.responses.missing_codes == ("99",)
    assert set(declared.profile) == {"性别", "学历"}
    assert declared.items["LOY2"].high == 7


def test_matrices_of_expectation_and_perception_pair_by_their_rows(sheet, drafted):
    rows = ["救援安全", "信息不外泄", "解释条款", "让人放心"]
    points = ["1分", "2分", "3分", "4分", "5分"]
    sheet.block([f"1、您对保险公司服务的期望—{row}" for row in rows], words=points)
    sheet.block([f"2、您对保险公司服务的感知—{row}" for row in rows], seed=2, words=points)
    declared = drafted(sheet)
    (construct,) = declared.constructs.values()
    assert construct.items == ("q2_1", "q2_2", "q2_3", "q2_4")
    assert construct.expectation == ("q1_1", "q1_2", "q1_3", "q1_4")
    assert declared.items["q2_1"].codes["4分"] == 4


def test_weights_sliders_waves_and_clusters(sheet, drafted):
    sheet.block([f"sat{number}" for number in (1, 2, 3)], low=0, high=100)
    sheet.block([f"tr{number}" for number in (1, 2, 3)], high=7, seed=2)
    sheet.add("w_ph", lambda row: 20 + row % 30)
    sheet.add("w_inf", lambda row: 10 + row % 17)
    sheet.add("w_psy", lambda row: 70 - row % 30 - row % 17)
    sheet.pick("wave", ["2024", "2025"])
    sheet.pick("branch", [f"B{number:02d}" for number in range(12)])
    sheet.add("income", lambda row: 1000 + 37 * row)
    declared = drafted(sheet)
    assert declared.roles["weights"] == ("w_ph", "w_inf", "w_psy")
    assert (declared.constructs["satisfaction"].low, declared.constructs["satisfaction"].high) == (0, 100)
    assert declared.wave.order == ("2024", "2025")
    assert list(declared.clusters) == ["branch"]


def test_an_encoding_that_cannot_be_told_is_asked_for(sheet, tmp_path):
    sheet.pick("пол", ["муж", "жен"])
    sheet.block([f"доверие{number}" for number in (1, 2, 3)])
    file = sheet.write(tmp_path / "export.csv", encoding="cp1251")
    with pytest.raises(DataError, match="--encoding"):
        drafting.new(tmp_path / "mine", file)
    assert not (tmp_path / "mine").exists()
    made = drafting.new(tmp_path / "mine", file, encoding="cp1251")
    assert made.draft.taken.declared["encoding"] == "cp1251"


def test_a_short_stem_before_a_dash_is_a_section_and_a_sentence_after_it_is_no_side():
    from helpers.drafting.headers import understood

    found = understood("6、满意度—服务符合我的期望")
    assert (found.number, found.section, found.text, found.side) == (6, "满意度", "服务符合我的期望", "")
    assert understood("5、信任—我信任这家公司").section == "信任"
    assert understood("3、理赔速度—期望").side == "expectation"


@pytest.fixture
def qualtrics(sheet):
    """What Qualtrics exports below its column names: question texts, then its own numbers."""
    sheet.add("StartDate", lambda row: f"2024-05-{1 + row % 28:02d} 10:{row % 60:02d}:11")
    sheet.add("IPAddress", lambda row: f"10.0.{row % 200}.{row % 250}")
    sheet.add("Duration (in seconds)", lambda row: 80 + 3 * row)
    sheet.add("ResponseId", lambda row: f"R_{row * 7919 % 1000003}x")
    sheet.block(["Q1_1", "Q1_2", "Q1_3"], words=AGREE)
    sheet.block(["Q2_1", "Q2_2", "Q2_3"], seed=2, words=AGREE)
    sheet.pick("Q3", ["Male", "Female"])
    texts = {name: name for name in sheet.columns} | {"Q3": "What is your gender?"}
    texts |= {f"Q1_{row}": f"I trust my insurer - in case {row}" for row in (1, 2, 3)}
    return sheet, [texts, {name: f'{{"ImportId":"{name}"}}' for name in sheet.columns}]


def test_qualtrics_with_three_header_lines(qualtrics, drafted):
    sheet, below = qualtrics
    declared = drafted(sheet, below=below)
    assert [each.items for each in declared.constructs.values()] == [("Q1_1", "Q1_2", "Q1_3"), ("Q2_1", "Q2_2", "Q2_3")]
    assert declared.items["Q1_2"].text == {"en": "I trust my insurer - in case 2"}
    assert (declared.responses.respondent, declared.responses.duration) == ("ResponseId", "Duration (in seconds)")
    assert set(declared.responses.drop) == {"StartDate", "IPAddress"}
    assert list(declared.profile) == ["Q3"]


def test_titles_above_and_units_below_the_header(sheet, drafted, text_of):
    sheet.block(["tr1", "tr2", "tr3"])
    sheet.block(["sat1", "sat2", "sat3"], seed=2)
    declared = drafted(sheet, above=["保险服务质量调查", "2024 年"], below=[dict.fromkeys(sheet.columns, "(1-5)")])
    assert {name: each.items for name, each in declared.constructs.items()} == {
        "trust": ("tr1", "tr2", "tr3"), "satisfaction": ("sat1", "sat2", "sat3")}
    assert "header: 3  # check: " in text_of(declared)
    assert "skip: [4]  # check: " in text_of(declared)
