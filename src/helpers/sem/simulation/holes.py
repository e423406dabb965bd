"""Takes answers out, at random or depending on what else was answered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from helpers.errors import ModelError
from helpers.sem.simulation.answer_scale import per_item
from helpers.sem.simulation.population import Population

HALVINGS = 80
MOST_BY_RANK = 0.5  # chances that rise with the rank from zero have a mean of at most one half


@dataclass(frozen=True, slots=True)
class Missing:
    r"""How answers go missing.

    Attributes
    ----------
    share : float, or mapping of item to float
        Of the answers to an item that are missing. One number holds for ``items``.
    items : sequence of str, optional
        None: every item but the driver.
    driver : str, optional
        Item that decides who does not answer the others; it is complete itself. None: missing completely at random.
    by : {"logistic", "rank"}
        How the chance of a missing answer rises with the driver. "logistic": :math:`1/(1 + e^{-a - sz})` with
        z the standardized driver, s = ``slope`` and a such that the mean chance is the share. "rank": twice the
        share times the relative rank, at most .5.
    slope : float, default 1
        Change of the log odds per standard deviation of the driver; negative: low answers miss more.

    References
    ----------
    Rubin (1976). Inference and missing data. Biometrika, 63, 581-592.
    """

    share: float | Mapping[str, float]
    items: Sequence[str] | None = None
    driver: str | None = None
    by: Literal["logistic", "rank"] = "logistic"
    slope: float = 1.0


def shares(of: Population, asked: float | Missing | None) -> dict[str, float]:
    """Share of missing answers of each item concerned.

    Raises
    ------
    ModelError
        ``sem.simulate_unknown``, ``sem.simulate_share``, ``sem.simulate_driver``, ``sem.simulate_by``.
    """
    if asked is None:
        return {}
    asked = _missing(asked)
    named = [each for each in (asked.driver, *(asked.items or ())) if each is not None and each not in of.names]
    if named:
        raise ModelError("sem.simulate_unknown", argument="missing", found=named, known=list(of.names))
    found = per_item(of, asked.share, "missing")
    if not isinstance(asked.share, Mapping):
        kept = of.names if asked.items is None else tuple(asked.items)
        found = {name: share for name, share in found.items()
                 if name in kept and not (asked.items is None and name == asked.driver)}
    most = MOST_BY_RANK if asked.driver is not None and asked.by == "rank" else 1.0
    for name, share in found.items():
        if not isinstance(share, int | float | np.number) or not 0 <= share < 1 or share > most:
            raise ModelError("sem.simulate_share", item=name, found=share, most=most)
    if asked.driver in found:
        raise ModelError("sem.simulate_driver", driver=asked.driver)
    if asked.by not in ("logistic", "rank") or not math.isfinite(asked.slope):
        raise ModelError("sem.simulate_by", found=asked.by, slope=asked.slope)
    return found


def with_holes(data: pd.DataFrame, asked: float | Missing, of: dict[str, float], names: tuple[str, ...],
               generator: np.random.Generator) -> pd.DataFrame:
    """Take answers out.

    Every item uses the same random numbers whether or not others lose answers too.
    """
    chances = generator.random((len(data), len(names)))
    asked = _missing(asked)
    driver = None if asked.driver is None else data[asked.driver]
    return data.assign(**{name: data[name].mask(chances[:, names.index(name)] < _chance(asked, share, driver))
                          for name, share in of.items()})


def _missing(asked: float | Missing | Mapping[str, float]) -> Missing:
    return asked if isinstance(asked, Missing) else Missing(asked)


def _chance(asked: Missing, share: float, driver: pd.Series | None) -> np.ndarray | float:
    if driver is None or share == 0:
        return share
    if asked.by == "rank":
        return (2 * share * (driver.rank() - 0.5) / len(driver)).to_numpy()
    spread = driver.std(ddof=0)
    if not spread > 0:
        return share
    pull = asked.slope * ((driver - driver.mean()) / spread).to_numpy()
    low, high = np.log(share / (1 - share)) - np.abs(pull).max() + np.array([0.0, 2 * np.abs(pull).max()])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _logistic(middle + pull).mean() < share else (low, middle)
    return _logistic(low + pull)


def _logistic(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-odds))
