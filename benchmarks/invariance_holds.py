"""How often `holds` is right: prints the shares that the docstring of `sem.invariance` names.

`python benchmarks/invariance_holds.py [draws] [seed]`. Two constructs of four items, two groups of equal size and
unequal latent means and variances, MLR. "equal": everything else is the same; "intercept": one of the eight intercepts
differs by half a standard deviation of the item. The share of samples in which a level and all before it hold.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from helpers import sem

MODEL = "f =~ a1 + a2 + a3 + a4\ng =~ b1 + b2 + b3 + b4"
POPULATION = ("f =~ .8*a1 + .7*a2 + .6*a3 + .7*a4\ng =~ .8*b1 + .7*b2 + .6*b3 + .7*b4\nf ~~ c(1,1.3)*f + c(.5,.6)*g\n"
              "f ~ c(0,.3)*1\na2 ~ c(0,{shift})*1\n"
              + "\n".join(f"{letter}{at} ~~ {1 - by**2:.2f}*{letter}{at}" for letter in "ab"
                          for at, by in enumerate((0.8, 0.7, 0.6, 0.7), start=1)))
SIZES, TRUTHS = (150, 200, 300, 500), {"equal": 0.0, "intercept": 0.5}


def shares(draws: int = 200, seed: int = 1) -> pd.DataFrame:
    """Share of samples in which each level holds, by truth and total n."""
    rows = []
    for truth, shift in TRUTHS.items():
        for n in SIZES:
            seeds = np.random.SeedSequence([seed, n, int(10 * shift)]).generate_state(draws)
            held = [sem.invariance(MODEL, sem.simulate(POPULATION.format(shift=shift), n=n // 2, seed=int(each)),
                                   group="group").set_index("level")["holds"] for each in seeds]
            rows.append({"truth": truth, "n": n, "draws": draws, **pd.DataFrame(held).mean()})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    print(shares(*map(int, sys.argv[1:])).to_string(index=False))
