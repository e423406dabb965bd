"""What is validated: one population, the answers it gives, and every way to estimate it.

Three constructs with four, three and three items and two paths in a row beside a direct one, the model of a small
study of service quality. Standardized loadings are .68 to .80, paths .30 to .50, an indirect effect of .20.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import helpers
from helpers.sem import Missing

POPULATION = """\
quality =~ 1*q1 + 0.9*q2 + 1*q3 + 0.85*q4
trust =~ 1*t1 + 0.9*t2 + 0.85*t3
loyalty =~ 1*l1 + 0.95*l2 + 0.9*l3
trust ~ 0.5*quality
loyalty ~ 0.3*quality + 0.4*trust
quality ~~ 0.64*quality ; trust ~~ 0.48*trust ; loyalty ~~ 0.4032*loyalty
q1 ~~ 0.36*q1 ; q2 ~~ 0.4816*q2 ; q3 ~~ 0.36*q3 ; q4 ~~ 0.5376*q4
t1 ~~ 0.36*t1 ; t2 ~~ 0.4816*t2 ; t3 ~~ 0.5376*t3
l1 ~~ 0.36*l1 ; l2 ~~ 0.4224*l2 ; l3 ~~ 0.4816*l3"""
MODEL = """\
quality =~ q1 + q2 + q3 + q4
trust =~ t1 + t2 + t3
loyalty =~ l1 + l2 + l3
trust ~ a*quality
loyalty ~ quality + b*trust
indirect := a*b"""
ITEMS = ("q1", "q2", "q3", "q4", "t1", "t2", "t3", "l1", "l2", "l3")
SIZES = (100, 200, 500, 1000)
REPLICATIONS = 2000
SEED = 20261125
# Skew 2 and excess kurtosis 7: the moderately non-normal answers of Curran, West & Finch (1996), Psychological Methods,
# 1, 16-29. Five points: shares as satisfied customers give them (skew -0.9).
ANSWERS = {"normal": {}, "skewed": {"skew": 2.0, "kurtosis": 7.0},
           "5-point": {"proportions": (0.04, 0.08, 0.18, 0.40, 0.30)}}
# Four items lose 15 % of their answers each, the more so the higher q1 is; half of the respondents are then complete.
AT_RANDOM = Missing(0.15, items=("q3", "t2", "l2", "l3"), driver="q1", slope=1.5)
METHODS = {
    "ML": {"estimator": "ML"},
    "MLM": {"estimator": "MLM"},
    "MLR": {"estimator": "MLR"},
    "MLR listwise": {"estimator": "MLR"},
    "FIML ML": {"estimator": "ML", "missing": "fiml"},
    "FIML MLR": {"estimator": "MLR", "missing": "fiml"},
    "WLSMV": {"estimator": "WLSMV", "ordered": ITEMS},
    "WLSMV pairwise": {"estimator": "WLSMV", "ordered": ITEMS, "missing": "pairwise"},
}
COMPLETE, HOLES = ("ML", "MLM", "MLR"), ("MLR listwise", "FIML ML", "FIML MLR")


@dataclass(frozen=True, slots=True)
class Cell:
    """One condition and one method.

    Attributes
    ----------
    answers : {"normal", "skewed", "5-point"}
    missing : {"complete", "15 % MAR"}
    n : int
    method : str
    """

    answers: str
    missing: str
    n: int
    method: str

    @property
    def family(self) -> str:
        """Methods of one family share the samples and, where they can, the search."""
        return next(name for name in ("FIML", "WLSMV", "ML") if self.method.startswith(name))

    @property
    def estimand(self) -> str:
        """The population's parameters, but on five points those that maximum likelihood estimates in a million."""
        return "pseudo" if self.answers == "5-point" and not self.method.startswith("WLSMV") else "population"

    @property
    def drawn(self) -> dict[str, object]:
        """What ``sem.simulate`` is told."""
        return {**ANSWERS[self.answers], **({} if self.missing == "complete" else {"missing": AT_RANDOM})}

    def design(self, replications: int) -> str:
        """Fingerprint of everything that decides the numbers; a cell whose fingerprint changed is computed anew."""
        drawn = {name: asdict(value) if isinstance(value, Missing) else value for name, value in self.drawn.items()}
        said = [POPULATION, MODEL, asdict(self), drawn, METHODS[self.method], self.estimand, SEED, replications,
                helpers.__version__]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def cells() -> Iterator[Cell]:
    """Every cell: complete answers, then answers with holes, then ordinal methods."""
    for missing, methods in (("complete", COMPLETE), ("15 % MAR", HOLES)):
        for answers in ANSWERS:
            for n in SIZES:
                yield from (Cell(answers, missing, n, method) for method in methods)
    for missing, method in (("complete", "WLSMV"), ("15 % MAR", "WLSMV pairwise")):
        yield from (Cell("5-point", missing, n, method) for n in SIZES)
