"""Large files are read in whole pieces: never otherwise than record by record, and never when they are odd."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import reading
from helpers.errors import DataError
from helpers.reading import recent, regular

CELLS = st.sampled_from(["", " ", "1", "2", "5", "12345678", "123456789", "七", "不知道怎么办", "a b", " 4", "4 ",
                         "\u3000", "-99", "é", "x" * 40])
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=40)


def read(file: Path, **how: object) -> tuple[object, ...]:
    """What a file holds, or why it is refused."""
    try:
        raw = reading.read(file, **how)
    except DataError as error:
        return tuple((problem.id, problem.where) for problem in error.problems)
    cells = {name: raw.frame[name].tolist() for name in raw.frame}
    levels = {name: raw.frame[name].cat.categories.tolist() for name in raw.frame}
    return cells, levels, raw.lines.tolist(), raw.columns, raw.how


def both(file: Path, piece: int, **how: object) -> tuple[tuple[object, ...], tuple[object, ...], bool]:
    """Read record by record, then in pieces; whether the pieces were enough."""
    taken = []
    gather = regular.gather
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recent, "_SETTLED", 10**18)  # nothing is kept at hand
        one = read(file, **how)
        patch.setattr(regular, "SMALLEST", 0)
        patch.setattr(regular, "PIECE", piece)
        patch.setattr(regular, "gather", lambda *args, **more: taken.append(gather(*args, **more)) or taken[-1])
        return one, read(file, **how), bool(taken) and taken[0] is not None


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from([",", "\t", ";"]), st.integers(30, 400), st.booleans())
def test_pieces_give_what_records_give(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str,
                                       sign: str, piece: int, closed: bool) -> None:
    text = end.join(sign.join(row) for row in [["id", "q1", "q2"], *rows]) + (end if closed else "")
    file = tmp_path_factory.mktemp("pieces") / "r.csv"
    file.write_bytes(text.encode("utf-8"))
    for how in ({}, {"columns": ["q2"]}, {"skip": [2, 5]}):
        one, other, _ = both(file, piece, **how)
        assert one == other


@pytest.mark.parametrize(("text", "enough"), [
    ("id,q1\n1,2\n3,4\n", True), ("Title\n\nid,q1\r\n1,2\r\n3,4", True), ('"id","q1"\n1,2\n3,4\n', True),
    ('id,q1\n1,2\n3,"4"\n', False), ("id,q1\n1,2\n3\n", False), ("id,q1\n1\n2,3,4\n", False),
    ("id,q1\n1,2\n\n3,4\n", False),
    ("id,q1\n1,2\r3,4\n", False), ("id,q1\n1,2\n\0,4\n", False), ("id,q1\n1,2\n\ufeff3,4\n", False),
    ("id\n1\n2\n", False),
    ("id,q1\n1,2\n3," + "4" * 500 + "\n", False), ("id,q1\n,\n1,2\n , \n\u3000,\n3,4\n", True), ("id,q1\n", True),
    ('id,"q\n1"\n1,2\n3,4\n', False),
])
def test_what_is_odd_goes_record_by_record(text: str, enough: bool, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(codecs.BOM_UTF8 + text.encode("utf-8"))
    header = 3 if text.startswith("Title") else 0
    one, other, pieces = both(file, 64, header=header)
    assert one == other and pieces == enough


def test_lines_to_be_left_out_that_the_file_lacks(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(b"id,q1\n1,2\n3,4\n")
    one, other, _ = both(file, 64, skip=[4])
    assert one == other == (("reading.skip_beyond", "r.csv"),)
    assert both(file, 64, skip=[3])[1][2] == [2]
