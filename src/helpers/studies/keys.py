"""What a key of study.yml may be made of: names, texts, cells, lines, blocks.

The only module that imports pydantic. Every scalar arrives as the text that was written (see `written`); the type
declared for its key decides what it means.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from helpers.studies.ranges import RangeProblem, expanded

__all__ = ["Cell", "Cells", "ConfigDict", "Field", "Keys", "Lines", "Names", "PydanticCustomError", "Text",
           "ValidationError", "field_validator", "model_validator", "one_or_more", "or_text"]

_TEXT_SCHEMA = {"anyOf": [{"type": "string"},
                          {"type": "object", "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
                           "additionalProperties": False, "minProperties": 1}]}
_NAMES_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["string", "number"]}}],
                 "description": "A name, a range such as tr1..tr6, or a list of both"}
_CELL_SCHEMA = {"type": ["string", "number", "boolean"]}  # YAML reads 2025 as a number; here it stays its text


def _text(value: Any) -> Any:
    """Give a text that was written for both languages one form."""
    if isinstance(value, str):
        return {"": value}
    if isinstance(value, dict) and value:
        return value
    raise PydanticCustomError("studies.not_text", "text")


def _names(value: Any) -> Any:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise PydanticCustomError("studies.not_names", "names")
    try:
        return expanded(value)
    except RangeProblem as problem:
        raise PydanticCustomError(problem.id, "range", problem.values) from None


def _cells(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def one_or_more(value: Any) -> Any:
    """Give a list where one entry stands for it."""
    return [value] if isinstance(value, (str, dict)) else value


Text = Annotated[dict[Literal["", "en", "zh"], str], BeforeValidator(_text), WithJsonSchema(_TEXT_SCHEMA)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names), WithJsonSchema(_NAMES_SCHEMA)]
Cell = Annotated[str, WithJsonSchema(_CELL_SCHEMA)]
Cells = Annotated[tuple[str, ...], BeforeValidator(_cells),
                  WithJsonSchema({"anyOf": [_CELL_SCHEMA, {"type": "array", "items": _CELL_SCHEMA}]})]
Lines = Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(one_or_more)]


def or_text(schema: dict[str, Any]) -> None:
    """Let an editor accept a plain text where it stands for a block."""
    schema["anyOf"].append({"type": "string"})


class Keys(BaseModel):
    """A block of keys; others than those declared are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
