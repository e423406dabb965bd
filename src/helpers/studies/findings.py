"""What is found wrong in a study file, each with its line, and the nearest thing that would have been right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from helpers.errors import Problem
from helpers.studies.written import Place, Written

# pydantic's name of a fault -> ours; the sentences say what may stand there.
_WRONG_KIND = {"int": "studies.not_whole", "float": "studies.not_number", "bool": "studies.not_yes_no",
               "string": "studies.not_one_text", "dict": "studies.not_block", "model": "studies.not_block",
               "tuple": "studies.not_list", "finite": "studies.not_number"}
_BOUNDS = {"greater_than": ("gt", ">"), "greater_than_equal": ("ge", ">="), "less_than": ("lt", "<"),
           "less_than_equal": ("le", "<=")}
_TOO_SHORT = {"string_too_short": "studies.blank", "too_short": "studies.too_few"}


class Findings:
    """Collects problems of one study file."""

    def __init__(self, written: Written, shown: str) -> None:
        self.written, self.shown = written, shown
        self.problems: list[Problem] = list(written.problems)

    def where(self, place: Place) -> str:
        """File and line of a place."""
        return f"{self.shown}, line {self.written.line(place)}"

    def line(self, place: Place) -> int:
        """Line of a place."""
        return self.written.line(place)

    def add(self, id: str, place: Place, **values: Any) -> None:
        """Note a problem at a place of the file."""
        self.problems.append(Problem(id, values, self.where(place)))

    def add_unknown(self, kind: str, place: Place, name: str, known: Iterable[str], **values: Any) -> None:
        """Note a name that nothing has, with the nearest that something has, or with all that there are."""
        id, values = unknown(kind, name, known, **values)
        self.add(id, place, **values)

    def add_faults(self, faults: Iterable[dict[str, Any]], schema: dict[str, Any]) -> None:
        """Note what the shape refuses.

        Parameters
        ----------
        faults : iterable of dict
            pydantic's ``errors()``.
        schema : dict
            The JSON Schema; it knows the keys of every place.
        """
        faults = list(faults)
        for fault in faults:
            inside = (other["loc"][:-1] for other in faults)
            if fault["type"] == "too_short" and fault["loc"] in inside:
                continue  # pydantic counts only the sound entries; the unsound one is noted itself
            self._fault(fault["type"], fault["loc"], fault.get("ctx", {}), str(fault["input"]), schema)

    def _fault(self, kind: str, place: Place, context: dict[str, Any], found: str, schema: dict[str, Any]) -> None:
        of_key = place[-1:] == ("[key]",)  # pydantic's mark of a fault in a key, not in its value
        place = place[:-1] if of_key else place
        key = ".".join(str(part) for part in place)
        if kind.startswith("studies."):
            self.add(kind, place, key=key, **context)
        elif kind == "missing":
            self.add("studies.key_missing", place[:-1], key=key)
        elif kind == "extra_forbidden":
            self.add_unknown("key_unknown", place, str(place[-1]), known_keys(schema, place[:-1]), key=key)
        elif kind == "literal_error":
            choices = [sign for sign in re.findall(r"'([^']*)'", context["expected"]) if sign]
            self.add_unknown("key_unknown" if of_key else "choice", place, found, choices, key=key)
        elif kind in _BOUNDS:
            name, sign = _BOUNDS[kind]
            self.add("studies.bound", place, key=key, bound=f"{sign} {context[name]:g}")
        elif kind in _TOO_SHORT:
            self.add(_TOO_SHORT[kind], place, key=key, least=context["min_length"])
        else:
            self.add(_WRONG_KIND[kind.split("_")[0]], place, key=key)


def unknown(kind: str, name: str, known: Iterable[str], **values: Any) -> tuple[str, dict[str, Any]]:
    """Choose the sentence about an unknown name: with the nearest known one, else with those that are known."""
    known = list(known)
    if near := nearest(name, known):
        return f"studies.{kind}.nearest", {"name": name, "nearest": near, **values}
    return f"studies.{kind}.known", {"name": name, "known": known[:12] or ["-"], **values}


def nearest(name: str, known: Iterable[str]) -> str:
    """Find the known name most like a name; "" where none is like it.

    Examples
    --------
    >>> nearest("contructs", ["constructs", "criteria"])
    'constructs'
    """
    lower = {other.lower(): other for other in known}
    found = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else ""


def known_keys(schema: dict[str, Any], place: Place) -> list[str]:
    """Keys that a place of the study file may hold."""
    node = schema
    for part in place:
        node = _entered(node, schema)
        named = node.get("properties", {})
        below = "items" if isinstance(part, int) else "additionalProperties"
        node = named[part] if part in named else node.get(below, {})
    return list(_entered(node, schema).get("properties", {}))


def _entered(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and take the block among alternatives."""
    node = next((other for other in node.get("anyOf", []) if "$ref" in other or "properties" in other), node)
    return schema["$defs"][node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else node
