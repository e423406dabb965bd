"""The keys of study.yml that say in which files the answers lie, and which columns are made of others."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from helpers.studies.keys import (
    Cell,
    Cells,
    Field,
    Keys,
    Lines,
    Names,
    PydanticCustomError,
    field_validator,
    model_validator,
    one_or_more,
)


class OrPath:
    """Lets an editor accept a path alone for a block with `file:`."""

    @staticmethod
    def __get_pydantic_json_schema__(core: Any, handler: Any) -> dict[str, Any]:
        """Give both."""
        return {"anyOf": [{"type": "string"}, handler(core)]}


class FileKeys(Keys):
    """One of several files: a block with `file:`, or the path alone."""

    @model_validator(mode="before")
    @classmethod
    def _file_alone(cls, value: Any) -> Any:
        return {"file": value} if isinstance(value, str) else value

    file: str = Field(description="Path inside the study folder")
    columns: dict[str, str] = Field({}, description="Column of the study: its name in this file")
    encoding: str = Field("", description="Left out: byte-order mark, UTF-8, GB18030, in this order")
    delimiter: Literal["", ",", ";", "\t", "|"] = Field("", description="Left out: found from the header")
    sheet: str = Field("", description="Sheet of a workbook; left out: the only one")
    header: int = Field(0, ge=0, description="Line or row with the names of the columns; left out: the first")
    skip: Lines = Field((), description="Lines or rows that are no data")


class JoinKeys(FileKeys):
    """A file with further columns of the same respondents."""

    by: str = Field("", description="Its column that tells respondents apart; left out: named as `respondent`")


class WideKeys(Keys):
    """How the columns of one wave are named in a file with one row per respondent."""

    prefix: str = ""
    suffix: str = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> WideKeys:
        if bool(self.prefix) == bool(self.suffix):
            raise PydanticCustomError("studies.wide_form", "form")
        return self


class RecodeKeys(Keys):
    """A new column, made of others in one way."""

    from_: str = Field("", alias="from", description="The column whose entries are mapped")
    values: dict[str, Cell] = Field({}, description="Entry: new entry; \"\" is no answer")
    ranges: dict[str, Cell] = Field({}, description="Both ends included: {18..29: young, 30..: older}")
    compute: str = Field("", description="Arithmetic of columns: + - * / ( ), a name with blanks in `backticks`")
    sum: Names = Field((), description="Columns; of fewer than all it is their mean times the number of columns")
    mean: Names = Field((), description="Columns")
    at_least: int = Field(0, ge=0, description="Columns that must be answered for a sum or mean; left out: all")
    else_: Literal["", "keep", "missing"] = Field("", alias="else", description="What becomes of an entry that no rule"
                                                                               " names; left out: it is refused")

    @property
    def kind(self) -> str:
        """The one way that is given."""
        return next(name for name in ("values", "ranges", "compute", "sum", "mean") if getattr(self, name))

    @model_validator(mode="after")
    def _one_way(self) -> RecodeKeys:
        given = [name for name in ("values", "ranges", "compute", "sum", "mean") if getattr(self, name)]
        if len(given) != 1:
            raise PydanticCustomError("studies.recode_kind", "kind", {"found": given or ["-"]})
        mapped, counted = given[0] in ("values", "ranges"), given[0] in ("sum", "mean")
        wrong = [name for name, value, right in (("from", self.from_, mapped), ("else", self.else_, mapped),
                                                 ("at_least", self.at_least, counted)) if value and not right]
        if wrong or (mapped and not self.from_):
            raise PydanticCustomError("studies.recode_keys", "keys", {"kind": given[0], "extra": wrong or ["from"]})
        if counted and self.at_least > len(getattr(self, given[0])):
            raise PydanticCustomError("studies.recode_at_least", "least",
                                      {"least": self.at_least, "columns": len(getattr(self, given[0]))})
        return self


OneFile = Annotated[FileKeys, OrPath()]
OneJoin = Annotated[JoinKeys, OrPath()]


class ResponsesKeys(Keys):
    """The table of answers, one row per respondent (and wave)."""

    file: str = Field("", description="Path inside the study folder: .csv, .tsv, .txt, .xlsx, .sav, .dta, .parquet or"
                                      " .jsonl")
    waves: dict[str, OneFile] = Field({}, description="Instead of `file`: a file per wave; they are put one below the"
                                                      " other")
    wide: dict[str, WideKeys] = Field({}, description="Wave: prefix or suffix of its columns, where a row holds them"
                                                      " all")
    join: tuple[OneJoin, ...] = Field((), description="Files with further columns of the same respondents")

    @field_validator("join", mode="before")
    @classmethod
    def _one_join(cls, value: Any) -> Any:
        return one_or_more(value)

    header: int = Field(0, ge=0, description="Line or row with the names of the columns; left out: the first")
    skip: Lines = Field((), description="Lines or rows that are no data")
    respondent: str = Field("", description="Column that tells respondents apart; left out: the row number")
    duration: str = Field("", description="Column with the seconds that answering took")
    missing_codes: Cells = Field((), description="What stands for 'no answer', besides an empty cell")
    drop: Cells = Field((), description="Columns that are never read")
    attention_checks: dict[str, Cell] = Field({}, description="Column: right answer")
    encoding: str = Field("", description="Left out: byte-order mark, UTF-8, GB18030, in this order")
    delimiter: Literal["", ",", ";", "\t", "|"] = Field("", description="Left out: found from the header")
    decimal: Literal["", ".", ","] = Field("", description="Left out: found, a point unless numbers have commas only")
    sheet: str = Field("", description="Sheet of a workbook; left out: the only one")

    @model_validator(mode="after")
    def _one_way(self) -> ResponsesKeys:
        given = [name for name in ("file", "waves") if getattr(self, name)]
        if len(given) != 1:
            raise PydanticCustomError("studies.responses_file", "file", {"found": given or ["-"]})
        if self.waves and (wrong := [name for name in ("wide", "header", "skip", "sheet", "encoding", "delimiter")
                                     if getattr(self, name)]):
            raise PydanticCustomError("studies.waves_keys", "keys", {"extra": wrong})
        return self
