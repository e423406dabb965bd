"""Whatever is thrown at `sem.fit`: a result with gates or a refusal that says what to do, never anything else."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpers import sem
from helpers.errors import HelpersError

# Derandomized: the same examples on every machine; enough to reach every branch below within seconds.
BOUNDED = settings(max_examples=60, deadline=None, derandomize=True, database=None,
                   suppress_health_check=[HealthCheck.too_slow])
NAMES = tuple("abcdefgh")
ESTIMATES, STANDARDIZED = ["est", "se"], ["std.lv", "std.all", "std.all.se"]


@st.composite
def data_frames(draw: st.DrawFn) -> pd.DataFrame:
    """Factor-like answers with the faults that exports have."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.sampled_from([0, 1, 2, 5, 9, 15, 40, 120, 300]))
    strength = draw(st.sampled_from([0.0, 0.3, 0.7, 0.95, 1.0]))
    factors = rng.standard_normal((n, 2))
    scores = strength * factors[:, [0, 0, 0, 0, 1, 1, 1, 1]] + np.sqrt(1 - strength**2) * rng.standard_normal((n, 8))
    scores = scores * draw(st.sampled_from([1e-6, 1.0, 30.0, 1e6])) + draw(st.sampled_from([0.0, 4.0, 1e5]))
    frame = pd.DataFrame(scores, columns=list(NAMES))
    fault = draw(st.sampled_from(["none", "none", "none", "rounded", "holes", "column empty", "constant", "copied",
                                  "infinite", "text", "absent", "integers", "nullable", "bool", "group"]))
    return faulty(frame, fault, rng)


def faulty(frame: pd.DataFrame, fault: str, rng: np.random.Generator) -> pd.DataFrame:
    n = len(frame)
    if fault == "rounded":
        return frame.round()
    if fault == "holes":
        return frame.mask(rng.random(frame.shape) < 0.1)
    if fault == "column empty":
        return frame.assign(a=np.nan)
    if fault == "constant":
        return frame.assign(b=3.0)
    if fault == "copied":
        return frame.assign(c=frame["a"] * 2)
    if fault == "infinite":
        return frame.assign(d=np.where(np.arange(n) == 0, np.inf, frame["d"]))
    if fault == "text":
        return frame.assign(e=["often"] * n)
    if fault == "absent":
        return frame.drop(columns="f")
    if fault == "integers":
        return pd.DataFrame(rng.integers(1, 8, frame.shape), columns=frame.columns)
    if fault == "nullable":
        return frame.round().astype("Float64").mask(rng.random(frame.shape) < 0.05)
    if fault == "bool":
        return frame.assign(g=frame["g"] > frame["g"].mean())
    if fault == "group":
        return frame.assign(h=np.where(np.arange(n) % 2, "north", "south"))
    return frame


TERMS = st.sampled_from([*NAMES, "F", "G", "H", "NA*a", "1*b", "0.5*c", "p*d", "p*e", "q*f", "start(0.3)*g", "0*F",
                         "1"])
WRITTEN = st.builds(lambda lhs, op, rhs: f"{lhs} {op} {' + '.join(rhs)}", st.sampled_from([*NAMES, "F", "G", "H"]),
                    st.sampled_from(["=~", "~", "~~"]), st.lists(TERMS, min_size=1, max_size=4))
SENSIBLE = st.sampled_from(["F =~ a + b + c + d", "G =~ e + f + g + h", "F =~ a + b + c\nG =~ e + f + g\nG ~ x*F",
                            "F =~ a + b\nG =~ e + f", "F =~ a + b + c + d + e + f + g + h", "b ~ a\nc ~ b + a",
                            "F =~ a + p*b + p*c\nd ~ F", "F =~ a + b + c\nF ~ e + f", "a ~~ b", "F =~ a"])
EXTRA = st.sampled_from(["", "x == 0.5", "p == q", "i := x*x", "i := p / 0", "x > 0", "p == p", "i := nothing + 1",
                         "a | t1", "F ~~ 0*G", "a ~ 1", "p == 2*q"])
MODELS = st.builds(lambda lines, extra: "\n".join([*lines, extra]),
                   st.lists(st.one_of(SENSIBLE, SENSIBLE, WRITTEN), min_size=1, max_size=3), EXTRA)
OPTIONS = st.fixed_dictionaries({
    "std_lv": st.booleans(), "fixed_x": st.booleans(), "meanstructure": st.sampled_from([None, True, False]),
    "group": st.sampled_from([None, None, None, "h", "absent"]),
    "group_equal": st.sampled_from([(), ("loadings",), ("loadings", "intercepts"), ("nonsense",)]),
})


FACTORS = {"F": "abcd", "G": "efgh"}
USUAL = ("as they are",) * 8 + ("rounded", "integers", "nullable", "boolean item", "wide item", "duplicate index")
FAULTS = ("category item", "object item", "enormous item", "copied item", "constant item", "constant in a group",
          "duplicate column", "half empty")


@st.composite
def respondents(draw: st.DrawFn) -> pd.DataFrame:
    """Answers to two constructs in branches of three cities, with weights, holes and the types that exports have."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.sampled_from([12, 30, 60, 150, 150, 300]))
    factors = rng.standard_normal((n, 2)) @ np.array([[1, draw(st.sampled_from([0.0, 0.5, 0.98]))], [0, 0.8]])
    scores = 0.8 * factors[:, [0] * 4 + [1] * 4] + draw(st.sampled_from([0.1, 0.6, 3.0])) * rng.standard_normal((n, 8))
    scores = scores * rng.choice([1.0, 20.0, 1e-3], 8, p=[0.8, 0.1, 0.1]) + draw(st.sampled_from([0.0, 3.0, 1e4]))
    kind = draw(st.sampled_from(draw(st.sampled_from([USUAL, USUAL, USUAL, FAULTS]))))
    frame = typed(pd.DataFrame(scores, columns=list(NAMES)), kind, rng)
    if draw(st.booleans()):
        frame = frame.mask(rng.random(frame.shape) < draw(st.sampled_from([0.02, 0.02, 0.2, 0.7])))
    city = rng.choice(["north", "south", "west"], n, p=[0.5, 0.5, 0.0] if draw(st.booleans()) else [0.45, 0.45, 0.1])
    return frame.assign(city=pd.Categorical(city) if draw(st.booleans()) else city, branch=rng.integers(0, 12, n),
                        w=rng.choice([0.0, 0.5, 2.0], n))


def typed(frame: pd.DataFrame, kind: str, rng: np.random.Generator) -> pd.DataFrame:
    """Give answers the types and faults of exports."""
    n = len(frame)
    if kind == "rounded":
        return frame.round()
    if kind == "integers":
        return pd.DataFrame(np.clip(np.round(frame / frame.std() + 3), 1, 5), columns=frame.columns).astype("int8")
    if kind == "nullable":
        return frame.round().astype("Int64")
    if kind == "duplicate column":
        return pd.concat([frame, frame[["b"]]], axis=1)
    if kind == "duplicate index":
        return frame.set_axis(np.zeros(n, dtype=int))
    items = {"boolean item": lambda a: a > a.median(), "category item": lambda a: pd.Categorical(a.round()),
             "object item": lambda a: a.astype(object), "wide item": lambda a: a * 1e7,
             "enormous item": lambda a: a * 1e160, "copied item": lambda _: frame["b"], "constant item": lambda _: 4.0,
             "constant in a group": lambda a: a.where(np.arange(n) % 2 == 0, 4.0),
             "half empty": lambda a: a.where(rng.random(n) < 0.5)}
    return frame.assign(a=items[kind](frame["a"])) if kind in items else frame


def rarely(strange: st.SearchStrategy, usual: st.SearchStrategy) -> st.SearchStrategy:
    """Mix in what is strange; integers are not drawn evenly, the ends of a range come often."""
    return st.integers(0, 9).flatmap(lambda n: strange if n == 7 else usual)


PATHS = ("G ~ F", "G ~ x*F", "F =~ e", "a ~~ e", "a ~~ b", "F ~~ 0*G", "F ~~ 1*F", "G ~ h", "H =~ F + G", "d ~ F",
         "a ~ 1", "F ~ 1", "F ~ G", "a ~~ 0*a", "G ~~ v*G", "b ~~ v*b", "F ~ d + h")
CONSTRAINTS = {"p == q": "pq", "p == 0.8": "p", "p + q == 2": "pq", "x == p*q": "xpq", "i := p*x": "px",
               "i := log(p - 2)": "p", "p == q\np == 2\nq == 3": "pq", "i := p/(p - p)": "p", "p == r": "pr"}


@st.composite
def models(draw: st.DrawFn, groups: int) -> str:
    """Two measured constructs and what may connect them: most can be estimated, some only look as if they could."""
    per_group = ("c(p, r)*", "c(p, p)*") if groups == 2 else ()
    before = rarely(st.sampled_from(["NA*", "1*", "c(p, r)*", "0.7*"]),
                    st.sampled_from(["", "", "", "", "p*", "q*", "start(0.5)*", *per_group]))
    lines = [f"{factor} =~ " + " + ".join(draw(before) + item for item in items[: draw(st.sampled_from([2, 3, 4, 4]))])
             for factor, items in FACTORS.items()]
    lines += draw(st.lists(st.sampled_from(PATHS), max_size=3, unique=True))
    text = "\n".join(lines)
    known = {label for label in "pqrxv" if f"{label}*" in text or f"{label}, " in text or f" {label})" in text}
    said = [line for line, names in CONSTRAINTS.items() if set(names) <= known]
    return text + "\n" + draw(rarely(st.sampled_from(list(CONSTRAINTS)), st.sampled_from(["", "", *said])))


@st.composite
def calls(draw: st.DrawFn) -> tuple[pd.DataFrame, str, dict]:
    """Data, model and options of one call: most go together, some do not."""
    group = draw(st.sampled_from([None, None, None, "city", "city", "branch", "a"]))
    equal = st.lists(st.sampled_from(["loadings", "intercepts", "residuals", "means", "regressions", "lv.variances",
                                      "lv.covariances", "residual.covariances"]), max_size=3, unique=True)
    options = {
        "estimator": draw(rarely(st.sampled_from(["OLS", "GLS", "ULS"]),
                                 st.sampled_from(["ML", "MLR", "MLR", "MLM", "mlr"]))),
        "missing": draw(rarely(st.just("pairwise"), st.sampled_from(["listwise", "listwise", "fiml"]))),
        "group": group, "group_equal": draw(equal) if group else draw(rarely(equal, st.just(()))),
        "group_partial": draw(rarely(st.sampled_from([["F =~ b"], ["b ~ 1"], ["F =~ a"], "F =~", "z"]), st.just(()))),
        "cluster": draw(rarely(st.sampled_from(["branch", "city", "e"]), st.sampled_from([None, None, "branch"]))),
        "weights": draw(rarely(st.sampled_from(["w", "branch", "a"]), st.none())),
        "std_lv": draw(st.booleans()), "fixed_x": draw(st.booleans()),
        "meanstructure": draw(st.sampled_from([None, None, True, False])),
        "effect_coding": draw(rarely(st.just(True), st.just(False))),
    }
    if draw(st.integers(0, 4)) == 4:
        options |= {"ordered": draw(rarely(st.sampled_from([["z"], True]),
                                           st.sampled_from([list("abcd"), list(NAMES)]))),
                    "estimator": draw(st.sampled_from(["WLSMV", "WLSMV", "ULSMV", "DWLS", "ML"])), "weights": None,
                    "cluster": None}
        data = draw(respondents())
        items = [name for name in NAMES if pd.api.types.is_float_dtype(data.dtypes.get(name))]
        data = data.assign(**{name: np.round(data[name].rank(pct=True) * 4) for name in items})
        return data, draw(models(2 if group == "city" else 1)), options
    return draw(respondents()), draw(models(2 if group == "city" else 1)), options


def sound(fit: sem.SemFit) -> None:
    """A result is finite where it is not gated, and gated where it is not finite."""
    estimates = fit.parameters[ESTIMATES].to_numpy(dtype=float)
    core = fit.measures[["chisq", "df", "npar", "fmin", "srmr"]].to_numpy(dtype=float)
    assert fit.stopped or (np.isfinite(estimates).all() and np.isfinite(core).all()), fit.parameters.to_string()
    # A variance that is negative by chance is a caution; what is divided by its root does not exist.
    standardized = fit.parameters[STANDARDIZED].to_numpy(dtype=float)
    doubted = any(not check.passed and check.severity != "info" for check in fit.checks)
    assert doubted or np.isfinite(standardized).all(), fit.parameters.to_string()
    assert fit.stopped or fit.converged
    assert list(fit.gates.columns) == ["gate", "severity", "passed", "found", "criterion", "source", "advice"]
    assert fit.measures["chisq"] >= -1e-8 or fit.stopped


def answers() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    return pd.DataFrame(rng.standard_normal((80, 1)) + 0.7 * rng.standard_normal((80, 8)), columns=list(NAMES))


@BOUNDED
@given(data=data_frames(), model=MODELS, options=OPTIONS)
@example(data=answers(), model="F =~ a + p*b + c\ni := p / 0", options={})
@example(data=answers(), model="F =~ a + b + c + d\ni := unknown", options={})
@example(data=answers(), model="F =~ a + p*b + c + d\np == 0.5\np == 0.6", options={})
@example(data=answers().assign(h=list("ns") * 40), model="F =~ a + b + c + d", options={"group": "h"})
def test_a_result_or_a_refusal(data: pd.DataFrame, model: str, options: dict) -> None:
    before = data.copy(deep=True)
    try:
        sound(sem.fit(model, data, **options))
    except HelpersError as refusal:
        for language in ("en", "zh"):
            assert refusal.sentence(language)
    pd.testing.assert_frame_equal(data, before)


@settings(BOUNDED, max_examples=40)
@given(call=calls())
def test_any_estimator_grouping_and_treatment_ends_in_a_result_or_a_refusal(call: tuple) -> None:
    data, model, options = call
    before = data.copy(deep=True)
    try:
        fit = sem.fit(model, data, **options)
        sound(fit)
        assert all(sentence for sentence in fit.gates["found"])
        repr(fit)
    except HelpersError as refusal:
        assert refusal.sentence("en") and refusal.sentence("zh")
    pd.testing.assert_frame_equal(data, before)


@BOUNDED
@given(text=st.text(alphabet="abF=~+*:|<>()0.5, \n#\"'_NA^/-;", max_size=60))
def test_any_text_is_a_model_or_is_refused(text: str) -> None:
    rng = np.random.default_rng(7)
    data = pd.DataFrame(rng.standard_normal((60, 2)), columns=["a", "b"])
    try:
        sound(sem.fit(text, data))
    except HelpersError as refusal:
        assert refusal.sentence("en")


@st.composite
def printed(draw: st.DrawFn) -> dict:
    """Matrices as people type them: asymmetric, not positive definite, of the wrong size, without names or n."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    p = draw(st.integers(1, 5))
    root = rng.standard_normal((p, p + draw(st.integers(0, 4))))
    cov = root @ root.T
    cov[0, -1] += draw(st.sampled_from([0.0, 0.0, 0.0, 0.5, np.nan, np.inf]))
    names = list(NAMES[:draw(st.sampled_from([p, p, p, p + 1]))])
    return {"cov" if draw(st.booleans()) else "cor": cov, "names": draw(st.sampled_from([names, names, None])),
            "n": draw(st.sampled_from([100, 100, 3, 0, -5, None, 2.5, np.nan, "many"])),
            "sds": draw(st.sampled_from([None, None, [1.0] * p, [0.0] * p, "wide"]))}


@BOUNDED
@given(given_moments=printed(), model=st.sampled_from(["F =~ a + b + c", "b ~ a", "a ~~ b", "F =~ a + b + c + d + e"]))
def test_any_printed_matrix_is_fitted_or_refused(given_moments: dict, model: str) -> None:
    try:
        sound(sem.fit(model, moments=sem.Moments(**given_moments)))
    except HelpersError as refusal:
        assert refusal.sentence("en")


@BOUNDED
@given(seed=st.integers(0, 10_000), width=st.sampled_from([0.01, 1.0, 100.0]), order=st.permutations(list(NAMES[:6])))
def test_order_and_width_of_the_items_do_not_matter(seed: int, width: float, order: list[str]) -> None:
    """What is standardized, and the test of fit, stay as they are."""
    rng = np.random.default_rng(seed)
    factors = rng.standard_normal((200, 2)) @ np.array([[1, 0.4], [0, 0.9]])
    scores = 0.7 * factors[:, [0, 0, 0, 1, 1, 1]] + 0.7 * rng.standard_normal((200, 6))
    data = pd.DataFrame(scores, columns=list(NAMES[:6]))
    model = "F =~ a + b + c\nG =~ d + e + f\nG ~ F"
    one, other = sem.fit(model, data), sem.fit(model, data[order] * width)
    assert np.isclose(one.measures["chisq"], other.measures["chisq"], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(one.parameters["std.all"], other.parameters["std.all"], atol=1e-7)
    np.testing.assert_allclose(one.parameters["std.all.se"], other.parameters["std.all.se"], atol=1e-7)
    np.testing.assert_allclose(one.parameters["pvalue"], other.parameters["pvalue"], atol=1e-6)
