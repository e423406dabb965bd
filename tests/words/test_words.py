"""The catalogue fills its sentences in the reader's language, and no two rooms share an id."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers import words


def test_lists_are_joined_as_the_language_does() -> None:
    assert words.say("list", "en", items=("a", "b")) == "a, b"
    assert words.say("list", "zh", items=("a", "b")) == "a、b"


def test_numbers_keep_the_format_that_the_sentence_gives_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _catalogue(tmp_path, monkeypatch, a={"x.ci": {"en": "{low:.2f} to {high:.2f}", "zh": "{low:.2f} 至 {high:.2f}"}})
    assert words.say("x.ci", "zh", low=0.123, high=4) == "0.12 至 4.00"


def test_an_id_of_two_rooms_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"x.twice": {"en": "a", "zh": "甲"}}
    _catalogue(tmp_path, monkeypatch, a=entry, b=entry)
    with pytest.raises(ValueError, match=r"b\.json.*x\.twice"):
        words.catalogue()


def test_a_label_in_one_language_serves_both() -> None:
    assert words.pick({"en": "Trust"}, "zh") == "Trust"
    assert words.pick({"en": "Trust", "zh": "信任"}, "zh") == "信任"
    assert words.pick("Trust", "zh") == "Trust"


def _catalogue(folder: Path, monkeypatch: pytest.MonkeyPatch, **rooms: dict) -> None:
    (folder / "catalogue").mkdir()
    for room, entries in rooms.items():
        (folder / "catalogue" / f"{room}.json").write_text(json.dumps(entries), encoding="utf-8")
    monkeypatch.setattr(words.resources, "files", lambda _: folder)
    monkeypatch.setattr(words, "catalogue", words.catalogue.__wrapped__)  # past the cache
