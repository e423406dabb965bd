"""What in a column points at a person: phone and identity numbers, addresses, names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, ISO 7064 MOD 11-2
_ID_CHECK = "10X98765432"
# In the order in which they are tried; each pattern has to fit the whole cell.
_PATTERNS = (
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")),
    ("ip", re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")),
    ("phone", re.compile(r"(?:\+|00)[1-9][\d\s()-]{8,16}\d|(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}"
                         r"|0\d{2,3}-\d{7,8}|01[016789]-\d{3,4}-\d{4}")),
    ("identity", re.compile(r"\d{6}-[1-8]\d{6}"  # Korea
                            r"|\d{3}-\d{2}-\d{4}"  # United States
                            r"|[A-Z][12]\d{8}"  # Taiwan
                            r"|[A-Z]{1,2}\d{6}\([\dA]\)"  # Hong Kong
                            r"|[A-Z]{2}\d{6}[A-D]")),  # United Kingdom
)
_IDENTITY_CN = re.compile(r"\d{17}[\dXx]|[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_NAME_COLUMNS = re.compile(r"(?:full|first|last|sur|family|given|respondent|customer|client)?[ _-]?names?"
                           r"|姓名|名字|客户姓名|이름|성명|氏名", re.IGNORECASE)
_LATIN_NAME = re.compile(r"[A-Z][a-z'-]+(?: [A-Z]\.?)?(?: [A-Z][a-z'-]+){1,2}")
# The forty surnames that most people in China carry (Ministry of Public Security, national names report 2020).
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余"
_CHINESE_NAME = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}")
# Words of schooling, places, firms and answers: "High School" and "高中" are written like names and are none.
_NO_NAME = re.compile(r"\b(?:School|College|University|Degree|Diploma|Student|Insurance|Company|Group|Bank|Life"
                      r"|Mutual|North|South|East|West|Central|America|Europe|Asia|Africa|City|Province|State|Time"
                      r"|Employed|Very|Not|Never|Somewhat|Strongly|Agree|Disagree|Satisfied|Dissatisfied|Neutral|Yes|No"
                      r"|Education|Other|Ensino|Curso|Superior|Universidad)\b|高[中职等校级]|[人财寿]保|保险|公司|集团|[省市区县]$")
_MOST_GROUPS = 60  # China's provinces are 34, the States 51
_LONGEST_GROUP = 80  # characters; the longest labels of a questionnaire are shorter
_ALONE = 10
_SHARE = 0.5  # of the different entries that look like names: groups are not called like people


def identifier(cells: Iterable[str]) -> str:
    """Say what kind of identifier stands in a column, if any does.

    Parameters
    ----------
    cells : iterable of str
        Entries of a column, as found.

    Returns
    -------
    {"", "email", "ip", "phone", "identity"}
        Kind of the first entry that is one. A Chinese identity number counts when its check digit is right or its
        first fifteen digits hold a date of birth.

    Examples
    --------
    >>> identifier(["A", "13812345678"])
    'phone'
    >>> identifier(["18-29", "30-39"])
    ''
    """
    return next((kind for cell in dict.fromkeys(cells) if (kind := _kind(cell.strip()))), "")


def personal_name(column: str, cells: Iterable[str]) -> bool:
    """Whether a column holds names of people: by its own name, or because most of its entries look like names.

    Parameters
    ----------
    column : str
    cells : iterable of str

    Examples
    --------
    >>> personal_name("customer", ["王小明", "李娜", "张伟"])
    True
    >>> personal_name("insurer", ["A", "B", "C"])
    False
    >>> personal_name("education", ["High School", "Bachelor Degree", "Master Degree"])
    False
    """
    entries = [cell for cell in dict.fromkeys(cell.strip() for cell in cells) if cell]
    named = sum(bool(_LATIN_NAME.fullmatch(cell) or _CHINESE_NAME.fullmatch(cell)) and not _NO_NAME.search(cell)
                for cell in entries)
    # Two places or two brands may look like names by chance; a column of people has many.
    return bool(_NAME_COLUMNS.fullmatch(column.strip())) or (len(entries) >= 3 and named > _SHARE * len(entries))


def free_text(cells: Iterable[str] | Mapping[str, int]) -> bool:
    """Whether a column holds what respondents wrote, or numbers of their own, rather than a few groups.

    Parameters
    ----------
    cells : iterable of str, or mapping of str to int
        One entry per respondent, as found; or each different entry and how many respondents have it.

    Returns
    -------
    bool
        True where there are more than 60 different entries, an entry of more than 80 characters, or ten and more
        entries that only one respondent has and that are most of the different ones.

    Examples
    --------
    >>> free_text(f"P-{number}" for number in range(40))
    True
    >>> free_text(["east", "west", "east", "north"])
    False
    """
    counts: Counter[str] = Counter()
    for cell, count in Counter(cells).items():
        if cell.strip():
            counts[cell.strip()] += count
    alone = sum(count == 1 for count in counts.values())
    mostly_alone = alone >= _ALONE and alone > len(counts) / 2
    return len(counts) > _MOST_GROUPS or mostly_alone or any(len(cell) > _LONGEST_GROUP for cell in counts)


def masked(cell: str) -> str:
    """Give an entry as a message may quote it: shortened, and never an identifier.

    Examples
    --------
    >>> masked("13812345678"), masked("9"), masked("I was very unhappy with the call")
    ('138…', '9', 'I was very u…')
    """
    if _kind(cell.strip()):
        return f"{cell.strip()[:3]}…"
    return cell if len(cell) <= 12 else f"{cell[:12]}…"


def _kind(cell: str) -> str:
    for kind, pattern in _PATTERNS:
        if pattern.fullmatch(cell):
            return kind
    if _IDENTITY_CN.fullmatch(cell) and (len(cell) == 15 or _checked(cell.upper())):
        return "identity"
    return ""


def _checked(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False))
    return _ID_CHECK[total % 11] == number[17]
