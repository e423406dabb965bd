"""Killed at any moment, the last good report is intact and the next run works; no kernel stays behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from helpers import report
from helpers.run import staging

from . import conftest

KILLS = 50
RUN = """
import os, sys, tempfile
from helpers import run
os.environ |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), {scratch!r})
tempfile.tempdir = None
sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")
sys.exit(run.report([{study!r}], source={suite!r}, reports={reports!r}, force=True))
"""
# Runs are forked off a process that has imported all this, where there is fork: imports write nothing, and without
# them a random moment is one at which a run does something.
IMPORTED = ["helpers.run", "helpers.cli", "helpers.report", "helpers.studies", "papermill", "nbconvert"]


@pytest.fixture
def small(call, tmp_path, monkeypatch):
    """A suite of one notebook and the summary; what the processes write in passing stays in the test's own folder."""
    (call.suite / "02_second.ipynb").unlink()
    (tmp_path / "scratch").mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path / "scratch"))
    return call


def _start(call):
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if forks else "spawn")
    context.set_forkserver_preload(IMPORTED)
    code = RUN.format(study=str(call.study), suite=str(call.suite), reports=str(call.reports),
                      scratch=os.environ["TMPDIR"])
    process = context.Process(target=exec, args=(code, {}))
    process.start()
    return process


def _exit_status(process):
    process.join()
    return process.exitcode


def _kernels(scratch):
    """Kernels of these tests: their connection files lie in the folder of the test."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(scratch) in part for part in process.info["cmdline"] or ()):
            found.append(process)
    return found


def _no_kernel_within(scratch, seconds):
    end = time.monotonic() + seconds
    while _kernels(scratch) and time.monotonic() < end:
        time.sleep(0.2)
    return not _kernels(scratch)


def test_killed_at_fifty_random_moments(small, tmp_path):
    (small.suite / "01_first.ipynb").unlink()
    assert _exit_status(_start(small)) == 0
    began = time.monotonic()
    assert _exit_status(_start(small)) == 0
    duration = time.monotonic() - began
    moments, kills, at_work = np.random.default_rng(20261123), 0, 0
    while kills < KILLS:
        # Three runs of the same study are under way: one works, the others wait, and one takes over when it is killed.
        together = [_start(small) for _ in range(min(3, KILLS - kills))]
        began = time.monotonic()
        for process, moment in zip(together, sorted(moments.uniform(0, duration, len(together))), strict=True):
            time.sleep(max(0, began + moment - time.monotonic()))
            at_work += process.is_alive()
            process.kill()
            process.join()
            kills += 1
        staging.repair(small.folder)
        assert report.verify(small.folder).empty, f"after {kills} kills"
    assert at_work > KILLS / 2
    assert _no_kernel_within(tmp_path / "scratch", 20)
    assert _exit_status(_start(small)) == 0
    assert report.verify(small.folder).empty
    assert not [path.name for path in small.reports.iterdir() if "staging" in path.name or "previous" in path.name]


@pytest.mark.skipif(sys.platform == "win32", reason="a test cannot send Ctrl-C to one process there")
def test_ctrl_c_ends_the_kernels_and_leaves_the_last_good_report(small, tmp_path):
    assert _exit_status(_start(small)) == 0
    before = small.times()
    conftest.write_notebook(small.suite / "02_second.ipynb", "'never begun'")
    marker = tmp_path / "begun"
    conftest.write_notebook(small.suite / "01_first.ipynb", f"open({str(marker)!r}, 'w', encoding='utf-8').close()",
                            "import time; time.sleep(600)")
    code = ("import sys; from helpers import cli, run; "
            f"run.report = __import__('functools').partial(run.report, source={str(small.suite)!r}, "
            f"reports={str(small.reports)!r}); sys.exit(cli.main(['report', {str(small.study)!r}, '--workers', '1']))")
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, encoding="utf-8",
                               env=os.environ | {"PYTHONUTF8": "1"})
    while not marker.exists():
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.endswith("Interrupted. The last good report is unchanged.\n")
    assert "Traceback" not in said
    assert _no_kernel_within(tmp_path / "scratch", 10)
    assert small.times() == before
    assert not list(small.reports.glob(".tiny.staging-*"))
