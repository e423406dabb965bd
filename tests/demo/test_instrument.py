"""The questionnaire is complete in both languages, and declaration, codebook, data and generator speak of one thing."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import studies

COUNTS = {"physical": 4, "information": 5, "psychological": 4, "tangibles": 4, "reliability": 5, "responsiveness": 4,
          "empathy": 5, "trust": 6, "satisfaction": 3, "loyalty": 5, "clarity": 4, "asymmetry": 3}


@pytest.fixture(scope="module")
def declared(demo):
    return studies.load(demo)


def test_instrument_has_the_items_it_is_described_with(declared) -> None:
    assert {name: len(items) for name, items in declared.scales.items()} == COUNTS
    pairs = {name: len(expectation) for name, (_, expectation) in declared.pairs.items()}
    assert pairs == {"physical": 4, "information": 5, "psychological": 4}
    assert len(declared.roles["marker"]) == 3
    assert list(declared.responses.attention_checks) == ["ac1"]


def test_every_item_is_worded_once_in_both_languages(declared) -> None:
    book = declared.codebook.set_index("item")
    assert set(declared.items) - set(book.index) == set()
    for language in ("en", "zh"):
        assert (book[language].str.strip() != "").all()
        assert not book[language].duplicated().any()
    assert book["zh"].str.contains(r"[\u4e00-\u9fff]").all()
    assert not book["en"].str.contains(r"[^\x00-\x7f]").any()


def test_every_answer_scale_names_its_ends_in_both_languages(declared) -> None:
    book = declared.codebook.set_index("item")
    for name, item in declared.items.items():
        if item.role not in ("weight", "auxiliary"):  # numbers without a scale
            ends = dict(part.strip().split("=") for part in book.at[name, "values"].split(";"))
            assert set(ends) == {f"{item.low:g}", f"{item.high:g}"}
            assert all(" / " in text for text in ends.values())


def test_labels_of_constructs_and_groups_exist_in_both_languages(declared) -> None:
    named = [*declared.constructs.values(), *declared.groups.values(), *declared.profile.values()]
    assert all(set(thing.label) == {"en", "zh"} for thing in named)
    assert set(declared.labels("zh")) == set(declared.labels("en"))


def test_generator_turns_around_the_items_that_the_study_declares(declared, make_demo) -> None:
    assert set(make_demo.REVERSED) == {name for name, item in declared.items.items() if item.reversed}
    assert {name: float(right) for name, right in declared.responses.attention_checks.items()} == make_demo.ATTENTION


def test_generator_draws_each_item_from_the_construct_that_the_study_declares(declared, population) -> None:
    latent = {row["item"]: row["latent"] for row in population.items()}
    for name, construct in declared.constructs.items():
        assert {latent[item] for item in construct.items} <= {name}
        assert {latent[item] for item in construct.expectation} <= {f"expected_{name}"}


def test_readme_states_the_values_of_the_population(demo, make_demo) -> None:
    readme = (demo / "README.md").read_text(encoding="utf-8")
    for lhs, op, rhs, std in pd.DataFrame(make_demo.population()["paths"])[["lhs", "op", "rhs", "std"]].to_numpy():
        assert f"| `{lhs} {op} {rhs}` | {std:.2f} |" in readme
    for construct, r2 in zip(*make_demo.population()["r2"].values(), strict=True):
        assert f"| R² of {construct} | {r2:.2f} |" in readme
