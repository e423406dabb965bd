"""A terminal shows bars, a log file plain lines; both say what happened, in the reader's language."""

import io

import pytest

from helpers import errors
from helpers.run import progress


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def _told(stream, language="en"):
    with progress.display(language, stream) as shown:
        shown.begin("demo", "01_survey")
        shown.advance("demo", "01_survey", 3, 12)
        shown.finish("demo", "01_survey", 2.34, good=True)
        shown.begin("demo", "02_reliability")
        shown.finish("demo", "02_reliability", 1.0, good=False)
        shown.complain(errors.RunError.of([errors.Problem("run.negative", {"name": "draws", "found": -1}, "[x]")] * 2))
    return stream.getvalue()


def test_a_log_file_gets_one_line_per_event():
    assert _told(io.StringIO()).splitlines() == [
        "demo  01_survey  begins",
        "demo  01_survey  done in 2.3 s",
        "demo  02_reliability  begins",
        "demo  02_reliability  FAILED after 1.0 s",
        "RunError: [x]: draws is -1; it must be 0 or more.",
        "RunError: [x]: draws is -1; it must be 0 or more.",
    ]


def test_a_terminal_gets_bars_and_the_same_sentences(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    said = _told(_Terminal())
    assert "\x1b[" in said
    for sentence in ("demo  01_survey  done in 2.3 s", "02_reliability  FAILED", "RunError: [x]: draws is -1"):
        assert sentence in said


@pytest.mark.parametrize("stream", [io.StringIO, _Terminal])
def test_chinese_is_said_in_chinese(stream):
    said = _told(stream(), "zh")
    assert "01_survey  完成，用时 2.3 秒" in said
    assert "draws 为 -1" in said


def test_errors_of_several_studies_come_one_after_the_other():
    group = ExceptionGroup("refused", [errors.StudyError("run.no_notebooks", where="a"),
                                       errors.DataError("run.no_notebooks", where="b")])
    assert [line.split(": ")[:2] for line in progress.told(group, "en")] == [["StudyError", "a"], ["DataError", "b"]]
