"""Groups compared and claims weighed: R's numbers, known truth, the written rules, refusals."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import cases
from helpers.cases.effect_sizes import noncentral_f, omega_squared, standardized_contrast
from helpers.cases.studentized_range import distribution, quantile
from helpers.cases.welch import welch
from helpers.errors import DataError, gates_table

CLOSED_FORM = 1e-10
SCALES = {"trust": ["tr1", "tr2"], "loyalty": ["lo1", "lo2"]}


@pytest.fixture(scope="module")
def answers(oracle):
    return oracle("cases_data")


@pytest.fixture(scope="module")
def groups(answers):
    return answers[["insurer", "region"]]


def same(ours, theirs, key, tolerances):
    joined = theirs.merge(ours, on=key, suffixes=("", ".ours"), validate="one_to_one")
    assert len(joined) == len(theirs) == len(ours)
    for column, tolerance in tolerances.items():
        np.testing.assert_allclose(joined[f"{column}.ours"].astype(float), joined[column].astype(float), rtol=0,
                                   atol=tolerance, err_msg=column)


def test_means_and_their_intervals_are_those_of_r(answers, groups, oracle):
    table = cases.describe_scales(answers, SCALES, groups)
    same(table, oracle("cases_described"), ["group", "level", "construct"],
         dict.fromkeys(["n", "mean", "sd", "ci.lower", "ci.upper"], CLOSED_FORM))


def test_welchs_test_and_the_share_of_variance_are_those_of_r(answers, groups, oracle):
    table = cases.compare_scales(answers, SCALES, groups)
    # The limits of the noncentral F come from two root searches.
    limits = dict.fromkeys(["omega2.ci.lower", "omega2.ci.upper"], 1e-9)
    same(table, oracle("cases_tests"), ["group", "construct"],
         {**dict.fromkeys(["f", "df1", "df2", "pvalue", "pvalue.holm"], CLOSED_FORM), **limits})


def test_games_howell_is_that_of_r(answers, groups, oracle):
    table = cases.pairwise(answers, SCALES, groups)
    # R's ptukey and qtukey stop at about eight digits.
    same(table, oracle("cases_pairs"), ["group", "construct", "group1", "group2"],
         {**dict.fromkeys(["difference", "se", "df"], CLOSED_FORM), "pvalue": 1e-8, "ci.lower": 1e-4, "ci.upper": 1e-4})


@pytest.mark.parametrize(("q", "k", "df"), [(3.5, 3, 20), (2.0, 6, 5), (4.0, 3, 1.2), (1.0, 4, 2), (5.0, 8, 1000)])
def test_the_studentized_range_is_that_of_scipy(q, k, df):
    from scipy.stats import studentized_range

    assert distribution(q, k=k, df=df) == pytest.approx(studentized_range.cdf(q, k, df), abs=1e-9)


def test_a_quantile_of_the_studentized_range_is_where_its_distribution_says():
    for k, df in [(3, 2.5), (3, 80), (6, 12), (10, 400)]:
        assert distribution(quantile(0.95, k=k, df=df), k=k, df=df) == pytest.approx(0.95, abs=1e-8)


def test_the_noncentral_f_is_that_of_scipy():
    from scipy.special import ncfdtr

    for f, df1, df2, nc in [(3, 2, 50, 4), (0.5, 1, 10, 0), (20, 3, 200, 60)]:
        assert noncentral_f(f, df1=df1, df2=df2, nc=nc) == pytest.approx(ncfdtr(df1, df2, nc, f), abs=1e-10)


def test_our_formula_and_pingouin_give_one_f(answers):
    from helpers.cases.samples import samples

    sample = samples(answers, {"trust": SCALES["trust"]}, answers[["insurer"]])[0]
    weights, a = sample.n / sample.variances, len(sample.n)
    grand = (weights * sample.means).sum() / weights.sum()
    spread = ((1 - weights / weights.sum()) ** 2 / (sample.n - 1)).sum()
    f = ((weights * (sample.means - grand) ** 2).sum() / (a - 1)) / (1 + 2 * (a - 2) / (a**2 - 1) * spread)
    found = welch(sample)
    assert (found.f, found.df2) == pytest.approx((f, (a**2 - 1) / (3 * spread)), rel=1e-12)


def g_of(one, two):
    return standardized_contrast(np.array([one.mean(), two.mean()]), np.array([one.var(ddof=1), two.var(ddof=1)]),
                                 np.array([len(one), len(two)]), np.array([1, -1]), conf_level=0.95)


def test_the_interval_of_g_covers_the_effect_with_unequal_variances():
    random = np.random.default_rng(1)
    means, sds, n = np.array([0.5, 0.0]), np.array([1.0, 2.0]), np.array([40, 25])
    truth, samples, held = 0.5 / np.sqrt((1 + 4) / 2), 2000, 0
    for _ in range(samples):
        one, two = (random.normal(m, s, size) for m, s, size in zip(means, sds, n, strict=True))
        _, lower, upper = g_of(one, two)
        held += lower <= truth <= upper
    assert held / samples == pytest.approx(0.95, abs=0.017)


def test_hedges_g_of_small_samples_is_not_biased():
    random = np.random.default_rng(2)
    values = []
    for _ in range(4000):
        one, two = random.normal(0.8, 1, 8), random.normal(0, 1, 8)
        values.append(g_of(one, two)[0])
    assert np.mean(values) == pytest.approx(0.8, abs=4 * np.std(values) / np.sqrt(4000))


def test_the_interval_of_omega_squared_covers_the_share():
    random = np.random.default_rng(3)
    means, n = np.array([0, 0.3, 0.6]), 50
    between = ((means - means.mean()) ** 2).mean()
    truth, samples, held = between / (between + 1), 1000, 0
    for _ in range(samples):
        drawn = random.normal(means[:, None], 1, size=(3, n))
        f = n * drawn.mean(axis=1).var(ddof=1) / drawn.var(axis=1, ddof=1).mean()
        _, lower, upper = omega_squared(f, df1=2, df2=3 * (n - 1), n=3 * n, conf_level=0.95)
        held += lower <= truth <= upper
    assert held / samples == pytest.approx(0.95, abs=0.025)


def test_games_howell_keeps_its_error_rate_when_nothing_differs():
    random = np.random.default_rng(4)
    labels = pd.DataFrame({"g": np.repeat(["a", "b", "c"], [15, 25, 40])})
    spread = np.repeat([2.0, 1.0, 0.5], [15, 25, 40])
    alarms, samples = 0, 200
    for _ in range(samples):
        table = cases.pairwise(pd.DataFrame({"x": random.normal(0, spread)}), {"x": ["x"]}, labels)
        alarms += (table["pvalue"] < 0.05).any()
    assert alarms / samples == pytest.approx(0.05, abs=0.05)


def test_groups_keep_their_declared_order_and_missing_groups_are_left_out(answers):
    order = ["D", "B", "A", "C"]
    insurer = pd.DataFrame({"insurer": pd.Categorical(answers["insurer"], categories=[*order, "E"], ordered=True)})
    insurer.loc[0, "insurer"] = np.nan
    table = cases.describe_scales(answers, {"trust": SCALES["trust"]}, insurer)
    assert table["level"].tolist() == order
    assert table["n"].sum() == len(answers) - 1
    assert cases.pairwise(answers, {"trust": SCALES["trust"]}, insurer)["group1"].iloc[0] == "D"


def test_missing_answers_leave_a_respondent_out_of_that_scale_only(answers, groups):
    scores = answers.assign(tr1=answers["tr1"].where(answers.index > 4))
    n = cases.compare_scales(scores, SCALES, groups[["insurer"]]).set_index("construct")["n"]
    assert n.to_dict() == {"trust": len(answers) - 5, "loyalty": len(answers)}


@pytest.mark.parametrize(("change", "said"), [
    (lambda a: (a, a[[]]), "No grouping variable is declared"),
    (lambda a: (a, a[["insurer"]].assign(insurer="A")), "only one group"),
    (lambda a: (a, a[["insurer"]].assign(insurer=["X", *a["insurer"][1:]])), r"insurer x trust: .*X \(1\)"),
    (lambda a: (a.assign(tr1=a["tr1"].where(a["insurer"] != "B", 4), tr2=a["tr2"].where(a["insurer"] != "B", 4)),
                a[["insurer"]]), "Everyone in B has the same"),
    (lambda a: (a.head(20), a[["insurer"]]), "have 147 rows and the scores 20"),
    (lambda a: (a.drop(columns="tr2"), a[["insurer"]]), "no columns tr2"),
])
def test_comparisons_refuse_what_they_cannot_compare(answers, change, said):
    scores, groups = change(answers)
    for table in (cases.describe_scales, cases.compare_scales, cases.pairwise):
        with pytest.raises(DataError, match=said):
            table(scores, SCALES, groups)


def test_every_small_group_of_every_scale_is_named_at_once(answers):
    groups = pd.DataFrame({"insurer": ["X", "Y", *answers["insurer"][2:]]})
    with pytest.raises(DataError) as refused:
        cases.compare_scales(answers, SCALES, groups)
    assert len(refused.value.problems) == 2
    assert "X (1), Y (1)" in str(refused.value)


def test_people_who_appear_twice_are_no_independent_groups(answers, groups):
    twice = np.r_[np.arange(len(answers) - 1), 0]
    with pytest.raises(DataError, match="1 respondents appear more than once"):
        cases.compare_scales(answers, SCALES, groups, respondents=twice)
    assert len(cases.compare_scales(answers, SCALES, groups, respondents=np.arange(len(answers)))) == 4


def test_a_comparison_recalls_that_invariance_was_not_tested(answers, groups):
    for table in (cases.compare_scales, cases.pairwise):
        check, = table(answers, SCALES, groups).attrs["checks"]
        assert (check.gate, check.severity, check.passed) == ("composite_comparison", "caution", False)
    for language in ("en", "zh"):
        assert gates_table([check], language)[["found", "criterion", "advice"]].map(len).min().min() > 0


def claim(expect="higher", design="cross-section", outcome="x", compare=("arm", "B", ("A",))):
    return SimpleNamespace(text={"en": "B is better", "zh": "B 更好"}, outcome=outcome, expect=expect, compare=compare,
                           design=design)


def held(difference, declared, n=200, **settings):
    random = np.random.default_rng(5)
    exact = random.normal(size=n)
    exact = (exact - exact.mean()) / exact.std(ddof=1)  # the effect in the sample is the one asked for
    scores = pd.DataFrame({"x": np.r_[exact, exact + difference]})
    arms = pd.DataFrame({"arm": np.repeat(["A", "B"], n)})
    return cases.claims(scores, {}, arms, {"c": declared}, **settings).iloc[0]


@pytest.mark.parametrize(("difference", "expect", "verdict"), [
    (0.5, "higher", "supported"), (-0.5, "higher", "contradicted"), (0.1, "higher", "inconclusive"),
    (-0.5, "lower", "supported"), (0.5, "lower", "contradicted"), (0.0, "no difference", "supported"),
    (0.1, "no difference", "inconclusive"), (0.5, "no difference", "contradicted"),
])
def test_the_verdict_follows_from_the_interval(difference, expect, verdict):
    row = held(difference, claim(expect))
    assert row["verdict"] == verdict
    assert row["grade"] == ("weak" if verdict == "supported" else "none")


@pytest.mark.parametrize(("design", "verdict", "grade", "wording"), [
    ("experiment", "supported", "strong", "causal"), ("controlled", "not analysed", "none", "causal if"),
    ("time series", "not analysed", "none", "causal if"), ("before-after", "supported", "weak", "change"),
    ("cross-section", "supported", "weak", "difference"),
])
def test_causal_words_follow_from_the_design_alone(design, verdict, grade, wording):
    row = held(0.5, claim(design=design))
    assert (row["verdict"], row["grade"], row["wording"]) == (verdict, grade, wording)
    assert held(-0.5, claim(design=design))["wording"] == wording


def test_the_smallest_difference_that_matters_decides_claims_of_no_difference():
    assert held(0.1, claim("no difference"), smallest=0.5)["verdict"] == "supported"
    assert held(0.1, claim("no difference"), smallest=0.05)["verdict"] == "inconclusive"


def test_a_claim_against_several_groups_is_a_contrast_of_their_means(answers, groups):
    declared = {"b": claim(outcome="trust", compare=("insurer", "B", ("A", "C")))}
    row = cases.claims(answers, SCALES, groups, declared).iloc[0]
    means = cases.describe_scales(answers, {"trust": SCALES["trust"]}, groups[["insurer"]]).set_index("level")["mean"]
    assert row["difference"] == pytest.approx(means["B"] - (means["A"] + means["C"]) / 2, abs=1e-12)
    assert row["compared"] == "B - mean(A, C)"
    assert row["n"] == (answers["insurer"] != "D").sum()


def test_a_claim_about_two_groups_is_welchs_test(answers, groups):
    row = cases.claims(answers, SCALES, groups, {"b": claim(outcome="trust", compare=("insurer", "B", ("A",)))}).iloc[0]
    two = groups[["insurer"]].where(groups[["insurer"]].isin(["A", "B"]))
    pair = cases.pairwise(answers, {"trust": SCALES["trust"]}, two).iloc[0]
    ours = -row["ci.upper"], -row["ci.lower"], -row["g"]
    assert ours == pytest.approx((pair["ci.lower"], pair["ci.upper"], pair["g"]))


@pytest.mark.parametrize("declared", [
    claim(outcome="reputation"), claim(compare=("branch", "B", ("A",))), claim(compare=("arm", "B", ("Z",)))])
def test_a_claim_without_data_says_so(declared):
    row = held(0.5, declared)
    assert (row["verdict"], row["grade"], row["n"]) == ("no data", "none", 0)
    assert np.isnan(row["difference"])


def test_claims_speak_the_readers_language_and_refuse_to_be_none():
    assert held(0.5, claim(), language="zh")["text"] == "B 更好"
    with pytest.raises(DataError, match="No claims are declared"):
        cases.claims(pd.DataFrame({"x": [1, 2]}), {}, pd.DataFrame({"arm": ["A", "B"]}), {})


def test_the_same_people_in_two_waves_are_not_analysed_as_two_groups():
    assert held(0.5, claim(design="before-after"), respondents=np.tile(np.arange(200), 2))["verdict"] == "not analysed"


def test_every_code_of_a_claim_has_words_in_both_languages():
    from helpers import words

    rows = [held(d, claim(e, design=g)) for d in (0.5, 0.1, -0.5) for e in ("higher", "lower", "no difference")
            for g in ("experiment", "controlled", "time series", "before-after", "cross-section")]
    for row in [*rows, held(0, claim(outcome="reputation"))]:
        for column in ("verdict", "grade", "wording", "design", "expect"):
            assert words.has(f"value.{column}.{row[column]}")
