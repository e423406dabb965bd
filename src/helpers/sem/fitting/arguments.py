"""Are the arguments of a fit what they should be? Refused by name, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real

from helpers.errors import ModelError


def refuse_wrong(*, flags: Mapping[str, object], columns: Mapping[str, object], conf_level: object) -> None:
    """Refuse values that no argument takes: a word for a switch, a list for one column, a level in per cent.

    Parameters
    ----------
    flags : mapping
        Arguments that are True or False, or None where that is their default.
    columns : mapping
        Arguments that name one column, or None.
    conf_level : float

    Raises
    ------
    ModelError
        ``sem.argument_flag``, ``sem.argument_column``, ``sem.conf_level``.

    Examples
    --------
    >>> refuse_wrong(flags={"std_lv": "yes"}, columns={}, conf_level=0.95)
    Traceback (most recent call last):
    helpers.errors.ModelError: `std_lv` is a switch and takes True or False; found 'yes'.
    """
    for name, value in flags.items():
        if not (value is None and name == "meanstructure") and not _flag(value):
            raise ModelError("sem.argument_flag", argument=name, found=repr(value))
    for name, value in columns.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            raise ModelError("sem.argument_column", argument=name, found=_shown(value))
    if isinstance(conf_level, bool) or not isinstance(conf_level, Real) or not 0 < conf_level < 1:
        raise ModelError("sem.conf_level", found=_shown(conf_level))


def several(argument: str, names: object) -> tuple[str, ...]:
    """Take one name for a list of one, and None for none.

    Raises
    ------
    ModelError
        ``sem.argument_names``: no list of names.

    Examples
    --------
    >>> several("group_equal", "loadings"), several("group_equal", None)
    (('loadings',), ())
    """
    if names is None:
        return ()
    if isinstance(names, str):
        return (names,)
    if not isinstance(names, Iterable) or isinstance(names, Mapping):
        raise ModelError("sem.argument_names", argument=argument, found=_shown(names))
    listed = tuple(names)
    if not all(isinstance(name, str) for name in listed):
        raise ModelError("sem.argument_names", argument=argument, found=_shown(list(listed)))
    return listed


def _flag(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ == "bool"  # numpy's is no subclass


def _shown(value: object) -> str:
    """Show a value briefly; a data frame would fill the page."""
    said = repr(value)
    return said if len(said) <= 60 and "\n" not in said else type(value).__name__
