"""From a study folder to a checked `Study`, or to everything that contradicts itself in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.errors import DataError, HelpersError, StudyError
from helpers.studies import codebook as codebooks
from helpers.studies import columns, files, groupings, instrument, levels, models, settings
from helpers.studies.declared import Analysis, Change, Construct, Item, Study
from helpers.studies.findings import Findings
from helpers.studies.places import FILE, find, inside, shown
from helpers.studies.written import Place, read_written

if TYPE_CHECKING:
    from helpers.studies.shape import StudyKeys


def load(folder: str | Path) -> Study:
    """Load a study and check it as a whole.

    Parameters
    ----------
    folder : path
        Such as ``data/demo``; looked up from the working directory, then from the project root.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        Everything that is wrong in study.yml, in the codebook or about the data file's columns and groups, at once,
        each with file and line. What is wrong with the answers themselves `helpers.survey.load` says.
    DataError
        If nothing else is wrong than that the data file or the codebook cannot be read.

    Examples
    --------
    >>> load("data/nowhere")
    Traceback (most recent call last):
    helpers.errors.StudyError: data/nowhere: There is no such folder...
    """
    folder = find(folder)
    place = shown(folder / FILE)
    written = read_written(folder / FILE, place)
    if "matrix" in (written.content.get("data") or {}):
        raise StudyError("studies.not_answers", where=f"{place}, line {written.line(('data', 'matrix'))}")
    found = Findings(written, place)
    keys = _shaped(written.content, found)
    study = _checked(keys, folder, found) if keys is not None else None
    if found.problems or study is None:
        kind = DataError if all(problem.id.startswith("reading.") for problem in found.problems) else StudyError
        raise kind.of(sorted(found.problems, key=lambda problem: _position(problem.where, place)))
    return study


def schema() -> dict[str, Any]:
    """JSON Schema of study.yml, as exported to ``study.schema.json``."""
    from helpers.studies.shape import json_schema

    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | json_schema()


def export_schema() -> None:
    """Write ``study.schema.json`` beside this module; editors complete a study file by it."""
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    Path(__file__).with_name("study.schema.json").write_text(text, encoding="utf-8", newline="\n")


def _shaped(content: dict[str, Any], found: Findings) -> StudyKeys | None:
    """Give the keys their types; unknown keys are noted and left out, so that the rest is checked in one go."""
    from helpers.studies.shape import shaped

    keys, faults = shaped(content)
    if not faults:
        return keys
    found.add_faults(faults, schema())
    if any(fault["type"] != "extra_forbidden" for fault in faults):
        return None
    # What is missing after this was misspelt: it has been noted under its wrong name already.
    return shaped(_without(content, {fault["loc"] for fault in faults}))[0]


def _without(content: Any, places: set[Place], at: Place = ()) -> Any:
    if isinstance(content, dict):
        return {key: _without(value, places, (*at, key)) for key, value in content.items() if (*at, key) not in places}
    return content


def _checked(keys: StudyKeys, folder: Path, found: Findings) -> Study | None:
    """Make the study and note every contradiction; None where something that the rest needs is absent."""
    codebook, codebook_file = _codebook(keys, folder, found)
    constructs = instrument.constructs(keys, found)
    items = instrument.items(keys, constructs, codebook, found)
    model, rivals = _models(keys, constructs, items, found)
    structures = groupings.structures(keys.structures, constructs, found)
    instrument.check_auxiliaries(keys, model, found)
    for place, texts in _partial(keys):
        models.check_partial(texts, place, constructs, items, found)
    settings.check_criteria(keys, found)
    settings.check_screening(keys, found)
    settings.check_notebooks(keys, found)
    replicates = settings.replicates(keys, folder, (constructs, items), found)
    responses = files.responses(keys, folder, codebook, found)
    if responses is None:
        return None
    settings.check_missing_codes(responses, items, found)
    raw = columns.read(keys, items, responses, found)
    if raw is None:
        return None
    columns.check(keys, items, codebook.columns, responses, raw, found)
    grouping = (codebook, responses, raw, keys.languages, found)
    items = columns.worded(items, raw, keys.languages)
    groups = columns.groups("groups", keys.groups, *grouping)
    profile = columns.groups("profile", keys.profile, *grouping)
    wave = columns.wave(keys, responses, raw, found)
    settings.check_halves(keys, {**profile, **groups}, wave, found)
    claims = settings.claims(keys, constructs, groups, wave, found)
    if found.problems:
        return None
    groups, profile = levels.told_apart(groups, profile, wave)
    claims = levels.claims_told_apart(claims, groups)
    return Study(
        folder=folder, name=folder.name, title=instrument.texts(keys.title, keys.languages), synthetic=keys.synthetic,
        citation=keys.citation, responses=responses, codebook=codebook.table, codebook_file=codebook_file,
        constructs=constructs, items=items, groups=groups, profile=profile, wave=wave, model=model,
        measurement_model=models.measurement(constructs), rivals=rivals, structures=structures,
        analysis=Analysis(**keys.analysis.model_dump()), criteria=settings.criteria(keys), claims=claims,
        replicates=replicates, roles=_roles(keys), notebooks=keys.notebooks, languages=keys.languages,
        smallest_cell=keys.privacy.smallest_cell, screening=keys.screening,
        clusters={name: instrument.texts(each.label, keys.languages) for name, each in keys.clusters.items()},
        changes=tuple(Change(instrument.texts(each.what, keys.languages), instrument.texts(each.why, keys.languages),
                             each.how) for each in keys.changes))


def _models(keys: StudyKeys, constructs: Mapping[str, Construct], items: Mapping[str, Item],
            found: Findings) -> tuple[str, dict[str, str]]:
    measured = {"constructs": constructs, "items": items, "found": found}
    if keys.rivals and not keys.model:
        found.add("studies.rivals_alone", ("rivals",))
    return (models.complete(keys.model, ("model",), **measured),
            {name: models.complete(text, ("rivals", name), **measured) for name, text in keys.rivals.items()})


def _partial(keys: StudyKeys) -> list[tuple[Place, tuple[str, ...]]]:
    declared = [(("groups", name, "partial"), group.partial) for name, group in keys.groups.items()]
    return declared + ([(("wave", "partial"), keys.wave.partial)] if keys.wave else [])


def _codebook(keys: StudyKeys, folder: Path, found: Findings) -> tuple[codebooks.Codebook, Path | None]:
    written = keys.data.codebook or "codebook.csv"
    try:
        file = inside(folder, written)
        if not keys.data.codebook and not file.is_file():
            return codebooks.empty(), None
        return codebooks.read(file, shown(file)), file
    except HelpersError as error:
        found.problems += [problem if problem.where else type(problem)(problem.id, problem.values,
                                                                       found.where(("data", "codebook")))
                           for problem in error.problems]
        return codebooks.empty(), None


def _roles(keys: StudyKeys) -> dict[str, tuple[str, ...]]:
    roles = {"marker": keys.roles.marker, "nps": (keys.roles.nps,) if keys.roles.nps else (),
             "weights": keys.roles.weights, "auxiliary": keys.roles.auxiliary}
    return {role: names for role, names in roles.items() if names}


def _position(where: str, place: str) -> tuple[bool, int]:
    """Problems of the study file first, by line."""
    line = where.rsplit(" ", 1)[-1]
    return (not where.startswith(place), int(line) if line.isdigit() else 0)
