"""One run per study at a time: the second one waits, says for whom, and then finds its work done."""

import threading
import time

import filelock
import pytest

from helpers.run import locks


def test_a_run_waits_for_the_one_at_work_and_says_so(quick):
    assert quick() == 0
    taken = threading.Event()

    def work_for_a_moment():
        with filelock.FileLock(quick.reports / ".tiny.lock"):
            (quick.reports / ".tiny.running").write_text("4711, 2026-01-02 03:04:05", encoding="utf-8")
            taken.set()
            time.sleep(0.5)

    other = threading.Thread(target=work_for_a_moment)
    other.start()
    taken.wait()
    assert quick() == 0
    other.join()
    assert "tiny: another run of this study is at work (process 4711, 2026-01-02 03:04:05)" in quick.said
    assert quick.executed == []


def test_locks_are_released_and_leave_no_note(tmp_path):
    with locks.held(tmp_path, ["b", "a", "b"], waiting=lambda *about: pytest.fail("nobody else is here")):
        assert (tmp_path / ".a.running").is_file()
    with locks.held(tmp_path, ["a"], waiting=lambda *about: pytest.fail("nobody else is here")):
        assert not (tmp_path / ".b.running").exists()


def test_two_calls_that_name_studies_in_another_order_do_not_wait_for_each_other_forever(tmp_path):
    finished = []

    def take(names):
        for _ in range(20):
            with locks.held(tmp_path, names, waiting=lambda *about: None):
                pass
        finished.append(names)

    threads = [threading.Thread(target=take, args=(names,), daemon=True) for names in (["a", "b"], ["b", "a"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(finished) == 2
