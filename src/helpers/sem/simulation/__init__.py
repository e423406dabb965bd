"""Answers from a known population, and how estimators do on many of them."""
