"""What the simulated numbers say: VALIDATION.md is made of the tables in ``validation/`` alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd
import validation_design as design

LOW, HIGH = 0.925, 0.975  # what an interval of 95 % may cover; a test may reject as much as its complement
CONDITION = ["answers", "missing", "method"]
KINDS = {"loadings": ("=~",), "paths and indirect effect": ("~", ":="), "variances": ("~~",),
         "intercepts and thresholds": ("~1", "|")}
# Why theory promises nothing, by what a condition is; the first that fits.
NO_PROMISE: tuple[tuple[Callable[[str, str, str], bool], str], ...] = (
    (lambda answers, missing, method: method == "MLR listwise",
     "rows are dropped by what was answered, so that those that stay are no sample of the population; listwise "
     "deletion is right only where answers are missing completely at random"),
    (lambda answers, missing, method: method == "WLSMV pairwise",
     "polychoric correlations of pairs are right only where answers are missing completely at random"),
    (lambda answers, missing, method: method in ("ML", "FIML ML") and answers != "normal",
     "errors and test of ML presume normal answers; with heavy tails its test rejects too often and variances have "
     "errors that are too small"),
    (lambda answers, missing, method: method.startswith("FIML") and answers != "normal",
     "the normal likelihood is right about holes only if answers depend on each other linearly; skewed and rated ones "
     "do not, so that estimates and test are right only approximately"),
)
INTRODUCTION = """\
# How far intervals and tests can be trusted

Made by `make validate` from the tables in `validation/`; only the explanations are written by hand.

Every cell draws samples from one population, fits the model to each and counts. The population is that of a small
study of service quality (`validation_design.py`): three constructs with ten items, standardized loadings of .68 to
.80, paths of .30 to .50, an indirect effect of .20. Answers are **normal**; **skewed** (every item skew 2, excess
kurtosis 7, by Vale & Maurelli's method); or on **5-point** scales (shares 4, 8, 18, 40, 30 %). They are **complete**,
or four items lack **15 %** of their answers each, at random given another item (**MAR**: the higher `q1`, the likelier
the hole), which leaves half of the respondents complete.

What counts as true: the population's parameters; for maximum likelihood on five points, which estimates something
else, what the same estimator finds in a million complete answers. An interval of 95 % should cover it in 92.5 to
97.5 % of the samples, a test at 5 % reject in 2.5 to 7.5 %. What lies outside is marked `!`. With 2,000 samples the
Monte-Carlo error of such a share is half a percentage point, with 500 one, with 200 one and a half: a mark next to
the limit may be chance.
"""


def document(tables: Mapping[str, pd.DataFrame]) -> str:
    """Write the document.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        ``samples parameters tests gates``, and ``lavaan`` where the comparison was run.
    """
    return "\n".join(_sections(tables)).rstrip("\n") + "\n"


def _sections(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    grid = {name: table[table["n"].isin(design.SIZES)] for name, table in tables.items() if "n" in table}
    yield INTRODUCTION
    yield "## Samples per cell\n\n`make validate` computes cells that are not there yet or have fewer than asked for.\n"
    yield _wide(grid["samples"], lambda part: f"{part['replications'].iloc[0]:,}")
    yield "## Type-I error of the tests of fit\n\nShare of samples in which the true model is rejected at 5 %, in %.\n"
    yield _wide(_own(grid["tests"]), lambda part: _share(part["rejection"].iloc[0], 1 - HIGH, 1 - LOW))
    for kind, operators in KINDS.items():
        part = grid["parameters"][grid["parameters"]["op"].isin(operators)]
        if part.empty:
            continue
        yield f"## Coverage of 95 % intervals: {kind}\n\nMedian over the parameters in %, in brackets the extremes.\n"
        yield _wide(part, _coverage)
    yield "## Relative bias\n\nMedian of its absolute values over all parameters in %, the largest in brackets.\n"
    yield _wide(grid["parameters"], _bias)
    yield "## Mean standard error over the standard deviation of the estimates\n\nMedian, smallest and largest.\n"
    yield _wide(grid["parameters"], lambda part: _range(part["se.ratio"], "{:.2f}"))
    yield _promises(grid["parameters"], grid["tests"])
    yield _failures(grid["samples"])
    yield _alarms(tables["gates"])
    if len(tables.get("lavaan", ())):
        yield _lavaan(tables["lavaan"])


def _own(tests: pd.DataFrame) -> pd.DataFrame:
    """Keep the test that a method reports: the plain chi-square of ML, the scaled one of the others."""
    plain = tests["method"].isin(["ML", "FIML ML"])
    return tests[tests["test"].where(~plain, "chisq") == tests["test"].where(plain, "chisq.scaled")]


def _wide(table: pd.DataFrame, shown: Callable[[pd.DataFrame], str]) -> str:
    """One row per condition, one column per n."""
    order = [*design.ANSWERS], ["complete", "15 % MAR"], [*design.METHODS]
    rows = []
    for key, part in table.groupby(CONDITION, sort=False):
        by_n = {n: shown(each) for n, each in part.groupby("n")}
        place = tuple(names.index(name) for names, name in zip(order, key, strict=True))
        rows.append((place, [*key, *(by_n.get(n, "-") for n in design.SIZES)]))
    heads = [*CONDITION, *(f"n = {n}" for n in design.SIZES)]
    return _table(heads, [row for _, row in sorted(rows, key=lambda each: each[0])])


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def _share(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f}" + ("" if low <= value <= high else " !")


def _coverage(part: pd.DataFrame) -> str:
    inside = part["coverage"].between(LOW, HIGH).all()
    return _range(100 * part["coverage"], "{:.1f}") + ("" if inside else " !")


def _range(values: pd.Series, form: str) -> str:
    return f"{form.format(values.median())} ({form.format(values.min())}-{form.format(values.max())})"


def _bias(part: pd.DataFrame) -> str:
    relative = 100 * part["bias.relative"].abs()
    return f"{relative.median():.1f} ({relative.max():.1f})"


def promised(answers: str, missing: str, method: str) -> str:
    """Why theory promises nothing in a condition; "" where it promises the nominal level in large samples."""
    return next((why for fits, why in NO_PROMISE if fits(answers, missing, method)), "")


def _promises(parameters: pd.DataFrame, tests: pd.DataFrame) -> str:
    lines = ["## Where theory makes no promise, and why\n"]
    seen = tests[CONDITION].drop_duplicates().itertuples(index=False, name=None)
    by_reason: dict[str, list[str]] = {}
    for key in seen:
        if why := promised(*key):
            by_reason.setdefault(why, []).append(f"{key[2]} on {key[0]} answers")
    lines += [f"- {', '.join(dict.fromkeys(where))}: {why}." for why, where in by_reason.items()]
    lines += ["", "## Where it promises the nominal level and the samples say otherwise\n",
              "The promise is one for large samples. Intervals are symmetric around the estimate, while estimates of "
              "variances and of products of paths are skewed; the sandwich of MLM and MLR estimates fourth moments, "
              "which takes many respondents, the more the heavier the tails; and chi-square tests of every kind reject "
              "too often while the sample is small for the number of items.\n"]
    lines += [f"- {line}" for line in _broken(parameters, tests)] or ["- nowhere"]
    return "\n".join(lines) + "\n"


def _broken(parameters: pd.DataFrame, tests: pd.DataFrame) -> Iterator[str]:
    for (*key, n), part in parameters.groupby([*CONDITION, "n"], sort=False):
        if promised(*key):
            continue
        out = part[~part["coverage"].between(LOW, HIGH)].sort_values("coverage")
        said = [f"{row.lhs} {row.op} {row.rhs} {100 * row.coverage:.1f}" for row in out.itertuples()]
        test = _own(tests)
        test = test[(test[[*CONDITION, "n"]] == [*key, n]).all(axis=1)]
        said += [f"{row.test} rejects {100 * row.rejection:.1f}" for row in test.itertuples()
                 if not 1 - HIGH <= row.rejection <= 1 - LOW]
        if said:
            more = f" and {len(said) - 4} more" if len(said) > 5 else ""
            shown = said if not more else said[:3] + said[-1:]
            yield f"{key[2]}, {key[0]}, {key[1]}, n = {n}: {'; '.join(shown)}{more}"


def _failures(samples: pd.DataFrame) -> str:
    heads = [*CONDITION, "n", "samples", "used", "refused", "not converged", "no errors", "improper", "stopped"]
    columns = [*CONDITION, "n", "replications", "used", "refused", "not_converged", "no_errors", "improper", "stopped"]
    odd = samples[(samples["used"] < samples["replications"]) | (samples["improper"] > 0) | (samples["stopped"] > 0)]
    rows = [list(row) for row in odd[columns].itertuples(index=False, name=None)]
    return ("## Samples without an estimate, and improper solutions\n\nSamples without estimates or errors are left "
            "out of all tables; improper ones and those stopped by a gate are kept. Cells that are not listed had "
            "neither.\n\n"
            + _table(heads, rows))


def _alarms(gates: pd.DataFrame) -> str:
    """Rates of the method that reports use by default on complete answers."""
    here = gates[(gates["missing"] == "complete") & (gates["method"] == "MLR") & (gates["severity"] != "info")]
    sizes = sorted(here["n"].unique())
    rows = []
    for (answers, gate, severity), part in here.groupby(["answers", "gate", "severity"], sort=False):
        by_n = {row.n: f"{100 * row.failed:.2f}" for row in part.itertuples()}
        if (part["failed"] > 0).any():
            rows.append([answers, gate, severity, *(by_n.get(n, "0.00") for n in sizes)])
    silent = sorted(set(here["gate"]) - {row[1] for row in rows})
    return ("## False alarms of the gates\n\nShare of samples in %, MLR on complete answers: the model is right and "
            "the population proper, so that every alarm is a false one (but for `sample_size`, which looks at n and "
            "the number of parameters alone).\n\n"
            + _table(["answers", "gate", "severity", *(f"n = {n}" for n in sizes)], rows)
            + f"\nNever: {', '.join(silent)}.\n")


def _lavaan(table: pd.DataFrame) -> str:
    rows = [[row.answers, row.missing, row.method, str(row.n), str(row.samples), f"{row.est:.1e}", f"{row.se:.1e}",
             f"{row.chisq:.1e}", f"{row.pvalue:.1e}", f"{100 * row.coverage:.2f}", f"{100 * row.rejection:.2f}"]
            for row in table.itertuples()]
    return ("## The same samples in lavaan\n\nLargest difference over samples and parameters: of estimates in "
            "standard errors, of standard errors and of the test of fit relative, of its p-value absolute; then the "
            "largest difference of any parameter's coverage, and that of the rejection rate, in percentage points. "
            f"lavaan {table['version'].iloc[0]} stops its search 1e-5 to 3e-4 standard errors short of the "
            "optimum.\n\n"
            + _table([*CONDITION, "n", "samples", "est", "se", "chisq", "p", "coverage", "rejection"], rows))
