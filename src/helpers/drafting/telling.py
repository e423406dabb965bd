"""What the screen says about a draft that was made."""

from __future__ import annotations

from collections.abc import Mapping

from helpers import words
from helpers.drafting.columns import DROPPED, LEFT_OUT
from helpers.drafting.folder import Made
from helpers.drafting.likeness import Likeness


def told(made: Made, folder: str, language: str = "en") -> list[str]:
    """Say what a draft holds, what it leaves out, and what to do next.

    Parameters
    ----------
    made : Made
    folder : str
        As asked for.
    language : {"en", "zh"}

    Returns
    -------
    list of str
        Lines.
    """
    draft = made.draft
    lines = [words.say("drafting.told.made", language, folder=folder, constructs=len(draft.proposals),
                       items=len(draft.used), rows=len(draft.taken.frame), columns=len(draft.columns))]
    for proposal in draft.proposals:
        key = draft.keys[proposal.items[0]]
        lines.append("  " + words.say("drafting.told.construct", language, name=proposal.name,
                                      items=[draft.names[name] for name in proposal.items],
                                      low=f"{key.low:g}", high=f"{key.high:g}"))
    if draft.like:
        lines.append(_like(draft.like, draft.names, language))
        if not any(item.text for item in draft.like.study.items.values()):
            lines.append(words.say("drafting.told.like_no_wording", language, study=draft.like.study.name))
    lines.append(words.say("drafting.told.left_out", language, left=len(draft.of(*LEFT_OUT)),
                           dropped=len(draft.of(*DROPPED))))
    lines += [words.say("drafting.told.open", language, problem=problem.sentence(language)) for problem in made.open]
    return [*lines, words.say("drafting.told.next", language, folder=folder)]


def _like(like: Likeness, names: Mapping[str, str], language: str) -> str:
    if not like.placed:
        return words.say("drafting.told.like_nothing", language, study=like.study.name)
    unplaced = [names.get(column, column) for column in like.unplaced]
    return words.say("drafting.told.like", language, study=like.study.name, placed=len(like.placed),
                     absent=list(like.absent) or ["-"], unplaced=unplaced or ["-"])
