"""What the benchmarks fit: 34 five-point items, eight constructs, a model with indirect effects, n = 600, simulated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers import sem

SIZES = {"physical": 4, "information": 5, "psychological": 4, "clarity": 4, "trust": 6, "satisfaction": 3,
         "loyalty": 5, "asymmetry": 3}
PATHS = {"psychological": {"clarity": 0.5}, "trust": {"physical": 0.2, "information": 0.3, "psychological": 0.3},
         "satisfaction": {"trust": 0.5, "physical": 0.2}, "loyalty": {"satisfaction": 0.5, "trust": 0.3}}
RESIDUAL = {"psychological": 0.75, "trust": 0.5, "satisfaction": 0.5, "loyalty": 0.5}
RELATED = ("physical", "information", "clarity", "asymmetry")
HOLES = 0.08


def items(name: str) -> list[str]:
    """Name the items of a construct."""
    return [f"{name[:3]}{number}" for number in range(1, SIZES[name] + 1)]


def measurement() -> str:
    """Write the measurement part."""
    return "\n".join(f"{name} =~ {' + '.join(items(name))}" for name in SIZES)


def model() -> str:
    """Write the model that is estimated."""
    return "\n".join([measurement(), *(f"{name} ~ {' + '.join(causes)}" for name, causes in PATHS.items())])


def answers() -> pd.DataFrame:
    """Draw five-point answers from the same model with values."""
    lines = [f"{name} =~ {' + '.join(f'0.8*{item}' for item in items(name))}" for name in SIZES]
    lines += [f"{name} ~ {' + '.join(f'{value}*{cause}' for cause, value in causes.items())}"
              for name, causes in PATHS.items()]
    lines += [f"{name} ~~ {value}*{name}" for name, value in RESIDUAL.items()]
    lines += [f"{one} ~~ 0.4*{other}" for place, one in enumerate(RELATED) for other in RELATED[place + 1:]]
    lines += [f"{item} ~~ 0.36*{item}" for name in SIZES for item in items(name)]
    return (sem.simulate("\n".join(lines), n=600, seed=20261123).clip(-2, 2).round() + 3).astype(float)


def with_holes(data: pd.DataFrame) -> pd.DataFrame:
    """Lose answers at random."""
    return data.mask(np.random.default_rng(20261123).random(data.shape) < HOLES)


def in_two_groups(data: pd.DataFrame) -> pd.DataFrame:
    """Split the respondents in halves, told apart by ``insurer``."""
    return data.assign(insurer=np.where(np.arange(len(data)) % 2, "one", "other"))
