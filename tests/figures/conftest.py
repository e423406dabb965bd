"""Tables as the statistics rooms make them, small."""

from __future__ import annotations

import pandas as pd
import pytest

COLUMNS = ["lhs", "op", "rhs", "std.all", "pvalue"]


@pytest.fixture
def parameters() -> pd.DataFrame:
    """A second-order model with mediation, an observed outcome and one covariance."""
    rows = [(name, "=~", f"{name[:3]}1", 0.8, 0.0)
            for name in ("physical", "information", "psychological", "trust", "satisfaction", "loyalty")]
    rows += [("assurance", "=~", part, 0.85, 0.0) for part in ("physical", "information", "psychological")]
    rows += [("trust", "~", "assurance", 0.71, 0.0001), ("satisfaction", "~", "assurance", 0.32, 0.004),
             ("satisfaction", "~", "trust", 0.40, 0.02), ("loyalty", "~", "satisfaction", 0.5, 0.0),
             ("loyalty", "~", "trust", -0.05, 0.4), ("nps", "~", "loyalty", 0.6, 0.0),
             ("physical", "~~", "information", 0.2, 0.01), ("trust", "~~", "trust", 0.5, 0.0)]
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.fixture
def many() -> pd.DataFrame:
    """Ten constructs with arrows that skip layers."""
    paths = [("psychological", "clarity"), ("trust", "physical"), ("trust", "information"), ("trust", "psychological"),
             ("trust", "asymmetry"), ("satisfaction", "trust"), ("satisfaction", "physical"),
             ("satisfaction", "information"), ("satisfaction", "psychological"), ("loyalty", "satisfaction"),
             ("loyalty", "trust"), ("image", "satisfaction"), ("nps", "loyalty"), ("nps", "image")]
    rows = [(lhs, "~", rhs, 0.3, 0.001) for lhs, rhs in paths]
    rows += [("physical", "~~", "information", 0.6, 0.0), ("clarity", "~~", "physical", 0.4, 0.0),
             ("clarity", "~~", "asymmetry", -0.3, 0.0)]
    return pd.DataFrame(rows, columns=COLUMNS)
