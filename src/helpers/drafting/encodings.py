"""Which encoding a text file is in, judged by what its characters would be: no encoding but UTF-8 shows itself.

GB18030 decodes a Korean, Japanese or Western file without an error, into Hanzi that nobody writes. So each candidate
is held against the characters that its language uses most.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.drafting.vocabulary import vocabulary

CANDIDATES = (("gb18030", "han"), ("cp949", "hangul"), ("cp932", "kana"), ("euc_jp", "kana"), ("big5", "hant"),
              ("cp1252", "latin"))
LEAST_SHARE = 0.35  # of a text in any of the languages at least this share is among its listed characters
LEAST_LATIN = 0.7  # an accented letter says less than a Hanzi: Cyrillic bytes reach .45
LEAD = 1.5  # the best candidate has to be this many times as plausible as the next
_LOOKED_AT = 400_000  # bytes


@dataclass(frozen=True, slots=True)
class Judged:
    """How plausible one encoding is.

    Attributes
    ----------
    encoding : str
    share : float
        Of the characters beyond ASCII, those that its language uses most.
    sample : str
        The first piece of the file beyond ASCII, as it would read.
    """

    encoding: str
    share: float
    sample: str


def is_open(content: bytes) -> bool:
    """Whether the encoding has to be judged: no byte-order mark, not ASCII, not UTF-8."""
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or content.isascii():
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def judged(content: bytes) -> list[Judged]:
    """Judge every candidate that can decode the whole content, the most plausible first.

    Parameters
    ----------
    content : bytes

    Examples
    --------
    >>> judged("나는 이 회사를 신뢰한다, 매우 그렇다".encode("cp949"))[0].encoding
    'cp949'
    >>> judged("我对这家保险公司的服务非常满意".encode("gbk"))[0].encoding
    'gb18030'
    """
    found = []
    for encoding, language in CANDIDATES:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        text = text[:_LOOKED_AT]
        found.append(Judged(encoding, _share(text, language), _sample(text)))
    return sorted(found, key=lambda each: -each.share)


def clear(found: list[Judged]) -> bool:
    """Whether the first candidate leaves no doubt that a person has to settle."""
    if not found or found[0].share < (LEAST_LATIN if found[0].encoding == "cp1252" else LEAST_SHARE):
        return False
    return len(found) == 1 or found[0].share >= LEAD * found[1].share


def _share(text: str, language: str) -> float:
    common = set(vocabulary()["common"][language])
    if language == "kana":  # Japanese is written with Hanzi as well
        common |= set(vocabulary()["common"]["hant"])
    beyond = [sign for sign in text if sign > "\x7f" and not _is_mark(sign)]
    if language == "latin":
        # An accented letter stands beside plain letters; a row of them is another script's bytes.
        pairs = zip(" " + text, text, text[1:] + " ", strict=False)
        good = sum(sign in common and (_near(before) or _near(after)) for before, sign, after in pairs if sign > "\x7f")
        return good / max(sum(sign > "\x7f" for sign in text), 1)
    return sum(sign in common for sign in beyond) / max(len(beyond), 1)


def _near(sign: str) -> bool:
    return sign < "\x80"


def _is_mark(sign: str) -> bool:
    """Punctuation of Chinese, Japanese and Korean texts, and full-width forms: all the languages have them."""
    return "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uff65" or "\u2010" <= sign <= "\u2027"


def _sample(text: str) -> str:
    start = next((position for position, sign in enumerate(text) if sign > "\x7f"), 0)
    return " ".join(text[max(start - 4, 0):start + 26].split())
