"""Shared rooms of the assurance notebooks; see CONTRIBUTING.md for the floor plan."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

__version__ = "0.1.0"


def on_demand(room: str) -> None:
    """Let a room load each module when something from it is first used, not when the room is imported.

    Called at the end of the room's ``__init__``, whose imports stand under ``if TYPE_CHECKING:``: there editors and
    type checkers read what the room offers and from which module, and so does this. A notebook that uses three
    functions of a room with a hundred modules waits for those three alone.

    Parameters
    ----------
    room : str
        The room's ``__name__``.

    Examples
    --------
    >>> from helpers import sem
    >>> sem.fit.__module__
    'helpers.sem.fitting.fit'
    """
    module = sys.modules[room]
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    module.__dict__["_offered"] = {alias.asname or alias.name: (node.module, alias.name)
                                   for block in tree.body if isinstance(block, ast.If)
                                   for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    module.__class__ = _Room


class _Room(ModuleType):
    """A package whose names are loaded when they are asked for (PEP 562 cannot keep a module from hiding a name)."""

    def __getattr__(self, name: str) -> Any:
        if name not in self.__dict__["_offered"]:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)
        module, original = self.__dict__["_offered"][name]
        self.__dict__[name] = value = getattr(import_module(module), original)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        # Python hangs an imported module into its package: `helpers.measurement.structures` would hide the function.
        if not (isinstance(value, ModuleType) and name in self.__dict__["_offered"]):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self.__dict__["_offered"]})
