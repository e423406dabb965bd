"""Arithmetic of columns as it is written: numbers, names, + - * / and brackets, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

# Characters; a longer rule is no rule that a reader could check.
LONGEST = 2000
_PART = re.compile(r"(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|`(?P<quoted>[^`]*)`"
                   r"|(?P<name>[^\W\d](?:[\w.]*\w)?)")
_SIGNS = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide}


class FormulaError(ValueError):
    """What of a formula is not understood."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was understood.

    Attributes
    ----------
    text : str
        As written.
    names : tuple of str
        In the order of first appearance.
    plain : str
        The formula with ``_0``, ``_1`` … for the names, so that a name can hold anything.
    """

    text: str
    names: tuple[str, ...]
    plain: str

    def value(self, columns: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
        """Compute it.

        Parameters
        ----------
        columns : mapping of str to ndarray of float, shape (rows,)
        rows : int

        Returns
        -------
        ndarray of float, shape (rows,)
            NaN where an input is; infinite where something is divided by zero.
        """
        tree = ast.parse(self.plain, mode="eval")
        with np.errstate(all="ignore"):
            found = _value(tree.body, [columns[name] for name in self.names])
        return np.array(np.broadcast_to(found, rows), dtype=float)


def parse(text: str) -> Formula:
    """Understand a formula.

    Parameters
    ----------
    text : str
        A name with blanks or signs stands in backticks.

    Raises
    ------
    FormulaError
        With the part that is not understood.

    Examples
    --------
    >>> parse("(p1 - `what I expect`) / 2").names
    ('p1', 'what I expect')
    >>> parse("p1 ** 2")
    Traceback (most recent call last):
    helpers.reading.arithmetic.FormulaError: **
    """
    if len(text) > LONGEST:
        raise FormulaError(f"{text[:40]} …")
    names: dict[str, int] = {}

    def placeholder(part: re.Match) -> str:
        if part["number"] is not None:
            return f" {part['number']} "  # what stands next to it is another part
        name = (part["quoted"] if part["quoted"] is not None else part["name"]).strip()
        if not name:
            raise FormulaError("``")
        return f" _{names.setdefault(name, len(names))} "

    plain = " ".join(_PART.sub(placeholder, text).split())
    if strange := re.search(r"\*\*|//|[^\w\s.+\-*/()]", plain):
        raise FormulaError(strange[0])
    try:
        tree = ast.parse(plain, mode="eval")
        _check(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise error if isinstance(error, FormulaError) else FormulaError(text) from None
    return Formula(text, tuple(names), plain)


def _check(node: ast.AST) -> None:
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        _check(node.left)
        _check(node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        _check(node.operand)
    elif not (isinstance(node, ast.Name)
              or (isinstance(node, ast.Constant) and type(node.value) in (int, float) and abs(node.value) < 1e300)):
        raise FormulaError(type(node).__name__)


def _value(node: ast.AST, columns: list[np.ndarray]) -> np.ndarray | float:
    if isinstance(node, ast.BinOp):
        return _SIGNS[type(node.op)](_value(node.left, columns), _value(node.right, columns))
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, columns) if isinstance(node.op, ast.USub) else _value(node.operand, columns)
    return columns[int(node.id[1:])] if isinstance(node, ast.Name) else float(node.value)
