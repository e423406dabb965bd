"""Where the answers of the demo study come from.

Nobody was asked: they are drawn from the population that ``population.py`` describes, and then filled in the way
people do: rounded to the scale, sometimes carelessly, not always to the end.

``python data/demo/make_demo.py`` writes raw/responses.csv; ``--check`` compares it with what would be written.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from population import (
    BRANCH_EFFECTS,
    EQUATIONS,
    INSURERS,
    INTERACTION,
    LATENTS,
    SHAPE,
    STAGE_SHARES,
    STAGES,
    TRAINED,
    WAVES,
    answer_range,
    contrasts,
    items,
    population,
    structure,
)

__all__ = ["answers", "continuous", "population", "text"]

HERE = Path(__file__).parent
SEED = 20261123
N = 1200
# Answers given in the opposite direction of the construct; study.yml declares the same list.
REVERSED = ("p_rel4", "p_emp5", "tr6", "loy3")
ATTENTION = {"ac1": 6}
PAGES = ("e_ph", "e_inf", "e_psy", "p_ph", "p_inf", "p_psy", "p_tan", "p_rel", "ac", "p_res", "p_emp", "tr", "sat",
         "loy", "nps", "cl", "as", "mk", "w_", "hours", "gender", "age", "education", "region", "product",
         "policy_years")
PEOPLE = {
    "gender": (("female", "male", "undisclosed"), (0.475, 0.510, 0.015)),
    "age": (("18-29", "30-39", "40-49", "50-59", "60+"), (0.17, 0.29, 0.26, 0.18, 0.10)),
    "education": (("secondary", "college", "bachelor", "postgraduate"), (0.24, 0.28, 0.37, 0.11)),
    "region": (("east", "central", "west", "northeast"), (0.42, 0.26, 0.22, 0.10)),
    "product": (("compulsory", "third party", "comprehensive"), (0.16, 0.46, 0.38)),
}
CARELESS = 0.05
MISSING = -99
# Share of single answers forgotten; share of people who leave a whole block out, and what the file then holds.
FORGOTTEN = {"e_": 0.004, "p_": 0.0015, "tr": 0.0015, "sat": 0.0015, "loy": 0.0015, "nps": 0.01, "cl": 0.004,
             "as": 0.004, "mk": 0.004}
BLOCK_LEFT_OUT = {"e_": (0.05, np.nan), "cl": (0.05, MISSING), "as": (0.04, MISSING)}


class Sample(NamedTuple):
    """People, their latent values and their answers before rounding.

    Attributes
    ----------
    groups : dict of arrays, length n
        ``insurer``, ``wave``, ``stage``, ``branch`` as positions in the population's lists.
    latents : dict of arrays, length n
        In the order of `LATENTS`; mean 0 and variance 1 in the population.
    responses : dict of arrays, length n
        One continuous response per item, mean 0 and variance 1 in the population, all in the direction of their
        construct (reversed items are turned around only when they are answered).
    """

    groups: dict[str, np.ndarray]
    latents: dict[str, np.ndarray]
    responses: dict[str, np.ndarray]


def continuous(n: int = N, seed: int = SEED) -> Sample:
    """Draw respondents and their answers before these are rounded to the scale.

    Parameters
    ----------
    n : int
        Number of respondents; insurers and waves have fixed quotas.
    seed : int

    Returns
    -------
    Sample
    """
    rng = np.random.default_rng(seed)
    number = np.arange(n)
    groups = {"insurer": number % 3, "wave": (2 * number) // n, "stage": _pick(rng, n, STAGE_SHARES),
              "branch": _pick(rng, n, [1 / len(BRANCH_EFFECTS)] * len(BRANCH_EFFECTS))}
    cell = np.ravel_multi_index(tuple(groups.values()), SHAPE)
    known = {name: values[cell] for name, values in contrasts().items()}
    *_, residual = structure()
    for name, causes in EQUATIONS.items():
        if INTERACTION in causes:
            known[INTERACTION] = known["psychological"] * known["asymmetry"]
        known[name] = residual[name] * rng.standard_normal(n)
        for cause, coefficient in causes.items():
            known[name] = known[name] + coefficient * known[cause]
    responses = {}
    for row in items():
        noise = np.sqrt(1 - row["loading"] ** 2) * rng.standard_normal(n)
        responses[row["item"]] = row["loading"] * known[row["latent"]] + noise
    return Sample(groups, {name: known[name] for name in LATENTS}, responses)


def answers(n: int = N, seed: int = SEED) -> dict[str, np.ndarray]:
    """Let respondents fill in the questionnaire, some of them carelessly or not to the end.

    Returns
    -------
    dict of arrays
        The columns of raw/responses.csv in their order; numbers as floats with NaN where nothing was answered.
    """
    sample = continuous(n, seed)
    rng = np.random.default_rng((seed, 1))
    given = {row["item"]: _answer(sample.responses[row["item"]], row) for row in items()}
    given["ac1"] = np.where(rng.random(n) < 0.985, ATTENTION["ac1"], 5.0)
    careless = _answer_carelessly(given, rng)
    given |= _importance(rng, n)
    given["hours"] = np.floor(10 * 12 * np.exp(0.95 * sample.latents["waiting"]) + 0.5) / 10
    for name, (levels, shares) in PEOPLE.items():
        given[name] = np.array(levels, dtype=object)[_pick(rng, n, shares)]
    given["policy_years"] = np.clip(np.floor(np.exp(1.3 + 0.8 * rng.standard_normal(n))), 0, 35)
    given = {name: given[name] for page in PAGES for name in given if name.startswith(page)}
    seconds = np.floor(np.exp(np.where(careless, 5.1, 6.5) + 0.28 * rng.standard_normal(n)))
    last = _leave_out(given, sample.groups["stage"], rng)
    wave = np.array(WAVES)[sample.groups["wave"]]
    insurer = np.array(INSURERS, dtype=object)[sample.groups["insurer"]]
    arrived = np.floor(rng.random(n) * 30 * 24 * 60).astype(int)
    return {
        "id": np.array([f"r{number + 1:04d}" for number in range(n)], dtype=object),
        "submitted_at": np.array([f"{year}-06-{1 + minute // 1440:02d} {minute // 60 % 24:02d}:{minute % 60:02d}"
                                  for year, minute in zip(wave, arrived, strict=True)], dtype=object),
        "ip": np.array([f"192.0.2.{1 + number * 37 % 254}" for number in range(n)], dtype=object),
        "seconds": np.floor(seconds * last),
        "wave": wave,
        "insurer": insurer,
        "branch": insurer + (sample.groups["branch"] + 1).astype(str).astype(object),
        "trained": np.array(TRAINED)[sample.groups["branch"]],
        "stage": np.array(STAGES, dtype=object)[sample.groups["stage"]],
        **given,
    }


def text(columns: dict[str, np.ndarray]) -> str:
    """Write columns as CSV; an answer that is missing stays empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write raw/responses.csv, or with ``--check`` compare it with what would be written."""
    file = HERE / "raw" / "responses.csv"
    made = text(answers())
    if "--check" in arguments:
        same = file.is_file() and file.read_text(encoding="utf-8") == made  # any line ending
        print(f"{file.name}: {'as generated' if same else 'differs from what this script generates'}")
        return 0 if same else 1
    file.parent.mkdir(exist_ok=True)
    file.write_text(made, encoding="utf-8", newline="\n")
    print(f"{file.name}: {made.count(chr(10)) - 1} respondents")
    return 0


def _cell(value: object) -> str:
    return value if isinstance(value, str) else "" if np.isnan(value) else f"{value:.10g}"


def _pick(rng: np.random.Generator, n: int, shares: tuple[float, ...] | list[float]) -> np.ndarray:
    """Draw n positions with given shares."""
    return np.minimum(np.searchsorted(np.cumsum(shares), rng.random(n), side="right"), len(shares) - 1)


def _answer(response: np.ndarray, row: dict) -> np.ndarray:
    """Round a continuous response to the scale, and turn it around where the item is worded the other way."""
    low, high = answer_range(row["item"])
    rounded = np.clip(np.floor(row["mean"] + row["sd"] * response + 0.5), low, high)
    return low + high - rounded if row["item"] in REVERSED else rounded


def _answer_carelessly(given: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Replace the answers of 5 in 100 people: half tick one column all the way down, half tick anything."""
    n = len(given["ac1"])
    careless = rng.random(n) < CARELESS
    straight = careless & (rng.random(n) < 0.5)
    column = 4 + np.floor(4 * rng.random(n))
    for item, values in given.items():
        low, high = answer_range(item)
        anything = low + np.floor((high - low + 1) * rng.random(n))
        values[careless] = np.where(straight, column, anything)[careless]
    return careless


def _importance(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """Divide 100 points in steps of 5."""
    physical, information = (np.clip(5 * np.floor(mean / 5 + 1.8 * rng.standard_normal(n) + 0.5), 10, 45)
                             for mean in (30, 33))
    return {"w_ph": physical, "w_inf": information, "w_psy": 100 - physical - information}


def _leave_out(given: dict[str, np.ndarray], stage: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Empty what was not answered, and return the share of the questionnaire that each person reached.

    Some people stop early, some leave a block out on which they have no view; buyers who never had an accident cannot
    judge help at the scene; whoever asked nothing has no response hours; single answers are forgotten.
    """
    n = len(stage)
    reached = np.where(rng.random(n) < 0.035, 0.25 + 0.75 * rng.random(n), 1.0)
    no_accident = (stage == 0) & (rng.random(n) < 0.06)
    given["hours"][rng.random(n) < 0.12] = np.nan
    without = {begin: (rng.random(n) < share, code) for begin, (share, code) in BLOCK_LEFT_OUT.items()}
    for number, (item, values) in enumerate(given.items()):
        stopped = (number + 1) / len(given) > reached
        if values.dtype == object:
            values[stopped] = ""
            continue
        forgotten, coded = rng.random(n) < _of(item, FORGOTTEN, 0.0), rng.random(n) < 0.5
        values[forgotten] = np.where(coded, MISSING, np.nan)[forgotten]
        left_out, code = _of(item, without, (np.zeros(n, dtype=bool), np.nan))
        values[left_out] = code
        if item in ("p_ph2", "p_ph3"):
            values[no_accident] = MISSING
        values[stopped] = np.nan
    return reached


def _of(item: str, by_beginning: dict, otherwise: object) -> object:
    """Look up what belongs to the block that an item is in."""
    return next((value for begin, value in by_beginning.items() if item.startswith(begin)), otherwise)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
