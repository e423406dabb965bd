"""Files that every program opens and none runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.errors import RunError
from helpers.report import saving


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "\t=1"])
def test_a_text_that_a_spreadsheet_would_run_is_neutralised(text):
    written = saving.csv_bytes(pd.DataFrame({"level": [text]})).decode("utf-8-sig")
    assert written.splitlines()[1].lstrip('"').startswith("'")


@pytest.mark.parametrize("text", ["=~", "-99", "-1.5", "a=b", "信任", "~"])
def test_operators_numbers_and_ordinary_text_stay_as_they_are(text, tmp_path):
    file = tmp_path / "a.csv"
    saving.write(file, saving.csv_bytes(pd.DataFrame({"op": [text], "n": [1]})))
    assert str(saving.read_csv(file)["op"][0]) == text


def test_numbers_come_back_bit_by_bit(tmp_path):
    values = np.random.default_rng(2).normal(size=200) * 10.0 ** np.arange(-100, 100)
    saving.write(tmp_path / "a.csv", saving.csv_bytes(pd.DataFrame({"est": values})))
    assert (saving.read_csv(tmp_path / "a.csv")["est"].to_numpy() == values).all()


def test_the_users_table_is_not_changed():
    table = pd.DataFrame({"level": ["=1"]})
    saving.csv_bytes(table)
    assert table["level"][0] == "=1"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RunError, match=r"none\.csv: The file cannot be read"):
        saving.read_csv(tmp_path / "none.csv")
