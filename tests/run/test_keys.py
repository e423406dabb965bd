"""The key of a notebook changes with everything that decides its result, and with nothing else."""

import hashlib

from helpers.run import keys


def _key(notebook, **changes):
    given = {"study": {"study.yml": "a"}, "parameters": {"language": "en"}, "surroundings": "s", "before": ["k"]}
    return keys.key(notebook, **(given | changes))


def test_a_key_depends_on_each_of_its_parts(tmp_path):
    notebook = tmp_path / "01_first.ipynb"
    notebook.write_text("{}", encoding="utf-8")
    found = [_key(notebook), _key(notebook, study={"study.yml": "b"}), _key(notebook, parameters={"language": "zh"}),
             _key(notebook, surroundings="t"), _key(notebook, before=["l"])]
    notebook.write_text("{ }", encoding="utf-8")
    found.append(_key(notebook))
    assert len(set(found)) == 6


def test_a_key_does_not_depend_on_where_a_notebook_lies_or_on_the_order_of_what_came_before(tmp_path):
    here, there = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    for file in (here, there):
        file.write_text("{}", encoding="utf-8")
    assert _key(here, before=["k", "l"]) == _key(there, before=["l", "k"])


def test_sources_hold_code_templates_and_catalogue_but_no_bytecode(tmp_path):
    for name in ("a.py", "words/run.json", "template/page.html.j2", "template/page.css", "__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one", encoding="utf-8")
    before = keys._sources(tmp_path)
    assert sorted(before) == ["a.py", "template/page.css", "template/page.html.j2", "words/run.json"]
    (tmp_path / "template" / "page.css").write_text("two", encoding="utf-8")
    assert keys._sources(tmp_path) != before


def test_installed_versions_are_seen():
    assert any(name.startswith("numpy-") for name in keys._distributions())


def test_files_are_named_from_the_study_and_hashed_as_a_whole(tmp_path):
    inside, outside = tmp_path / "study" / "raw" / "a.csv", tmp_path / "b.csv"
    inside.parent.mkdir(parents=True)
    content = b"x" * (keys._CHUNK + 5)
    for file in (inside, outside):
        file.write_bytes(content)
    found = keys.files([inside, outside], folder=tmp_path / "study")
    assert list(found) == ["raw/a.csv", outside.resolve().as_posix()]
    assert set(found.values()) == {hashlib.sha256(content).hexdigest()}
