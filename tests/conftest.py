"""What several rooms' tests stand on: the project's root, the reference data, one run of the demo study."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
# The same examples everywhere, and no clock: a shared machine must not decide whether a test passes.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")
RUN_DEMO = """
import sys
from pathlib import Path
from helpers import run
sys.exit(run.report([sys.argv[1]], reports=Path(sys.argv[2]), draws=1000))
"""


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds README.md, notebooks/ and src/."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def _as_a_user_would_run() -> None:
    """Keep what makes this process strict out of the kernels and programs that tests start."""
    for name in ("PYTHONWARNDEFAULTENCODING", "PYTHONWARNINGS"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of real data sets that may not be shipped."""
    named = os.environ.get("ASSURANCE_REFERENCE_DATA")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"no reference data: {folder} has no folder data/ (ASSURANCE_REFERENCE_DATA names another place)")
    return folder


@pytest.fixture(scope="session")
def demo_report(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Report of the demo study, run once for all tests and all workers: its folder.

    With 1,000 draws, which is enough for what the tests look at; draws that a study declares are tried on a small one.
    """
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    reports, outcome = shared / "demo_reports", shared / "demo_outcome.txt"
    with FileLock(shared / "demo_report.lock"):
        if not outcome.exists():
            reports.mkdir()
            ran = subprocess.run([sys.executable, "-c", RUN_DEMO, str(ROOT / "data" / "demo"), str(reports)],
                                 capture_output=True, encoding="utf-8", check=False, cwd=shared)
            outcome.write_text(f"{ran.returncode}\n{ran.stderr}", encoding="utf-8")
    status, _, said = outcome.read_text(encoding="utf-8").partition("\n")
    if status != "0":
        pytest.fail(f"the demo study's run ended with exit status {status}:\n{said}", pytrace=False)
    return reports / "demo"
