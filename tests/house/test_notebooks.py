"""The notebooks keep the house's form: a question, one call, how to read it; in both languages; nothing stored."""

from __future__ import annotations

import ast
import re

import pytest

from helpers import words

CONTRACT = {"00_summary", "01_survey", "02_reliability", "03_structural_model", "05_case_comparison", "07_replication"}
PARAMETERS = {"study": "data/demo", "output": "", "language": "", "seed": 0, "draws": 0}
MOST_LINES_OF_A_CELL = 10
NOT_IN_A_CELL = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.IfExp, ast.Try, ast.For,
                 ast.While, ast.With, ast.Match)
A_FILE = re.compile(r"\.(csv|xlsx|png|svg|html|ipynb|json|yml|pdf)$|^(\.{0,2}/|[A-Za-z]:\\|data/|reports/|raw/)")
CHINESE = re.compile("[\u4e00-\u9fff]")
CHINESE_SENTENCE = re.compile("[\u4e00-\u9fff]{6,}")  # an English cell may name a term: 安全性


def source(cell: dict) -> str:
    return "".join(cell["source"])


def tags(cell: dict) -> set[str]:
    return set(cell["metadata"].get("tags", ()))


@pytest.fixture(scope="module")
def code(notebooks) -> list[tuple[str, dict, ast.Module]]:
    """Every code cell, as (where, cell, tree)."""
    return [(f"{notebook.name}, cell {number}", cell, ast.parse(source(cell)))
            for notebook in notebooks for number, cell in enumerate(notebook.cells, start=1)
            if cell["cell_type"] == "code"]


def test_notebooks_of_the_contract_are_there(notebooks) -> None:
    names = {notebook.name for notebook in notebooks}
    assert names >= CONTRACT
    assert all(re.fullmatch(r"\d\d_[a-z_]+", name) for name in names)


def test_nothing_is_stored(notebooks) -> None:
    wrong = [f"{notebook.name}: {cell['id']}" for notebook in notebooks for cell in notebook.code
             if cell["outputs"] or cell["execution_count"] is not None]
    assert not wrong, wrong
    assert [notebook.name for notebook in notebooks if "papermill" in notebook.content["metadata"]] == []


def test_cells_can_be_told_apart_and_the_kernel_is_the_common_one(notebooks) -> None:
    for notebook in notebooks:
        assert (notebook.content["nbformat"], notebook.content["nbformat_minor"]) >= (4, 5), "cells without ids"
        ids = [cell["id"] for cell in notebook.cells]
        assert len(set(ids)) == len(ids), notebook.name
        assert notebook.content["metadata"]["kernelspec"]["name"] == "python3", notebook.name


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_first_code_cell_declares_the_parameters(notebooks, name: str) -> None:
    notebook = {each.name: each for each in notebooks}[name]
    assert [number for number, cell in enumerate(notebook.code) if "parameters" in tags(cell)] == [0]
    lines = source(notebook.code[0]).splitlines()
    declared = {}
    for line in lines:
        statement = ast.parse(line).body[0]
        assert isinstance(statement, ast.AnnAssign), f"not annotated: {line}"
        assert ast.unparse(statement.annotation) in {"str", "int", "float", "bool"}, f"papermill cannot read: {line}"
        value = ast.literal_eval(statement.value)
        assert type(value).__name__ == ast.unparse(statement.annotation), line
        assert re.search(r"  # \S", line), f"the comment becomes the help text: {line}"
        declared[statement.target.id] = value
    assert {key: declared.get(key) for key in PARAMETERS} == PARAMETERS


def test_cells_are_short(code) -> None:
    wrong = [where for where, cell, _ in code if len(source(cell).splitlines()) > MOST_LINES_OF_A_CELL]
    assert not wrong, wrong


def test_cells_hold_no_program(code) -> None:
    wrong = [f"{where}: {type(node).__name__}" for where, _, tree in code for node in ast.walk(tree)
             if isinstance(node, NOT_IN_A_CELL)]
    assert not wrong, wrong


def test_cells_name_no_file(code) -> None:
    wrong = [f"{where}: {node.value!r}" for where, cell, tree in code if "parameters" not in tags(cell)
             for node in ast.walk(tree)
             if isinstance(node, ast.Constant) and isinstance(node.value, str) and A_FILE.search(node.value)]
    assert not wrong, wrong


def test_cells_import_rooms_only(code) -> None:
    wrong = [f"{where}: {ast.unparse(node)}" for where, _, tree in code for node in ast.walk(tree)
             if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "helpers")]
    assert not wrong, wrong


def test_narrative_comes_in_pairs_of_both_languages(notebooks) -> None:
    wanted = [f"lang-{language}" for language in words.LANGUAGES]
    for notebook in notebooks:
        prose = [(number, cell) for number, cell in enumerate(notebook.cells) if cell["cell_type"] == "markdown"]
        assert len(prose) % 2 == 0, f"{notebook.name}: a cell without its pair"
        for (first, english), (second, chinese) in zip(prose[::2], prose[1::2], strict=True):
            where = f"{notebook.name}, cells {first + 1} and {second + 1}"
            assert second == first + 1, f"{where} are not neighbours"
            found = [tag for cell in (english, chinese) for tag in sorted(tags(cell)) if tag.startswith("lang-")]
            assert found == wanted, where
            assert CHINESE.search(source(chinese)), where
            assert not CHINESE_SENTENCE.search(source(english)), where
            marks = [re.findall(r"^#+ ", source(cell), re.MULTILINE) for cell in (english, chinese)]
            assert marks[0] == marks[1], f"{where}: other headings"


def test_title_comes_first_and_colophon_last(notebooks) -> None:
    for notebook in notebooks:
        assert source(notebook.cells[0]).startswith("# "), notebook.name
        last = [line for line in source(notebook.code[-1]).splitlines() if line.strip()][-1]
        assert last.startswith("page.colophon("), notebook.name
        assert notebook.cells[-1] is notebook.code[-1], f"{notebook.name}: something follows the colophon"


def test_a_page_bears_the_name_of_its_notebook(notebooks) -> None:
    for notebook in notebooks:
        pages = [ast.literal_eval(node.args[1]) for cell in notebook.code for node in ast.walk(ast.parse(source(cell)))
                 if isinstance(node, ast.Call) and ast.unparse(node.func) == "report.Page"]
        assert pages == [notebook.name]
