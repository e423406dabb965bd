"""How a printed table is typed: the sections, what each key holds, and what is wrong with a table typed otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from helpers.errors import DataError, Problem
from helpers.replication.auditing import numbers

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Any names, each with the same kind of value."""

    of: Any


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of values of one kind."""

    of: Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]


_NUMBER, _P, _TEXT = "number", "p", "text"
_YES = Choice(("yes", "no"))
_SCALE = {"min": _NUMBER, "max": _NUMBER, "answers": Choice(("whole", "continuous"))}
_FIT = {**dict.fromkeys((
    "chisq", "df", "chisq_df", "rmsea", "rmsea_level", "cfi", "tli", "nfi", "ifi", "rfi", "srmr", "chisq_scaled",
    "scaling"), _NUMBER), "pvalue": _P, "pvalue_scaled": _P, "pclose": _P, "rmsea_ci": Listed(_NUMBER),
    "baseline": {"chisq": _NUMBER, "df": _NUMBER}, "estimator": _TEXT}
_CONSTRUCT = {**dict.fromkeys(("alpha", "cr", "ave", "sqrt_ave", "mean", "sd", "n", "items", "omega"), _NUMBER),
              "loadings": Listed(_NUMBER), "scale": _SCALE, "score": Choice(("mean", "sum", "factor")),
              "correlated_errors": _YES, "label": _TEXT}
_ITEM = {**dict.fromkeys(("mean", "sd", "n", "loading"), _NUMBER), "scale": _SCALE, "construct": _TEXT, "label": _TEXT}
_MATRIX = {"names": Listed(_TEXT), "lower": Listed(Listed(_NUMBER)), "upper": Listed(Listed(_NUMBER)),
           "pairs": Named(_NUMBER), "sd": Listed(_NUMBER), "diagonal": Choice(("one", "sqrt_ave", "ave", "alpha")),
           "above": Choice(("correlations", "htmt", "squared")),
           "kind": Choice(("pearson", "pairwise", "polychoric", "latent"))}
_PATH = {**dict.fromkeys(("est", "se", "z", "t", "df", "std", "level"), _NUMBER), "p": _P, "ci": Listed(_NUMBER),
         "path": _TEXT, "name": _TEXT, "interval": Choice(("wald", "bootstrap", "other")),
         "tails": Choice(("one", "two"))}
_SUM = {"sum": _TEXT, "est": _NUMBER, "of": _TEXT, "what": Choice(("est", "std"))}
_CLAIMS = {"fornell_larcker": Choice(("met", "not met")), **dict.fromkeys(
    ("alpha_above", "cr_above", "ave_above", "loadings_above", "htmt_below", "correlations_below"), _NUMBER)}
SECTIONS: dict[str, Any] = {
    "n": _NUMBER, "pair_n": Listed(_NUMBER), "groups": Named(Named({"n": _NUMBER, "percent": _NUMBER})),
    "scale": _SCALE, "missing_answers": _YES, "model": _TEXT,
    "counts": dict.fromkeys(("variables", "parameters", "groups"), _NUMBER),
    "fit": _FIT, "constructs": Named(_CONSTRUCT), "correlations": _MATRIX, "htmt": _MATRIX, "items": Named(_ITEM),
    "paths": Listed(_PATH), "tests": Listed(_TEXT), "sums": Listed(_SUM), "r2": Named(_NUMBER),
    "residual": Named(_NUMBER), "claims": _CLAIMS}
ABOUT: dict[str, Any] = {"title": "any", "citation": _TEXT, "read_at": "any", "doubts": "any", "note": "any"}
WHOLE: dict[str, Any] = {**ABOUT, **SECTIONS, "parts": Named(SECTIONS)}
_LEVELS = ("level", "rmsea_level")
_LENGTHS = {"ci": 2, "rmsea_ci": 2}


def shaped(printed: Mapping[str, Any], *, where: Callable[[Place], str] | None = None) -> dict[str, Any]:
    """Read every number of a printed table, and refuse what has no place in it.

    Parameters
    ----------
    printed : mapping
        As typed: texts, lists and mappings; see ``SECTIONS``. Python numbers are taken as they print themselves, so
        that ``0.80`` has to be given as the text ``".80"`` to keep its second decimal.
    where : function, optional
        Says file and line of a place.

    Returns
    -------
    dict
        The same with a `numbers.Number` in the place of each number.

    Raises
    ------
    DataError
        Unknown keys, what is not a number, lists of another length; all at once.
    """
    reader = _Reader(where or (lambda place: ".".join(map(str, place))))
    found = reader.value(printed, WHOLE, ())
    if not reader.problems and not (found.keys() & SECTIONS.keys() or found.get("parts")):
        reader.complain("replication.audit.nothing", (), known=sorted(SECTIONS))
    if reader.problems:
        raise DataError.of(reader.problems)
    return found


@dataclass(slots=True)
class _Reader:
    where: Callable[[Place], str]
    problems: list[Problem] = field(default_factory=list)

    def complain(self, id: str, place: Place, **values: Any) -> None:
        self.problems.append(Problem(id, values, self.where(place)))

    def value(self, found: Any, kind: Any, place: Place) -> Any:
        if kind == "any":
            return found
        if isinstance(kind, (dict, Named)):
            return self.mapping(found, kind, place)
        if isinstance(kind, Listed):
            return self.sequence(found, kind, place)
        if isinstance(found, (Mapping, list, tuple)) or found is None:
            self.complain("replication.audit.one_value", place, key=_named(place))
            return None
        if isinstance(kind, Choice):
            return self.choice(str(found), kind, place)
        return str(found).strip() if kind == _TEXT else self.number(str(found), kind, place)

    def mapping(self, found: Any, kind: dict[str, Any] | Named, place: Place) -> dict[str, Any]:
        if not isinstance(found, Mapping):
            self.complain("replication.audit.keys_wanted", place, key=_named(place))
            return {}
        read: dict[str, Any] = {}
        for key, inner in found.items():
            inside = (*place, str(key))
            if isinstance(kind, Named):
                read[str(key)] = self.value(inner, kind.of, inside)
            elif key in kind:
                read[key] = self.value(inner, kind[key], inside)
            else:
                near = get_close_matches(str(key), kind, n=1, cutoff=0)[0]
                self.complain("replication.audit.unknown_key", inside, key=key, near=near, known=sorted(kind))
        ends = [read.get(end) for end in ("min", "max")] if kind is _SCALE else []
        if None not in ends and ends and ends[0].value >= ends[1].value:
            self.complain("replication.audit.scale", place, low=ends[0].text, high=ends[1].text)
        return read

    def sequence(self, found: Any, kind: Listed, place: Place) -> list[Any]:
        if not isinstance(found, (list, tuple)):
            self.complain("replication.audit.list_wanted", place, key=_named(place))
            return []
        wanted = _LENGTHS.get(str(place[-1]))
        if wanted and len(found) != wanted:
            self.complain("replication.audit.length", place, key=_named(place), found=len(found), wanted=wanted)
        return [self.value(inner, kind.of, (*place, at)) for at, inner in enumerate(found)]

    def choice(self, found: str, kind: Choice, place: Place) -> str:
        if found.strip() not in kind.words:
            self.complain("replication.audit.choice", place, key=_named(place), found=found, known=list(kind.words))
        return found.strip()

    def number(self, found: str, kind: str, place: Place) -> numbers.Number | None:
        number = numbers.read(found, p=kind == _P)
        if number is None:
            self.complain("replication.audit.not_number", place, key=_named(place), found=found)
        elif number.relation != "=" and kind != _P:
            self.complain("replication.audit.bound", place, key=_named(place), found=found)
        elif place[-1] in _LEVELS and not (0.5 <= number.value < 1 or 50 <= number.value < 100):
            self.complain("replication.audit.level", place, key=_named(place), found=found)
        return number


def _named(place: Place) -> str:
    """Name a place as a person would: the last key and what it belongs to."""
    names = [str(each) for each in place if isinstance(each, str)]
    return ".".join(names[-2:])
