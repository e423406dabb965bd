"""Errors that are put into a sound table are found, at a stated rate."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from helpers import replication

from .test_audit_known_truth import fitted, table_of

# Of slips that change a number by 5 % or more, in tables with three decimals.
FOUND_AT_LEAST = {"rmsea": 0.95, "cfi": 0.95, "tli": 0.95, "chisq_df": 0.95, "df": 0.99, "cr": 0.9, "ave": 0.9,
                  "z": 0.9, "ci": 0.9}
TABLES = 10


def slipped(text: str, rng: np.random.Generator) -> str | None:
    """Swap two neighbouring digits or shift the decimal point; None where that changes nothing that is printed."""
    digits = [at for at, sign in enumerate(text) if sign.isdigit()]
    if rng.random() < 0.5:
        whole, _, decimals = text.partition(".")
        return f"{whole}.0{decimals[:-1]}" if decimals and whole in ("", "-") and decimals.strip("0") else None
    pairs = [(one, two) for one, two in itertools.pairwise(digits) if two == one + 1 and text[one] != text[two]]
    if not pairs:
        return None
    one, two = pairs[int(rng.integers(len(pairs)))]
    signs = list(text)
    signs[one], signs[two] = signs[two], signs[one]
    return "".join(signs)


def planted(table: dict, quantity: str, rng: np.random.Generator) -> bool:
    """Put one slip into the table; whether there was a place for it."""
    if quantity in ("cr", "ave"):
        holder, key = table["constructs"]["f0"], quantity
    elif quantity in ("z", "ci"):
        holder, key = table["paths"][0], quantity
    else:
        holder, key = table["fit"], quantity
    old = holder[key][0] if quantity == "ci" else holder[key]
    tries = [slipped(old, rng) for _ in range(12)]
    new = next((each for each in tries if each and abs(float(each) - float(old)) >= 0.05 * abs(float(old))), None)
    if new is None:
        return False
    holder[key] = [new, holder[key][1]] if quantity == "ci" else new
    return True


@pytest.fixture(scope="module")
def sources() -> list:
    rng = np.random.default_rng(99)
    return [fitted(rng, 3, 4, int(rng.integers(100, 500))) for _ in range(TABLES)]


@pytest.mark.parametrize("quantity", list(FOUND_AT_LEAST))
def test_slips_are_found(sources, quantity: str) -> None:
    rng = np.random.default_rng(5)
    tried = found = 0
    for _ in range(2):
        for source in sources:
            table = table_of(*source, rng, 3)
            if planted(table, quantity, rng):
                tried += 1
                found += (replication.audit(table)["verdict"] == "inconsistent").any()
    assert tried >= 10
    assert found / tried >= FOUND_AT_LEAST[quantity]
