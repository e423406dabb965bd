"""What an SPSS file says of its columns is in the draft, and what it declares to be no answer is no group."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from helpers import drafting, studies, survey


def test_a_refused_answer_is_no_group(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    common = rng.normal(size=(80, 1))
    answers = np.clip(np.round(3 + common + .6 * rng.normal(size=(80, 4))), 1, 5)
    frame = pd.DataFrame(answers, columns=["tr1", "tr2", "tr3", "tr4"])
    frame["gender"] = rng.integers(1, 3, 80).astype(float)
    frame.loc[:5, "gender"] = 9
    frame.loc[8, "tr1"] = 99
    pyreadstat.write_sav(frame, tmp_path / "r.sav", column_labels={"tr1": "I trust it", "gender": "Gender"},
                         variable_value_labels={"gender": {1: "Male", 2: "Female", 9: "Refused"}},
                         missing_ranges={"gender": [9], "tr1": [{"lo": 90, "hi": 99}]})
    drafting.new(tmp_path / "study", tmp_path / "r.sav")
    declared = studies.load(tmp_path / "study")
    compared = {**declared.groups, **declared.profile}["gender"]
    assert compared.order == ("1", "2")
    assert declared.labels("en")["2"] == "Female"
    assert declared.labels("en")["tr1"] == "I trust it"
    assert int(survey.load(declared).scores["tr1"].isna().sum()) == 1
