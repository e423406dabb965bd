"""The text of a draft's study.yml, with the evidence of every guess beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from helpers import words
from helpers.drafting import levels, like_text
from helpers.drafting.columns import DROPPED, Column
from helpers.drafting.constructs import Proposal
from helpers.drafting.draft import Draft
from helpers.drafting.yaml_text import listed, mapping, marked, names, one_line, scalar
from helpers.errors import Problem

_MOST_LISTED = 40  # columns of one kind that are named one by one


class StudyText:
    """Writes one study.yml; a method per section."""

    def __init__(self, draft: Draft, *, name: str, file: str, language: str, shown: str) -> None:
        self.draft, self.name, self.file, self.language, self.shown = draft, name, file, language, shown
        self.columns = draft.by_name
        self.scale = self._usual_scale()
        self.like = draft.like if draft.like and draft.like.placed else None

    def text(self) -> str:
        """Write the whole file."""
        sections = [self._head(), self._data(), self._scale(), self._constructs(), self._roles(),
                    self._groups(), self._model(), self._left_out(), self._end()]
        return "\n".join("\n".join(section) + "\n" for section in sections if section)

    def said(self, id: str, **values: object) -> str:
        """Say a sentence of the catalogue."""
        return words.say(f"drafting.text.{id}", self.language, **values)

    def why(self, problem: Problem | None) -> str:
        """Say the evidence as a sentence."""
        return problem.sentence(self.language) if problem else ""

    def _head(self) -> list[str]:
        file = self.draft.taken.file.name
        lines = [f"# {line}" for line in self.said("head", file=file, study=self.shown).splitlines()]
        title = mapping(dict.fromkeys(words.LANGUAGES, self.name))
        return [*lines, "", "format: 1", marked(f"title: {title}", self.said("title"))]

    def _data(self) -> list[str]:
        draft = self.draft
        how = draft.taken.raw.how
        read = self.said("how", rows=len(draft.taken.frame), columns=len(draft.columns), format=how.format,
                         encoding=how.encoding or "-", delimiter={"\t": "tab", "": "-"}.get(how.delimiter,
                                                                                             how.delimiter))
        lines = ["data:", "  responses:", f"    file: {scalar(f'raw/{self.file}')}  # {read}"]
        for key, value in draft.taken.declared.items():
            note = draft.taken.notes.get(key)
            line = f"    {key}: {value if key == 'skip' else scalar(value)}"
            lines.append(marked(line, self.why(note)) if note else line)
        lines += [marked(f"    {kind}: {scalar(column.name)}", self.why(column.why))
                  for kind in ("respondent", "duration") for column in draft.of(kind)[:1]]
        if draft.missing:
            lines.append("    missing_codes:")
            lines += [marked(f"      - {scalar(entry)}", self.said(f"missing.{why}", cells=cells, items=count))
                      for entry, (why, cells, count) in draft.missing.items()]
        if dropped := draft.of(*DROPPED):
            lines.append(f"    drop:  # {self.said('drop')}")
            lines += [marked(f"      - {scalar(column.name)}", self.why(column.why)) for column in dropped]
        if checks := draft.of("attention"):
            lines.append("    attention_checks:")
            lines += [marked(f"      {scalar(column.name)}: {scalar(column.right)}", self.why(column.why))
                      for column in checks]
        return [*lines, "  codebook: codebook.csv"]

    def _scale(self) -> list[str]:
        low, high = self.scale
        count = sum(self.draft.keys[name].scale == self.scale for name in self.draft.used)
        said = self.said("scale", low=f"{low:g}", high=f"{high:g}", items=count)
        lines = [marked(f"scale: {_ends(low, high)}", said)]
        if self.like:
            return lines + like_text.reversed_lines(self.like, self.said)
        turned = {name: r for proposal in self.draft.proposals for name, r in proposal.turned.items()}
        if turned:
            evidence = ", ".join(f"{self.draft.names[name]} r = {r:.2f}" for name, r in turned.items())
            items = listed(self.draft.names[name] for name in turned)
            lines.append(marked(f"# reversed: {items}", self.said("reversed", evidence=evidence)))
        if by_name := [column for column in self.draft.columns if column.header.reversed and column.name in
                       self.draft.used and column.name not in turned]:
            items = listed(self.draft.names[column.name] for column in by_name)
            lines.append(marked(f"# reversed: {items}", self.said("reversed_named")))
        return lines

    def _constructs(self) -> list[str]:
        written: dict[str, list[str]] = {}
        for proposal in self.draft.proposals:
            lines = [marked(f"  {proposal.name}: {self._construct(proposal)}", self._evidence(proposal))]
            spoken = [(self.draft.names[name], self.columns[name].wording) for name in proposal.items]
            if not proposal.single:
                lines += [f"    # {item}: {one_line(text, 90)}" for item, text in spoken if text]
            written[proposal.name] = lines
        if self.like:
            written |= {name: [line] for name, line in like_text.part_lines(self.like, self.said).items()}
            written = {name: written[name] for name in self.like.study.constructs if name in written}
        return [f"# {self.said('constructs')}", "constructs:", *(line for lines in written.values() for line in lines)]

    def _construct(self, proposal: Proposal) -> str:
        item = self.draft.names
        parts = [f"single: {item[proposal.items[0]]}" if proposal.single
                 else f"items: {names([item[name] for name in proposal.items])}"]
        if proposal.expectation:
            parts.append(f"expectation: {names([item[name] for name in proposal.expectation])}")
        key = self.draft.keys[proposal.items[0]]
        if key.scale != self.scale:
            parts.append(f"scale: {_ends(key.low, key.high)}")
        if proposal.label:
            parts.append(f"label: {mapping(dict(proposal.label))}")
        return "{" + ", ".join(parts) + "}"

    def _evidence(self, proposal: Proposal) -> str:
        said = [self.why(proposal.why)]
        if proposal.expectation:
            said.append(self.said("expectation"))
        doubts = dict.fromkeys(doubt for name in proposal.items for doubt in self.draft.keys[name].doubts
                               if doubt != "order")
        said += [self.said(f"doubt.{doubt}") for doubt in doubts]
        if proposal.single and (wording := self.columns[proposal.items[0]].wording):
            said.append(one_line(wording))
        return "; ".join(part for part in said if part)

    def _roles(self) -> list[str]:
        lines = [f"  nps: {self.draft.names[column.name]}" for column in self.draft.of("nps")[:1]]
        if self.draft.weights:
            items = names([self.draft.names[name] for name in self.draft.weights])
            lines.append(marked(f"  weights: {items}", self.said("weights")))
        if self.like and self.like.markers:
            items = names([self.draft.names[name] for name in self.like.markers])
            lines.append(marked(f"  marker: {items}", self.said("like_model", study=self.like.study.name)))
        return ["roles:", *lines] if lines else []

    def _groups(self) -> list[str]:
        lines: list[str] = []
        for kind in ("groups", "profile"):
            if columns := self.draft.of(kind):
                lines += [f"# {self.said(kind)}", f"{kind}:"]
                lines += [marked(f"  {scalar(column.name)}: {self._levels(column)}", self.why(column.why))
                          for column in columns]
        if columns := self.draft.of("clusters"):
            lines.append("clusters:")
            lines += [marked(f"  {scalar(column.name)}: {{}}", self.why(column.why)) for column in columns]
        for column in self.draft.of("wave")[:1]:
            order = listed(levels.order(list(column.found.counts)))
            lines.append(marked(f"wave: {{column: {scalar(column.name)}, order: {order}, same_people: false}}",
                                self.said("wave")))
        return lines

    def _levels(self, column: Column) -> str:
        silent = {*self.draft.missing, *column.user_missing}
        answered = [entry for entry in column.found.counts if entry not in silent]
        if self.like and (known := like_text.levels_of(self.like, column.name, answered)):
            return known
        parts = [f"order: {listed(levels.order(answered))}"]
        if column.wording and column.wording != column.name:
            parts.append(f"label: {scalar(one_line(column.wording, 120))}")
        return "{" + ", ".join(parts) + "}"

    def _model(self) -> list[str]:
        if self.like and (taken := like_text.model_lines(self.like, self.said)):
            return taken
        scales = [proposal.name for proposal in self.draft.proposals if not proposal.single]
        ends = [*scales[::-1], "satisfaction", "trust"][:2] if len(scales) < 2 else (scales[-1], scales[0])
        return [*(f"# {line}" for line in self.said("model").splitlines()), "# model: |", f"#   {ends[0]} ~ {ends[1]}"]

    def _left_out(self) -> list[str]:
        kinds = ("unplaced", "nominal", "several", "choice", "number", "score", "sample_weight", "identifier", "names",
                 "constant", "empty")
        columns = [column for column in self.draft.of(*kinds) if not (self.like and column.name in self.like.unplaced)]
        lines = like_text.unplaced_lines(self.draft, self.like, self.said) if self.like else []
        if not columns:
            return lines
        lines.append(f"# check: {self.said('left_out', count=len(columns))}")
        for (_, why), group in _grouped(columns, self.language):
            lines.append(f"#   {why}")
            lines += [f"#     {self._called(column)}" for column in group[:_MOST_LISTED]]
            lines += [f"#     ... {len(group) - _MOST_LISTED}"] if len(group) > _MOST_LISTED else []
        if rated := self.draft.side.get("importance"):
            lines.append(f"#   {self.said('importance', count=len(rated))}")
        return lines

    def _called(self, column: Column) -> str:
        item = self.draft.names.get(column.name, "")
        shown = one_line(column.name)
        return f"{item}  {shown}" if item and item != column.name else shown

    def _end(self) -> list[str]:
        first = "zh" if in_chinese(self.draft.columns) else "en"
        other = next(each for each in words.LANGUAGES if each != first)
        return [f"languages: [{first}, {other}]  # {self.said('languages')}"]

    def _usual_scale(self) -> tuple[float, float]:
        scales = Counter(self.draft.keys[name].scale for name in self.draft.used)
        return scales.most_common(1)[0][0] if scales else (1.0, 5.0)


def in_chinese(columns: Iterable[Column]) -> bool:
    """Whether most of the wording is Chinese."""
    texts = [column.wording or column.name for column in columns]
    return sum(text_language(text) == "zh" for text in texts) > 0.5 * len(texts)


def text_language(text: str) -> str:
    """Column of the codebook that a wording belongs to: "zh" for Chinese, "en" for every other language."""
    hanzi = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
    others = sum("\u3040" <= sign <= "\u30ff" or "\uac00" <= sign <= "\ud7a3" for sign in text)
    return "zh" if hanzi > others and hanzi > 0.2 * len(text.replace(" ", "")) else "en"


def _ends(low: float, high: float) -> str:
    return f"{{min: {low:g}, max: {high:g}}}"


def _grouped(columns: Iterable[Column], language: str) -> list[tuple[tuple[str, str], list[Column]]]:
    groups: dict[tuple[str, str], list[Column]] = {}
    for column in columns:
        why = column.why.sentence(language) if column.why else ""
        groups.setdefault((column.kind, why), []).append(column)
    return list(groups.items())
