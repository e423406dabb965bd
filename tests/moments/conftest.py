"""What R computed, from tests/oracle."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def oracle() -> Callable[[str], pd.DataFrame]:
    """Read a CSV of tests/oracle by its name without the ending."""
    folder = Path(__file__).resolve().parents[1] / "oracle"
    return lambda name: pd.read_csv(folder / f"{name}.csv", encoding="utf-8")
