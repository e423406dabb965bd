"""Every sentence exists in both languages, says the same, is filled with what it needs, and is in use."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from helpers import words

ERRORS = {"HelpersError", "StudyError", "DataError", "ModelError", "RunError"}
SPEAKERS = {"say", "note", "headline"}  # words.say, page.note, page.headline
GATE_PARTS = ("", ".found", ".passed", ".criterion", ".source", ".advice")
NOT_IN_ENGLISH = re.compile("[\u2018\u2019\u201c\u201d\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")  # the punctuation too
LOOKS_LIKE_A_FILE = re.compile(r"\.(py|json|ya?ml|csv|html|lock|log|txt|md|new|schema)$")


class Use(NamedTuple):
    """An id where the source gives it, and the names of the values given with it (None: not to be read there)."""

    where: str
    id: str
    values: set[str] | None


@pytest.fixture(scope="module")
def catalogue() -> dict[str, dict[str, str]]:
    return words.catalogue()


@pytest.fixture(scope="module")
def corridor(package, notebooks) -> list[tuple[str, ast.Module]]:
    """Everything that speaks: the package and the notebooks' code."""
    cells = [(notebook.name, ast.parse("".join(cell["source"]))) for notebook in notebooks for cell in notebook.code]
    return [*((source.name, source.tree) for source in package), *cells]


def placeholders(sentence: str) -> set[str]:
    """Names that a sentence wants filled."""
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def uses(where: str, tree: ast.Module) -> Iterator[Use]:
    """Ids given as literals to errors, problems, gates, and to whatever speaks."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in ERRORS | SPEAKERS | {"Problem", "Check"}:
            continue
        first = node.args[0]
        literals = [part.value for part in ast.walk(first) if isinstance(part, ast.Constant)
                    and isinstance(part.value, str) and not isinstance(first, ast.JoinedStr)]
        if isinstance(first, ast.IfExp):  # its condition may hold a string that is no id
            literals = [side.value for side in (first.body, first.orelse) if isinstance(side, ast.Constant)]
        values = _values(node, position={"Problem": 1, "Check": 3}.get(name))
        for id in literals:
            parts = GATE_PARTS if name == "Check" else ("",)
            yield from (Use(f"{where}:{node.lineno}", f"gate.{id}{part}" if name == "Check" else id, values)
                        for part in parts)


def _values(call: ast.Call, *, position: int | None) -> set[str] | None:
    """Names of the values given: keywords, or for Problem and Check the keys of a mapping."""
    if position is None:
        names = {keyword.arg for keyword in call.keywords}
        # page.headline(id, function, ...): the function finds the values while running
        handed_on = len(call.args) > 1 and ast.unparse(call.func) in {"page.note", "page.headline"}
        return None if None in names or handed_on else names
    given = [*call.args[position:position + 1], *(each.value for each in call.keywords if each.arg == "values")]
    if not given:
        return set()
    keys = given[0].keys if isinstance(given[0], ast.Dict) else [None]
    return {key.value for key in keys} if all(isinstance(key, ast.Constant) for key in keys) else None


def made_ids(tree: ast.Module) -> Iterator[re.Pattern]:
    """Ids put together while running, ``f"column.{name}"``, as patterns; those that begin with a value say nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant) and "." in node.values[0].value:
            pieces = [re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values]
            yield re.compile("".join(pieces))


def test_both_languages_say_something(catalogue) -> None:
    wrong = [id for id, entry in catalogue.items()
             if set(entry) != set(words.LANGUAGES) or not all(text.strip() for text in entry.values())]
    assert not wrong, wrong


def test_both_languages_want_the_same_values(catalogue) -> None:
    wrong = [id for id, entry in catalogue.items() if placeholders(entry["en"]) != placeholders(entry["zh"])]
    assert not wrong, wrong


def test_english_is_english_and_chinese_is_chinese(catalogue) -> None:
    wrong = [id for id, entry in catalogue.items() if NOT_IN_ENGLISH.search(entry["en"])]
    # References and symbols are the same in both.
    wrong += [id for id, entry in catalogue.items() if not CHINESE.search(entry["zh"]) and entry["zh"] != entry["en"]]
    assert not wrong, wrong


def test_catalogue_is_sorted_into_rooms_once(project_root) -> None:
    seen: dict[str, str] = {}
    for file in sorted((project_root / "src" / "helpers" / "words" / "catalogue").glob("*.json")):
        pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)
        for id, _ in pairs:
            assert id not in seen, f"{id} stands in {seen[id]} and in {file.name}"
            seen[id] = file.name
    assert len(seen) > 100


def test_every_id_in_the_source_is_in_the_catalogue(corridor, catalogue) -> None:
    wrong = [f"{use.where}: {use.id}" for where, tree in corridor for use in uses(where, tree)
             if use.id not in catalogue]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_string_that_looks_like_an_id_is_one(package, catalogue) -> None:
    """Ids also travel through private functions; they begin with the name of their room."""
    rooms = {source.name.split("/")[2].removesuffix(".py") for source in package}
    begins = re.compile(rf"^({'|'.join(sorted(rooms))})(\.[a-z][a-z0-9_]*)+$")
    wrong = [f"{source.name}:{node.lineno}: {node.value}" for source in package for node in source.nodes
             if isinstance(node, ast.Constant) and isinstance(node.value, str) and begins.match(node.value)
             and node.value not in catalogue and not LOOKS_LIKE_A_FILE.search(node.value)]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_sentence_gets_the_values_it_wants(corridor, catalogue) -> None:
    wrong = []
    for where, tree in corridor:
        for use in uses(where, tree):
            if use.values is not None and use.id in catalogue:
                missing = placeholders(catalogue[use.id]["en"]) - use.values
                wrong += [f"{use.where}: {use.id} is not given {sorted(missing)}"] if missing else []
    assert not wrong, "\n" + "\n".join(wrong)


def test_no_sentence_is_left_over(corridor, catalogue) -> None:
    literals = {node.value for _, tree in corridor for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    given = {use.id for where, tree in corridor for use in uses(where, tree)}
    patterns = {pattern for _, tree in corridor for pattern in made_ids(tree)}

    def in_use(id: str) -> bool:
        headline = id.startswith("headline.") and set(id.rsplit(".", 1)) <= literals  # `variant` of Page.headline
        return headline or id in literals | given or any(pattern.fullmatch(id) for pattern in patterns)

    # Captions have a test of their own; "list" is the example in the docstring of words.say.
    ids = [id for id in catalogue if not id.startswith(("table.", "figure.")) and id != "list"]
    unused = [id for id in ids if not in_use(id.removesuffix(".advice")) and not in_use(id)]
    assert not unused, "\n" + "\n".join(unused)


def test_no_gate_is_left_over(package, catalogue) -> None:
    """Gates are looked up by their names, so that each name in the catalogue must be one that a check gives."""
    strings = {node.value for source in package for node in source.nodes
               if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    named = {id.removeprefix("gate.").removesuffix(".criterion") for id in catalogue
             if id.startswith("gate.") and id.endswith(".criterion")}
    assert named, "the catalogue holds no gate"
    assert not named - strings, f"no check has these names: {sorted(named - strings)}"
    incomplete = {f"gate.{name}{part}" for name in named for part in GATE_PARTS} - catalogue.keys()
    assert not incomplete, "\n" + "\n".join(incomplete)


def test_every_table_and_figure_has_its_caption(notebooks, catalogue) -> None:
    """And no caption is left over: ``table.<notebook>.<name>``, ``figure.<notebook>.<name>`` and its ``.alt``."""
    wanted = set()
    for notebook in notebooks:
        for cell in notebook.code:
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"page.table", "page.figure"}:
                    kind = node.func.attr
                    id = f"{kind}.{notebook.name}.{ast.literal_eval(node.args[0])}"
                    wanted |= {id, f"{id}.alt"} if kind == "figure" else {id}
    there = {id for id in catalogue if id.startswith(("table.", "figure."))}
    assert wanted, "no notebook shows a table"
    assert not wanted - there, f"without a caption: {sorted(wanted - there)}"
    left = {id for id in there - wanted if id.removesuffix(".note") not in wanted}
    assert not left, f"captions of nothing: {sorted(left)}"


@pytest.mark.parametrize(("code", "found"), [
    ("raise errors.DataError('a.b', where=w, n=1)", [("a.b", {"where", "n"})]),
    ("Problem('a.b', {'n': 1}, place)", [("a.b", {"n"})]),
    ("Problem('a.b')", [("a.b", set())]),
    ("Problem('a.b', values)", [("a.b", None)]),
    ("ModelError('a.b' if kind == 'x' else 'a.c')", [("a.b", set()), ("a.c", set())]),
    ("page.note('a.b', **told)", [("a.b", None)]),
    ("unrelated('a.b')", []),
])
def test_the_search_for_ids_finds(code: str, found: list) -> None:
    assert [(use.id, use.values) for use in uses("here", ast.parse(code))] == found


def test_the_search_for_ids_finds_all_sentences_of_a_gate() -> None:
    found = list(uses("here", ast.parse("Check('heywood', 'stop', passed, {'names': names})")))
    assert [use.id for use in found] == [f"gate.heywood{part}" for part in GATE_PARTS]
    assert found[0].values == {"names"}
