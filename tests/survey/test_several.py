"""Studies put together for a synthesis: answers and printed matrices side by side, and what cannot be."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers import survey
from helpers.errors import DataError
from helpers.moments import Moments

PRINTED = "data/published/yu_2020"


def test_answers_and_a_printed_matrix() -> None:
    found = survey.several(f"{PRINTED}, data/demo_pilot")
    assert list(found.models) == ["yu_2020", "demo_pilot"]
    samples = found.samples
    assert isinstance(samples["yu_2020"], Moments)
    assert samples["yu_2020"].n == 8345.094
    assert isinstance(samples["demo_pilot"], pd.DataFrame)
    assert list(found.settings) == ["demo_pilot"]
    assert set(found.formats["study"]) == {"demo_pilot"}
    pilot = found.studies[1].analysis
    assert found.analysis is pilot


@pytest.mark.parametrize(("folders", "said"), [
    (PRINTED, "two studies or more"),
    (f"{PRINTED},{PRINTED}", "Several studies are called yu_2020"),
    (f"{PRINTED},data/published/corporate_trust", "corporate_trust is a printed matrix without n"),
])
def test_what_cannot_be_put_together(folders: str, said: str, project_root: Path,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project_root)
    with pytest.raises(DataError, match=said):
        survey.several(folders)
