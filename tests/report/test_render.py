"""Pages open offline, speak one language, and come out the same twice."""

from __future__ import annotations

import json
import re

import nbformat
import pytest

from helpers import figures
from helpers.report import Page, render, tidy

REMOTE = re.compile(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//|@import|url\(\s*["']?(?:https?:)?//|<link\b""",
                    re.IGNORECASE)


@pytest.fixture
def notebook(page, executed, reliability):
    page.table("reliability", reliability)
    page.figure("reliability", figures.reliability, reliability)
    page.note("report.gates.none")
    page.gates()
    file = executed("02_reliability")
    tidy(file)
    return file


def rendered(notebook, language: str = "en") -> str:
    return render([notebook], notebook.parents[1], language=language)[0].read_text(encoding="utf-8")


def test_a_page_needs_no_network(notebook):
    html = rendered(notebook)
    assert not REMOTE.search(html)
    assert "MathJax" not in html
    assert '<img src="data:image/svg+xml;base64,' in html


@pytest.mark.parametrize("leak", ['<script src="https://a.b/c.js">', "<link rel=x>", "src='//cdn/x.js'", "url(http://a/b)"])
def test_the_search_for_remote_parts_finds_them(leak):
    assert REMOTE.search(leak)


def test_formulas_become_mathml_and_their_signs_are_not_markup(notebook):
    html = rendered(notebook)
    assert "$" not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", html, flags=re.DOTALL)
    heading = re.search(r"<h2.*?</h2>", html, re.DOTALL)[0]
    assert "<math" in heading
    assert "<em>" not in heading


@pytest.mark.parametrize(("language", "there", "not_there"), [("en", "Are the scales reliable?", "量表可靠吗"),
                                                              ("zh", "量表可靠吗", "Are the scales reliable?")])
def test_a_page_keeps_one_language(notebook, language, there, not_there):
    html = rendered(notebook, language)
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in html
    assert there in html
    assert not_there not in html


def test_code_is_folded_and_the_kernels_chatter_is_gone(notebook):
    html = rendered(notebook)
    assert html.count('<details class="code">') == 2
    assert 'details class="code" open' not in html
    assert "without encryption" not in html
    assert "/somewhere/staging" not in html


def test_every_entry_of_the_contents_leads_to_a_heading(notebook):
    html = rendered(notebook)
    contents = re.search(r"<ol>(.*?)</ol>", html, re.DOTALL)[1]
    targets = re.findall(r'href="#([^"]+)"', contents)
    assert len(targets) == 1
    assert all(f'id="{target}"' in html for target in targets)
    assert "¶" not in html


def test_navigation_leads_to_the_other_pages(notebook, declared, executed):
    Page(declared, "03_structural_model")
    other = executed("03_structural_model")
    assert 'href="03_structural_model.html"' in rendered(notebook)
    assert 'href="02_reliability.html"' in rendered(other)
    assert 'href="index.html"' in rendered(other)


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_banner_is_on_every_page_of_a_synthetic_study_only(declared, shown, executed, synthetic):
    declared.synthetic = synthetic
    Page(declared, "02_reliability")
    html = rendered(executed("02_reliability"))
    assert html.count('<p class="as-banner">Synthetic data.') == int(synthetic)


def test_two_runs_differ_in_nothing_but_time(declared, output, executed, reliability):
    made = []
    for timings in ("2026-11-23T08:00:00", "2027-01-01T00:00:00"):
        page = Page(declared, "02_reliability", output=output)
        page.table("reliability", reliability)
        page.figure("reliability", figures.reliability, reliability)
        file = executed("02_reliability", timings=timings)
        tidy(file)
        made.append((file.read_bytes(), rendered(file)))
    assert made[0] == made[1]


def test_a_tidy_notebook_is_valid_and_tidying_again_changes_nothing(notebook):
    before = notebook.read_bytes()
    nbformat.validate(nbformat.read(notebook, as_version=4))
    tidy(notebook)
    assert notebook.read_bytes() == before
    content = json.loads(before)
    assert "papermill" not in json.dumps(content)
    assert content["cells"][2]["source"] == 'study = "data/pilot"'


@pytest.mark.parametrize(("given", "kept"), [
    ("{folder}/acme", "acme"), ("data/demo,{folder}/north,{folder}/south", "data/demo,north,south"), ("zh", "zh")])
def test_what_lies_outside_the_project_goes_by_its_name(notebook, tmp_path, given: str, kept: str):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"][2]["source"] = f'study = "{given.format(folder=tmp_path.as_posix())}"'
    notebook.write_text(json.dumps(content), encoding="utf-8")
    tidy(notebook)
    assert json.loads(notebook.read_text(encoding="utf-8"))["cells"][2]["source"] == f'study = "{kept}"'


def test_what_a_cell_printed_or_raised_is_shown_as_text(declared, shown, executed):
    Page(declared, "02_reliability")
    said = nbformat.v4.new_output("stream", name="stdout", text="a < b")
    raised = nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="x",
                                    traceback=["\x1b[31mZeroDivisionError\x1b[0m"])
    failed = nbformat.v4.new_code_cell("1 / 0", outputs=[said, raised])
    html = rendered(executed("02_reliability", extra=[failed]))
    assert "a &lt; b" in html
    assert "\x1b" not in html
    assert "ZeroDivisionError" in html


@pytest.mark.parametrize(("text", "formulas"), [
    ("costs $5 and $6", 0), ("`$a$`", 0), ("$a$ and $b$", 2), ("$$\\frac{1}{2}$$", 1), ("```\n$a$\n```", 0),
    (r"\$a\$", 0), ("$$\na\n=b\n$$", 1),
])
def test_what_is_a_formula(text, formulas):
    from helpers.report.mathml import with_formulas

    assert with_formulas(text, str).count("<math") == formulas


def test_a_formula_that_cannot_be_read_stays_as_its_source():
    from helpers.report.mathml import with_formulas

    assert with_formulas(r"$\frac{$", str) == r'<code class="as-latex">\frac{</code>'
