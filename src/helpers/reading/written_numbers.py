"""The number that a text stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

import numpy as np

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
# Signs without a width, as copied texts carry them, and the minus sign that is no hyphen.
_UNSEEN = {**dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff")), ord("\u2212"): "-"}


def number(text: str, decimal: str = ".") -> float:
    """Read a number, in full width too (４．５), as keyboards for Chinese write it; NaN where the text is none.

    Examples
    --------
    >>> number("4.5"), number("４，５", ","), number("four")
    (4.5, 4.5, nan)
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_UNSEEN)).strip()
    plain = plain.replace(",", ".") if decimal == "," else plain
    return float(plain) if _NUMBER.fullmatch(plain) else float("nan")


def numbers(texts: Iterable[str], missing_codes: Collection[str], decimal: str) -> tuple[np.ndarray, np.ndarray]:
    """Find the number of each text (NaN where it is none), and whether it says "no answer".

    Parameters
    ----------
    texts : iterable of str
    missing_codes : collection of str
        Equal as text or as a number to "no answer".
    decimal : {".", ","}

    Returns
    -------
    values : ndarray of float, shape (n,)
        NaN for "no answer" too.
    empty : ndarray of bool, shape (n,)
    """
    texts = list(texts)
    codes = {code.strip() for code in missing_codes}
    values = np.array([number(text, decimal) for text in texts], dtype=float)
    numeric = [value for code in codes if not np.isnan(value := number(code))]
    empty = np.array([not text or text in codes for text in texts], dtype=bool) | np.isin(values, numeric)
    return np.where(empty, np.nan, values), empty
