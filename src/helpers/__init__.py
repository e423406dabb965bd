"""Shared rooms of the assurance notebooks; see CONTRIBUTING.md for the floor plan."""

__version__ = "0.1.0"
