"""The keys of study.yml of a published matrix, which has no respondents."""

from __future__ import annotations

from typing import Literal

from helpers.studies.keys import Cell, ConfigDict, Field, Keys, Text
from helpers.studies.shape import Language


class MatrixKeys(Keys):
    """A printed matrix: a column of names, then one per variable; columns ``mean`` and ``sd`` beside them."""

    file: str = Field(description="Path inside the study folder; the lower triangle is enough")
    kind: Literal["correlation", "covariance"] = "correlation"
    n: float | None = Field(None, gt=1, description="Respondents, a harmonic mean too; left out: not known")


class MatrixDataKeys(Keys):
    """The file of a published study."""

    matrix: MatrixKeys


class PrintedKeys(Keys):
    """What was printed of the model."""

    paths: str = Field("", description="Table with lhs, op, rhs, est and any of se, z, pvalue, std.all, as printed")
    fit: dict[str, Cell] = Field({}, description="Measure in lavaan's names: as printed, with its decimals")


class PublishedKeys(Keys):
    """The keys of study.yml of a published matrix."""

    model_config = ConfigDict(title="study.yml of a published matrix")

    format: Literal["1"] = Field("1", json_schema_extra={"const": 1, "type": "integer"})
    title: Text
    citation: str = Field(min_length=1)
    source: str = Field("", description="Where the numbers were read")
    data: MatrixDataKeys
    variables: dict[str, Text] = Field({}, description="Variable of the matrix: its label")
    model: str = Field("", description="Lavaan syntax over the variables, as published")
    printed: PrintedKeys = PrintedKeys()
    doubts: tuple[Text, ...] = Field((), description="What a reader has to know of the numbers")
    languages: tuple[Language, ...] = Field(("en", "zh"), min_length=1)
