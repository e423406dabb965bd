"""Structural equation models: estimates, tests, effects, and what must be known before they are interpreted."""

from helpers.moments import Moments
from helpers.sem.fit import fit
from helpers.sem.result import SemFit

__all__ = ["Moments", "SemFit", "fit"]
