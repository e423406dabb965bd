"""How a study wants its statistics computed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Analysis:
    """How the statistics are computed."""

    estimator: str = "auto"
    missing: str = "auto"
    careless: str = "flag"
    interval: str = "auto"
    halves: str = "random"
    draws: int = 5000
    conf_level: float = 0.95
    seed: int = 20250101

    def chosen(self, *, seed: int = 0, draws: int = 0) -> dict[str, float | int]:
        """Give the settings that statistics with random draws take, as keywords.

        Parameters
        ----------
        seed, draws : int
            0 takes the study's.

        Examples
        --------
        >>> Analysis(seed=7).chosen(draws=200)
        {'conf_level': 0.95, 'draws': 200, 'seed': 7}
        """
        return {"conf_level": self.conf_level, "draws": draws or self.draws, "seed": seed or self.seed}
