"""What the name of a column says: its code and number, the question, the section it belongs to, its side of a pair."""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpers.drafting.vocabulary import listed, plain, says, vocabulary

SIDES = ("expectation", "perception", "importance", "performance")
_SHORT = re.compile(r"[^\W\d][\w.]{0,29}")  # a name as statistics programs want it
_ARRAY = re.compile(r"([A-Za-z][\w.]*)\[(?:SQ)?(\w+)\](?:\s*[.:]?\s*(.*))?", re.DOTALL)  # code[SQ001]
_CODED = re.compile(r"[\[(（【]?([A-Za-z][A-Za-z]{0,11}[-_.]?\d{1,3}(?:[-_.]\d{1,3})*[a-zA-Z]?)[\])）】]?"
                    r"(?:\s*[.:：、_)\-–—]\s*|\s+|(?=[^\x00-\x7f]))(\S.*)", re.DOTALL)  # SAT1. I am ...
_NUMBERED = re.compile(r"(?:第|问题|题目?)?\s*(\d{1,3})(?:[-–_.](\d{1,3}))?\s*(?:题|번)?"
                       r"\s*[、.．:：)）\]\t ]\s*(\S.*)", re.DOTALL)
_KIND = re.compile(r"[\[【(（](?:单选题?|多选题?|矩阵\w*|量表题?|填空题?|评分题?|必答题?|选答"
                   r"|single choice|matrix)[\]】)）]")
_TRAILING = re.compile(r"^(.*?)[_.\-\s]?(\d+)$", re.DOTALL)
_FACETS = (re.compile(r"^(.*\S)\s*\[([^\[\]]+)\]$", re.DOTALL),  # Google Forms: question [row]
           re.compile(r"^(.*[^—-])\s*—+\s*([^—]+)$", re.DOTALL),  # 问卷星: question—row
           re.compile(r"^(.*[?？:：.。…)）])\s*[-–_]\s*(\S.*)$", re.DOTALL),
           re.compile(r"^(.{12,}?)\s[-–]\s(\S.*)$", re.DOTALL))
_REVERSED = re.compile(r"^(.*\d)[_.]?(?:r|rev|reversed?|R|REV)$")
_BRACKETED = re.compile(r"[(（\[【<]\s*([^()（）\[\]【】<>]{1,20})\s*[)）\]】>]")


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says.

    Attributes
    ----------
    name : str
        As it stands in the file.
    code : str
        Short name, such as ``sat1``; "" where the header is a question.
    stem, number : str, int
        Of the code, or "" and the number of the question; 0 where there is none.
    text : str
        The question, its number and kind removed; "" where the header is a code.
    section : str
        Of a matrix: what its rows have in common.
    side : str
        "expectation", "perception", "importance", "performance" or "".
    pair : tuple of str
        What the two sides of a pair share; () where there is no side.
    reversed : bool
        The name or the text says that the item is reversed.
    """

    name: str
    code: str = ""
    stem: str = ""
    number: int = 0
    text: str = ""
    section: str = ""
    side: str = ""
    pair: tuple[str, ...] = ()
    reversed: bool = False


def understood(name: str, label: str = "") -> Header:
    """Take a header apart.

    Parameters
    ----------
    name : str
        Header of the column.
    label : str
        Its wording from elsewhere: a variable label, a second header row.

    Examples
    --------
    >>> header = understood("SAT_2")
    >>> header.stem, header.number
    ('SAT', 2)
    >>> header = understood("3、请评价以下各项—理赔速度")
    >>> header.number, header.section, header.text
    (3, '请评价以下各项', '理赔速度')
    >>> understood("1-1. The kiosk should be safe. (expectation)").side
    'expectation'
    """
    code, stem, number, text = _parts(_KIND.sub("", name).strip())
    text = _without_code(label, code) or text
    section, facet = _section(text)
    side = _side_in_words(text) or _side_in_section(section) or _side_in_code(code)
    marked = bool(_REVERSED.match(code)) or any(sign in plain(text or name) for sign in listed("negative"))
    pair = _pair(code, facet or text, section, side)
    return Header(name, code, stem, number, facet or text, section, side, pair, marked)


def _parts(header: str) -> tuple[str, str, int, str]:
    """Code, stem, number and text of a header."""
    if found := _ARRAY.fullmatch(header):
        digits = re.sub(r"\D", "", found[2])
        return f"{found[1]}_{found[2]}", found[1], int(digits or 0), (found[3] or "").strip()
    if _SHORT.fullmatch(header) and (header.isascii() or len(header) <= 8):
        return (header, *_stem(header), "")
    if found := _NUMBERED.fullmatch(header):
        second = f"_{found[2]}" if found[2] else ""
        return f"q{found[1]}{second}", "", int(found[1]), found[3].strip()
    if found := _CODED.fullmatch(header):
        code = re.sub(r"[-.]", "_", found[1])
        return (code, *_stem(code), found[2].strip())
    return "", "", 0, header


def _stem(code: str) -> tuple[str, int]:
    bare = _REVERSED.sub(r"\1", code)
    found = _TRAILING.match(bare)
    if not found:
        side = re.fullmatch(r"(.*?)[_.-]?(\d+)[_.]?([A-Za-z]{1,4})", bare)  # q1_e, tan1p
        return (f"{side[1]}_{side[3]}", int(side[2])) if side else (bare, 0)
    return found[1].rstrip("_.- "), int(found[2])


def _without_code(label: str, code: str) -> str:
    label = _KIND.sub("", " ".join(label.split())).strip()
    if not label or plain(label) == plain(code):
        return ""
    found = _NUMBERED.fullmatch(label) or _CODED.fullmatch(label)
    return found[found.re.groups].strip() if found else label


def _section(text: str) -> tuple[str, str]:
    for pattern in _FACETS:
        if (found := pattern.match(text)) and _wide(found[1].strip()) > 3 and not _is_side(found[2]):
            return found[1].strip(), found[2].strip()
    return "", ""


def _wide(text: str) -> int:
    """Length of a text in Latin letters: 信任 says as much as five of them, 服务符合我的期望 is a sentence."""
    return sum(1 if sign.isascii() else 3 for sign in text)


def _is_side(text: str) -> bool:
    return any(says(text, "sides", side, "has") for side in SIDES) and _wide(text) <= 20


def _side_in_words(text: str) -> str:
    """Find a side that is named in brackets, or at the beginning or the end of the text."""
    if not text.strip():
        return ""
    cut = re.split(r"[-–—:：|/]", text)
    ends = [*_BRACKETED.findall(text), *((cut[0], cut[-1]) if len(cut) > 1 else ())]
    short = [part for part in ends if _wide(part.strip()) <= 20]
    for part in short:
        for side in SIDES:
            if says(part, "sides", side, "has"):
                return side
    # Importance and performance are asked in the sentence itself: "중요하다고 생각하십니까", "만족하십니까".
    if "중요하다고 생각" in text:
        return "importance"
    return "performance" if re.search(r"정도에 만족", text) else ""


def _side_in_section(section: str) -> str:
    return next((side for side in SIDES if section and len(section) <= 60 and says(section, "sides", side, "has")), "")


def _side_in_code(code: str) -> str:
    parts = re.split(r"[_.\d]+", code.lower())
    for part in (parts[0], parts[-1]):
        for side in SIDES[:2]:
            if len(part) > 1 and part in vocabulary()["sides"][side]["affix"]:
                return side
    return ""


def _pair(code: str, text: str, section: str, side: str) -> tuple[str, ...]:
    """Give what is left of a header without its side: equal for the two halves of a pair."""
    if not side:
        return ()
    if found := re.fullmatch(r"q(\d+)_(\d+)", code):  # 7-1 and 7-2
        return ("number", found[1])
    if code and not re.fullmatch(r"q\d+", code):
        affixes = {affix for each in SIDES for affix in vocabulary()["sides"][each]["affix"]}
        parts = [_without_side(part) for part in re.split(r"[_.]", code.lower()) if part not in affixes]
        return ("code", *(part for part in parts if part))
    return ("text", *(" ".join(re.sub(r"[()（）\[\]【】:：|/—–-]", " ", _without_side(plain(part))).split())
                      for part in (section, text)))


def _without_side(text: str) -> str:
    for side in SIDES:
        for word in (*listed("sides", side, "has"), "exp", "perc", "per"):
            if word in text and (not word.isascii() or text.startswith(word)):
                text = text.replace(word, "", 1)
    return text
