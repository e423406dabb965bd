"""What a draft says where it was mapped onto another study: what was taken over, and what could not be placed."""

from __future__ import annotations

import math
from collections.abc import Callable

from helpers.drafting.draft import Draft
from helpers.drafting.likeness import Likeness
from helpers.drafting.yaml_text import listed, mapping, marked, one_line, scalar

Said = Callable[..., str]
_CONTRARY = 0.0  # r with the rest above which a reversed item seems to be turned in the file already


def reversed_lines(like: Likeness, said: Said) -> list[str]:
    """Items that the other study reverses: taken over where the answers agree with that, else only told."""
    turned = {item: r for item, r in like.reversed.items() if not r > _CONTRARY}
    doubtful = {item: r for item, r in like.reversed.items() if r > _CONTRARY}
    lines = []
    if turned:
        lines.append(marked(f"reversed: {listed(turned)}", said("like_reversed", study=like.study.name,
                                                                evidence=_evidence(turned))))
    if doubtful:
        lines.append(marked(f"# reversed: {listed(doubtful)}", said("like_not_reversed", study=like.study.name,
                                                                    evidence=_evidence(doubtful))))
    return lines


def part_lines(like: Likeness, said: Said) -> dict[str, str]:
    """Second-order constructs of the other study whose parts are here -> the line that declares each."""
    lines = {}
    for name, parts in like.parts.items():
        construct = like.study.constructs[name]
        label = f", label: {mapping(dict(construct.label))}" if construct.label else ""
        lines[name] = marked(f"  {name}: {{of: {listed(parts)}{label}}}",
                             said("like_parts", here=len(parts), of=len(construct.of)))
    return lines


def model_lines(like: Likeness, said: Said) -> list[str]:
    """Give the other study's model, as a comment where something that it names is not here."""
    if not like.model:
        return []
    lead = "# " if like.lacking else ""
    said_of_it = said("like_model_lacking", study=like.study.name, names=list(like.lacking)) if like.lacking \
        else said("like_model", study=like.study.name)
    lines = [marked(f"{lead}model: |", said_of_it), *_block(like.model, lead, 2)]
    if like.rivals and not like.lacking:
        lines += [marked("rivals:", said("like_model", study=like.study.name))]
        for name, text in like.rivals.items():
            lines += [f"  {name}: |", *_block(text, "", 4)]
    if like.beside and not like.lacking:
        lines.append(marked(f"replicates: {{study: {like.study.name}, smallest_difference: 0.10}}",
                            said("like_replicates")))
    return lines


def levels_of(like: Likeness, name: str, answered: list[str]) -> str:
    """Give the other study's declaration of a column that has its name and its levels; "" where it has none."""
    known = {**like.study.profile, **like.study.groups}
    group = next((each for column, each in known.items() if column.casefold() == name.casefold()), None)
    if group is None or set(group.order) != set(answered):
        return ""
    parts = [f"order: {listed(group.order)}"]
    if group.label:
        parts.append(f"label: {mapping(dict(group.label))}")
    if group.levels:
        labels = ", ".join(f"{scalar(level)}: {mapping(dict(texts))}" for level, texts in group.levels.items())
        parts.append(f"levels: {{{labels}}}")
    return "{" + ", ".join(parts) + "}"


def unplaced_lines(draft: Draft, like: Likeness, said: Said) -> list[str]:
    """Both directions: items without a column, columns without an item."""
    lines = []
    if like.absent:
        lines += [f"# check: {said('like_absent', study=like.study.name, count=len(like.absent))}"]
        lines += [f"#   {name}: {one_line(_wording(like, name), 100)}" for name in like.absent]
    if like.unplaced:
        lines += [f"# check: {said('like_unplaced', study=like.study.name, count=len(like.unplaced))}"]
        for column, (item, alike) in like.unplaced.items():
            near = said("like_nearest", item=item, alike=alike) if alike > 0.1 else ""
            lines.append(f"#   {draft.names.get(column, '')}  {one_line(column)}  {near}".rstrip())
    return lines


def _wording(like: Likeness, item: str) -> str:
    texts = like.study.items[item].text
    return texts.get("en") or next(iter(texts.values()), "")


def _evidence(items: dict[str, float]) -> str:
    return ", ".join(f"{item} r = {'?' if math.isnan(r) else format(r, '.2f')}" for item, r in items.items())


def _block(text: str, lead: str, depth: int) -> list[str]:
    return [f"{lead}{' ' * depth}{line}".rstrip() for line in text.splitlines()]
