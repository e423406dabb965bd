"""The keys of study.yml, what each may hold, and the JSON Schema that lets an editor complete them.

The only module that imports pydantic. Every scalar arrives as the text that was written (see `written`); the type
declared here decides what it means.
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
    model_validator,
)
from pydantic_core import PydanticCustomError

from helpers.studies.criteria import DEFAULTS
from helpers.studies.ranges import RangeProblem, expanded
from helpers.studies.rules import INDICES, SIGNS

Language = Literal["en", "zh"]
Action = Literal["keep", "flag", "exclude"]
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


def _several(value: Any) -> Any:
    return [value] if isinstance(value, (str, dict)) else value


def _file_alone(value: Any) -> Any:
    return {"file": value} if isinstance(value, str) else value


Text = Annotated[dict[Literal["", "en", "zh"], str], BeforeValidator(_text), WithJsonSchema(_TEXT_SCHEMA)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names), WithJsonSchema(_NAMES_SCHEMA)]
Cell = Annotated[str, WithJsonSchema(_CELL_SCHEMA)]
Cells = Annotated[tuple[str, ...], BeforeValidator(_cells),
                  WithJsonSchema({"anyOf": [_CELL_SCHEMA, {"type": "array", "items": _CELL_SCHEMA}]})]

Lines = Annotated[tuple[Annotated[int, Field(ge=1)], ...], BeforeValidator(_several)]


def _or_text(schema: dict[str, Any]) -> None:
    """Let an editor accept a plain text where it stands for a block."""
    schema["anyOf"].append({"type": "string"})


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Scale(_Keys):
    """Lowest and highest answer."""

    min: float
    max: float

    @model_validator(mode="after")
    def _in_order(self) -> Scale:
        if self.min >= self.max:
            raise PydanticCustomError("studies.scale_order", "scale", {"low": self.min, "high": self.max})
        return self


class _OrFile:
    """A block with `file:`, or the path alone."""

    @staticmethod
    def __get_pydantic_json_schema__(core: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(core)]}


class FileKeys(_Keys):
    """One of several files."""

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


class WideKeys(_Keys):
    """How the columns of one wave are named in a file with one row per respondent."""

    prefix: str = ""
    suffix: str = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> WideKeys:
        if bool(self.prefix) == bool(self.suffix):
            raise PydanticCustomError("studies.wide_form", "form")
        return self


class RecodeKeys(_Keys):
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


class ResponsesKeys(_Keys):
    """The table of answers, one row per respondent (and wave)."""

    file: str = Field("", description="Path inside the study folder: .csv, .tsv, .txt, .xlsx, .sav, .dta, .parquet or"
                                      " .jsonl")
    waves: dict[str, Annotated[FileKeys, BeforeValidator(_file_alone), _OrFile()]] = Field(
        {}, description="Instead of `file`: a file per wave; they are put one below the other")
    wide: dict[str, WideKeys] = Field({}, description="Wave: prefix or suffix of its columns, where a row holds them"
                                                      " all")
    join: Annotated[tuple[Annotated[JoinKeys, BeforeValidator(_file_alone), _OrFile()], ...],
                    BeforeValidator(_several)] = Field((), description="Files with further columns of the respondents")
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


class DataKeys(_Keys):
    """The files of the study."""

    responses: ResponsesKeys
    codebook: str = Field("", description="Columns item, column, en, zh, values; left out: codebook.csv, if any")


class ConstructKeys(_Keys):
    """One construct: its items, its parts (second order), or its single item."""

    items: Names = ()
    expectation: Names = Field((), description="The expectation items, in the order of the perception items")
    of: Names = Field((), description="Second order: the constructs that are its parts")
    single: str = Field("", description="The only item")
    scale: Scale | None = None
    label: Text = {}

    @model_validator(mode="after")
    def _one_kind(self) -> ConstructKeys:
        kinds = [name for name in ("items", "of", "single") if getattr(self, name)]
        if len(kinds) != 1:
            raise PydanticCustomError("studies.construct_kind", "kind", {"found": kinds or ["-"]})
        if len(self.items) == 1:
            raise PydanticCustomError("studies.single_not_declared", "single", {"item": self.items[0]})
        if self.expectation and len(self.expectation) != len(self.items):
            raise PydanticCustomError("studies.expectation_count", "pairs",
                                      {"expectation": len(self.expectation), "items": len(self.items)})
        return self


class RolesKeys(_Keys):
    """Items with a task of their own."""

    marker: Names = Field((), description="Items of the marker variable (common-method check)")
    nps: str = Field("", description="The 0-10 item of recommendation")
    weights: Names = Field((), description="Columns in which respondents weight the dimensions")
    auxiliary: Names = Field((), description="Items or numeric columns outside the model that go along with what is"
                                             " missing, or with who skips; full information uses them")


class ProfileKeys(_Keys):
    """A column that describes the sample."""

    reference: Cell = Field("", description="The group that the others are compared with; left out: the first")
    order: Cells = Field((), description="Every group, in the order of the tables")
    levels: dict[str, Text] = Field({}, description="Group: its label, in the order of the tables")
    label: Text = {}


class GroupKeys(ProfileKeys):
    """A column whose values form groups."""

    partial: Cells = Field((), description="Loadings and intercepts that may differ between the groups, decided before"
                                           " the data: 'trust =~ tr2', 'tr2 ~ 1'")


class ClusterKeys(_Keys):
    """A column whose values are clusters of respondents, as branches or agents."""

    label: Text = {}


class ChangeKeys(_Keys):
    """A change of the specification."""

    what: Text = Field(description="What was changed: an item dropped, a parameter freed")
    why: Text = Field(description="The reason that can be given without the number")
    how: Literal["planned", "found"] = Field(description="planned before the data, or found by looking at them")


class WaveKeys(_Keys):
    """The column that tells the waves apart."""

    column: str
    order: Cells = Field(min_length=2)
    same_people: bool = False
    partial: Cells = Field((), description="As in `groups`: what may differ between the waves")
    label: Text = {}


class AnalysisKeys(_Keys):
    """How the statistics are computed."""

    estimator: Literal["auto", "ML", "MLR", "MLM", "GLS", "ULS", "DWLS", "WLSMV", "ULSMV"] = "auto"
    missing: Literal["auto", "listwise", "fiml", "pairwise"] = "auto"
    careless: Action = "flag"
    interval: Literal["auto", "percentile", "bc", "bca", "monte-carlo", "delta"] = Field(
        "auto", description="Of indirect effects; auto: percentile bootstrap where respondents can be drawn again")
    halves: Cell = Field("random", description="Who is explored and who confirms: random halves, or the declared group"
                                               " column whose first group is explored and whose second confirms")
    draws: int = Field(5000, ge=100, le=1_000_000)
    conf_level: float = Field(0.95, ge=0.5, lt=1)
    seed: int = Field(20250101, ge=0)


class CriterionKeys(_Keys):
    """A bound and the source that sets it."""

    at_least: float | None = None
    at_most: float | None = None
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_bound(self) -> CriterionKeys:
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("studies.criterion_bound", "bound")
        return self


class ClaimKeys(_Keys):
    """A claim that the report tests."""

    text: Text
    outcome: str
    expect: Literal["higher", "lower", "no difference"]
    compare: dict[str, Cells] = Field(description="Group column: group, and `with`: the groups it is compared with")
    design: Literal["cross-section", "before-after", "controlled", "experiment", "time series"] = "cross-section"


class ReplicatesKeys(_Keys):
    """The study that this one repeats."""

    study: str = Field(description="Folder of the original: beside this one, from the working directory, or from the"
                                   " project")
    smallest_difference: float | None = Field(
        None, gt=0, description="Standardized difference below which two paths count as equal, declared before the"
                                " data; left out: agreement is not tested")
    constructs: dict[str, str] = Field({}, description="Construct of the original: construct here, where the names"
                                                       " differ")
    items: dict[str, str] = Field({}, description="Item of the original: item here, where the names differ")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"study": value} if isinstance(value, str) else value


class PrivacyKeys(_Keys):
    """What a table may show."""

    smallest_cell: int = Field(5, ge=1, description="Groups with fewer respondents are not shown")


class StudyKeys(_Keys):
    """The keys of study.yml."""

    model_config = ConfigDict(title="study.yml")

    format: Literal["1"] = Field("1", json_schema_extra={"const": 1, "type": "integer"})
    title: Text
    synthetic: bool = Field(False, description="Generated data; said on every page")
    citation: str = ""
    data: DataKeys
    recodes: dict[str, RecodeKeys] = Field({}, description="New columns, made of others")
    scale: Scale | None = None
    reversed: Names = ()
    constructs: dict[str, ConstructKeys] = Field(min_length=1)
    roles: RolesKeys = RolesKeys()
    groups: dict[str, GroupKeys] = {}
    profile: dict[str, ProfileKeys] = Field({}, description="Columns that only describe the sample")
    clusters: dict[str, ClusterKeys] = Field({}, description="Columns of branches or agents")
    changes: tuple[ChangeKeys, ...] = Field((), description="Every change of the specification")
    wave: WaveKeys | None = None
    model: str = Field("", description="Structural lines in lavaan syntax; =~ lines are made from the constructs")
    rivals: dict[str, str] = Field({}, description="Models that are compared with `model`")
    structures: dict[str, dict[str, Names]] = Field({}, description="Other groupings of the items, compared with the"
                                                                    " constructs: name: {factor: constructs or items}")
    analysis: AnalysisKeys = AnalysisKeys()
    screening: dict[Literal[SIGNS + INDICES], Action] = Field(
        {}, description="Screening rule: what happens to whom it names; rules left out follow `analysis: careless`")
    criteria: dict[Literal[tuple(DEFAULTS)], CriterionKeys] = {}
    claims: dict[str, ClaimKeys] = {}
    replicates: ReplicatesKeys | None = Field(None, json_schema_extra=_or_text)
    notebooks: Cells = Field((), description="Left out: all that apply")
    languages: tuple[Language, ...] = Field(("en", "zh"), min_length=1, description="The first one is the report's")
    privacy: PrivacyKeys = PrivacyKeys()


def shaped(content: dict[str, Any]) -> tuple[StudyKeys | None, list[dict[str, Any]]]:
    """Give the content of a study file its types: the keys, or None and every fault (pydantic's ``errors()``)."""
    try:
        return StudyKeys.model_validate(content), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def json_schema() -> dict[str, Any]:
    """JSON Schema of the keys."""
    return StudyKeys.model_json_schema()
