"""Whatever is typed into a table, the audit answers or refuses; it never breaks."""

from __future__ import annotations

import random
from typing import Any

from helpers import replication
from helpers.errors import HelpersError
from helpers.replication.auditing import shape

NUMBERS = ["0", "1", "-1", ".00", ".5", "1.00", "1e5", "-3.2", "163", "1e-300", "99", "2", "12.5", ".80", "7"]
P = [*NUMBERS, "<.001", ">5", "<0", "n.s.", "***", "=.05"]
TEXTS = ["y ~ x", "x ~ y", "f =~ a + b + c", "cfa", "a", "", "b ~~ c", "MLR", "(", "f =~ a", "x == 2", "z = 0, p = 1",
         "t(28) = 2.2, p < .05", "r(1) = 1.0, p = .00", "F(1, 2) = 0, p = .5", "a * b", "a / a", "a - 1"]


def drawn(kind: Any, source: random.Random) -> Any:
    """Draw something that the shape of a table allows, sensible or not."""
    if isinstance(kind, shape.Named):
        names = source.sample(["a", "b", "c", "a ~~ b", "b ~~ c", "y", "x"], source.randint(1, 3))
        return {name: drawn(kind.of, source) for name in names}
    if isinstance(kind, dict):
        return {key: drawn(inner, source) for key, inner in kind.items() if source.random() < 0.5}
    if isinstance(kind, shape.Listed):
        return [drawn(kind.of, source) for _ in range(source.choice([0, 1, 2, 2, 2, 3]))]
    if isinstance(kind, shape.Choice):
        return source.choice(kind.words)
    return source.choice({"number": NUMBERS, "p": P}.get(kind, TEXTS))


def test_it_answers_or_refuses() -> None:
    answered = refused = 0
    for seed in range(1500):
        source = random.Random(seed)
        sections = {*source.sample(list(shape.SECTIONS), source.randint(1, 5)), source.choice(["n", "fit"])}
        printed = {key: drawn(shape.SECTIONS[key], source) for key in sorted(sections)}
        try:
            table = replication.audit(printed)
        except HelpersError as error:
            refused += 1
            assert error.sentence("zh")
        else:
            answered += 1
            assert set(table["verdict"]) <= {"inconsistent", "truncated", "consistent", "not_checkable"}
    assert answered > 300 and refused > 300
