"""What the right-hand side of ``:=`` or ``==`` computes, and how it changes with its parameters.

The text becomes a tree of our own; it is walked, never executed. Values travel with their gradient (forward-mode
differentiation), so the delta method gets exact derivatives.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from helpers.errors import ModelError

NAME = r"[^\W\d][\w.]*|\.[^\W\d][\w.]*"
_TOKEN = re.compile(rf"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?P<name>{NAME})"
                    r"|(?P<sign>\*\*|[-+*/^(),]))")
# value and derivative of each function that may be called
FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "exp": (math.exp, math.exp),
    "log": (math.log, lambda x: 1 / x),
    "sqrt": (math.sqrt, lambda x: 0.5 / math.sqrt(x)),
    "abs": (abs, lambda x: math.copysign(1.0, x)),
    "tanh": (math.tanh, lambda x: 1 - math.tanh(x) ** 2),
}
Node = tuple  # ("number", 2.0) | ("name", "a") | ("call", "exp", node) | (sign, node, node)


@dataclass(frozen=True, slots=True)
class Expression:
    """An arithmetic expression in parameter names.

    Attributes
    ----------
    source : str
        As written.
    tree : tuple
        Nested tuples, see ``Node``.
    names : tuple of str
        What it refers to, in order of appearance.

    Examples
    --------
    >>> indirect = Expression.parse("a * b + c")
    >>> indirect.names
    ('a', 'b', 'c')
    >>> indirect.value({"a": 0.5, "b": 0.5, "c": 0.25})
    0.5
    """

    source: str
    tree: Node
    names: tuple[str, ...]

    @classmethod
    def parse(cls, source: str, *, where: str = "") -> Expression:
        """Read ``+ - * / ^``, brackets, numbers, names and exp, log, sqrt, abs, tanh.

        Raises
        ------
        ModelError
            ``syntax.expression`` naming what could not be read.
        """
        reader = _Reader(source, where)
        tree = reader.sum()
        if reader.tokens:
            raise reader.refusal(reader.tokens[0][1])
        return cls(source.strip(), tree, tuple(dict.fromkeys(reader.names)))

    def value(self, values: Mapping[str, float]) -> float:
        """Compute it from the values of its names."""
        gradients = dict.fromkeys(self.names, np.zeros(0))
        return self.value_and_gradient(values, gradients)[0]

    def many(self, values: Mapping[str, np.ndarray], size: int) -> np.ndarray:
        """Compute it for ``size`` values of its names at once, shape (size,); NaN where it has no value."""
        if _arithmetic(self.tree):
            with np.errstate(all="ignore"):
                return np.broadcast_to(_each(self.tree, values), size).astype(float)
        rows = zip(*(values[name] for name in self.names), strict=True) if self.names else ((),) * size
        return np.array([self.value(dict(zip(self.names, row, strict=True))) for row in rows])

    def value_and_gradient(
        self, values: Mapping[str, float], gradients: Mapping[str, np.ndarray]
    ) -> tuple[float, np.ndarray]:
        """Value and its gradient with respect to whatever ``gradients`` are taken to.

        Parameters
        ----------
        values : mapping of name to float
        gradients : mapping of name to ndarray, shape (q,)
            Derivative of each name with respect to the q basic parameters.

        Returns
        -------
        float, ndarray of shape (q,)
            NaN where the expression has no value, e.g. a division by zero or the logarithm of a negative number.
        """
        size = len(next(iter(gradients.values()))) if gradients else 0
        try:
            return _walk(self.tree, values, gradients, size)
        except (ZeroDivisionError, ValueError, OverflowError):
            return math.nan, np.full(size, math.nan)

    def affine(self) -> tuple[float, dict[str, float]] | None:
        """Constant and coefficients when the expression is linear in its names, otherwise None."""
        try:
            return _affine(self.tree)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None


class _Reader:
    """Recursive descent; a name directly before a bracket is a function."""

    def __init__(self, source: str, where: str) -> None:
        self.source, self.where, self.names = source, where, []
        self.tokens: list[tuple[str, str]] = []
        at, length = 0, len(source.rstrip())
        while at < length:
            found = _TOKEN.match(source, at)
            if not found:
                raise self.refusal(source[at:].strip()[:12])
            self.tokens.append((str(found.lastgroup), found.group(str(found.lastgroup))))
            at = found.end()

    def refusal(self, found: str) -> ModelError:
        return ModelError("syntax.expression", where=self.where, expression=self.source.strip(), found=found or "?")

    def take(self, *signs: str) -> str:
        if self.tokens and self.tokens[0][0] == "sign" and self.tokens[0][1] in signs:
            return self.tokens.pop(0)[1]
        return ""

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take("+", "-"):
            node = (sign, node, self.product())
        return node

    def product(self) -> Node:
        node = self.signed()
        while sign := self.take("*", "/"):
            node = (sign, node, self.signed())
        return node

    def signed(self) -> Node:
        if sign := self.take("+", "-"):
            return (sign, ("number", 0.0), self.signed())
        return self.power()

    def power(self) -> Node:
        base = self.atom()
        return ("^", base, self.signed()) if self.take("^", "**") else base

    def atom(self) -> Node:
        if self.take("("):
            node = self.sum()
            if not self.take(")"):
                raise self.refusal("(")
            return node
        if not self.tokens or self.tokens[0][0] == "sign":
            raise self.refusal(self.tokens[0][1] if self.tokens else "")
        kind, text = self.tokens.pop(0)
        if kind == "number":
            return ("number", float(text))
        if self.tokens and self.tokens[0] == ("sign", "("):
            if text not in FUNCTIONS:
                raise self.refusal(f"{text}()")
            return ("call", text, self.atom())
        self.names.append(text)
        return ("name", text)


def _walk(node: Node, values: Mapping, gradients: Mapping, size: int) -> tuple[float, np.ndarray]:
    kind = node[0]
    if kind == "number":
        return node[1], np.zeros(size)
    if kind == "name":
        return float(values[node[1]]), gradients[node[1]]
    if kind == "call":
        x, dx = _walk(node[2], values, gradients, size)
        function, slope = FUNCTIONS[node[1]]
        return function(x), slope(x) * dx
    x, dx = _walk(node[1], values, gradients, size)
    y, dy = _walk(node[2], values, gradients, size)
    if kind == "+":
        return x + y, dx + dy
    if kind == "-":
        return x - y, dx - dy
    if kind == "*":
        return x * y, x * dy + y * dx
    if kind == "/":
        return x / y, (dx - x / y * dy) / y
    if not np.any(dy):  # a constant exponent also serves negative bases
        return math.pow(x, y), (y * math.pow(x, y - 1) * dx if y else np.zeros(size))
    return math.pow(x, y), math.pow(x, y) * (dy * math.log(x) + y / x * dx)


def _arithmetic(node: Node) -> bool:
    """Whether it is made of sums, products and ratios alone."""
    return node[0] in ("number", "name") or (node[0] in ("+", "-", "*", "/") and all(map(_arithmetic, node[1:])))


def _each(node: Node, values: Mapping[str, np.ndarray]) -> np.ndarray | float:
    """Arithmetic with arrays; nothing is divided by 0."""
    if node[0] in ("number", "name"):
        return node[1] if node[0] == "number" else values[node[1]]
    x, y = _each(node[1], values), _each(node[2], values)
    if node[0] in ("+", "-"):
        return x + y if node[0] == "+" else x - y
    return x * y if node[0] == "*" else x / np.where(np.equal(y, 0), math.nan, y)


def _affine(node: Node) -> tuple[float, dict[str, float]] | None:
    kind = node[0]
    if kind == "number":
        return node[1], {}
    if kind == "name":
        return 0.0, {node[1]: 1.0}
    parts = [_affine(part) for part in node[2 if kind == "call" else 1:]]
    if any(part is None for part in parts):
        return None
    if not any(slopes for _, slopes in parts):
        return _walk(node, {}, {}, 0)[0], {}
    if kind in ("call", "^"):
        return None
    (x, xs), (y, ys) = parts
    if kind in "+-":
        sign = 1.0 if kind == "+" else -1.0
        return x + sign * y, {name: xs.get(name, 0.0) + sign * ys.get(name, 0.0) for name in xs | ys}
    if kind == "*" and not (xs and ys):
        by, slopes = (x, ys) if ys else (y, xs)
        return x * y, {name: by * slope for name, slope in slopes.items()}
    if kind == "/" and not ys and y != 0:
        return x / y, {name: slope / y for name, slope in xs.items()}
    return None
