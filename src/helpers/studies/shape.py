"""The keys of study.yml, what each may hold, and the JSON Schema that lets an editor complete them."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from helpers.studies.criteria import DEFAULTS
from helpers.studies.file_keys import RecodeKeys, ResponsesKeys
from helpers.studies.keys import (
    Cell,
    Cells,
    ConfigDict,
    Field,
    Keys,
    Names,
    PydanticCustomError,
    Text,
    ValidationError,
    model_validator,
    or_text,
)
from helpers.studies.rules import INDICES, SIGNS

Language = Literal["en", "zh"]
Action = Literal["keep", "flag", "exclude"]
Kind = TypeVar("Kind", bound=Keys)


class Scale(Keys):
    """Lowest and highest answer."""

    min: float
    max: float

    @model_validator(mode="after")
    def _in_order(self) -> Scale:
        if self.min >= self.max:
            raise PydanticCustomError("studies.scale_order", "scale", {"low": self.min, "high": self.max})
        return self


class DataKeys(Keys):
    """The files of the study."""

    responses: ResponsesKeys
    codebook: str = Field("", description="Columns item, column, en, zh, values; left out: codebook.csv, if any")


class ConstructKeys(Keys):
    """One construct: its items, its parts (second order), or its single item."""

    items: Names = ()
    expectation: Names = Field((), description="The expectation items, in the order of the perception items")
    of: Names = Field((), description="Second order: the constructs that are its parts")
    single: str = Field("", description="The only item")
    scale: Scale | None = None
    label: Text = Field({})

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


class RolesKeys(Keys):
    """Items with a task of their own."""

    marker: Names = Field((), description="Items of the marker variable (common-method check)")
    nps: str = Field("", description="The 0-10 item of recommendation")
    weights: Names = Field((), description="Columns in which respondents weight the dimensions")
    auxiliary: Names = Field((), description="Items or numeric columns outside the model that go along with what is"
                                             " missing, or with who skips; full information uses them")


class ProfileKeys(Keys):
    """A column that describes the sample."""

    reference: Cell = Field("", description="The group that the others are compared with; left out: the first")
    order: Cells = Field((), description="Every group, in the order of the tables")
    levels: dict[str, Text] = Field({}, description="Group: its label, in the order of the tables")
    label: Text = Field({})


class GroupKeys(ProfileKeys):
    """A column whose values form groups."""

    partial: Cells = Field((), description="Loadings and intercepts that may differ between the groups, decided before"
                                           " the data: 'trust =~ tr2', 'tr2 ~ 1'")


class ClusterKeys(Keys):
    """A column whose values are clusters of respondents, as branches or agents."""

    label: Text = Field({})


class ChangeKeys(Keys):
    """A change of the specification."""

    what: Text = Field(description="What was changed: an item dropped, a parameter freed")
    why: Text = Field(description="The reason that can be given without the number")
    how: Literal["planned", "found"] = Field(description="planned before the data, or found by looking at them")


class WaveKeys(Keys):
    """The column that tells the waves apart."""

    column: str
    order: Cells = Field(min_length=2)
    same_people: bool = False
    partial: Cells = Field((), description="As in `groups`: what may differ between the waves")
    label: Text = Field({})


class AnalysisKeys(Keys):
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


class CriterionKeys(Keys):
    """A bound and the source that sets it."""

    at_least: float | None = None
    at_most: float | None = None
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_bound(self) -> CriterionKeys:
        if (self.at_least is None) == (self.at_most is None):
            raise PydanticCustomError("studies.criterion_bound", "bound")
        return self


class ClaimKeys(Keys):
    """A claim that the report tests."""

    text: Text
    outcome: str
    expect: Literal["higher", "lower", "no difference"]
    compare: dict[str, Cells] = Field(description="Group column: group, and `with`: the groups it is compared with")
    design: Literal["cross-section", "before-after", "controlled", "experiment", "time series"] = "cross-section"


class ReplicatesKeys(Keys):
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


class PrivacyKeys(Keys):
    """What a table may show."""

    smallest_cell: int = Field(5, ge=1, description="Groups with fewer respondents are not shown")


class StudyKeys(Keys):
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
    groups: dict[str, GroupKeys] = Field({})
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
    criteria: dict[Literal[tuple(DEFAULTS)], CriterionKeys] = Field({})
    claims: dict[str, ClaimKeys] = Field({})
    replicates: ReplicatesKeys | None = Field(None, json_schema_extra=or_text)
    notebooks: Cells = Field((), description="Left out: all that apply")
    languages: tuple[Language, ...] = Field(("en", "zh"), min_length=1, description="The first one is the report's")
    privacy: PrivacyKeys = PrivacyKeys()


def shaped(content: dict[str, Any], kind: type[Kind] = StudyKeys) -> tuple[Kind | None, list[dict[str, Any]]]:
    """Give the content of a study file its types: the keys, or None and every fault (pydantic's ``errors()``)."""
    try:
        return kind.model_validate(content), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def json_schema() -> dict[str, Any]:
    """JSON Schema of the keys."""
    return StudyKeys.model_json_schema()
