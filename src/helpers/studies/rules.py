"""The screening rules that a study can speak about, and what happens to whom they name."""

from __future__ import annotations

from collections.abc import Mapping

# Signs speak for themselves. Indices are statistics of the answers, which attentive people cross as well.
SIGNS = ("duplicate_ids", "duplicate_answers", "attention_check", "speeder", "longstring", "no_answers")
INDICES = ("irv", "repetition", "even_odd", "synonyms", "mahalanobis")


def actions(careless: str, screening: Mapping[str, str]) -> dict[str, str]:
    """Decide what each rule does.

    Parameters
    ----------
    careless : {"keep", "flag", "exclude"}
        What the study says of all rules; "exclude" holds for the signs only, and an index then flags.
    screening : mapping of str to str
        What the study says of single rules; goes before ``careless``.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> found = actions("exclude", {"speeder": "flag"})
    >>> found["longstring"], found["speeder"], found["even_odd"]
    ('exclude', 'flag', 'flag')
    """
    of_indices = "flag" if careless == "exclude" else careless
    return dict.fromkeys(SIGNS, careless) | dict.fromkeys(INDICES, of_indices) | dict(screening)
