"""What can a model say when only correlations are known? Nothing in units of an item."""

from __future__ import annotations

from helpers.errors import ModelError
from helpers.syntax import Row, Table


def refuse_raw_claims(table: Table) -> None:
    """Refuse a model whose fit would change with the unknown widths of the items.

    A model is scale invariant, so that correlations give its chi-square and ``std.all``, when nothing is equal across
    items or groups, no mean is modelled, and the only fixed values are zeros and one scale per construct. Covariances
    of constructs with fixed variances are correlations and may be fixed.

    Parameters
    ----------
    table : Table

    Raises
    ------
    ModelError
        ``sem.correlations_equal``, ``sem.correlations_means``, ``sem.correlations_fixed`` naming the parameters.

    References
    ----------
    Cudeck (1989). Psychological Bulletin, 105, 317-327. Krane & McDonald (1978). British Journal of Mathematical and
    Statistical Psychology, 31, 218-228.

    Examples
    --------
    >>> from helpers.syntax import complete, parse
    >>> refuse_raw_claims(complete(parse("trust =~ tr1 + 0.8*tr2 + tr3")))
    Traceback (most recent call last):
    helpers.errors.ModelError: With correlations alone trust =~ tr2 cannot be fixed ...
    """
    labels = [row.label for row in table.rows if row.label and row.free]
    if table.groups > 1 or table.constraints or len(labels) != len(set(labels)):
        raise ModelError("sem.correlations_equal")
    if table.means:
        raise ModelError("sem.correlations_means")
    fixed = [row for row in table.rows if not row.free and not row.exogenous and row.value != 0]
    unit = {row.lhs for row in fixed if row.op == "~~" and row.lhs == row.rhs and row.lhs in table.latents}
    scaled: set[str] = set()
    raw = [row.shown for row in fixed if not _harmless(row, unit, scaled)]
    if raw:
        raise ModelError("sem.correlations_fixed", parameters=raw)


def _harmless(row: Row, unit: set[str], scaled: set[str]) -> bool:
    """Whether a fixed value is the scale of a construct, or a correlation of two; scales taken are noted."""
    if row.op == "~~" and row.lhs != row.rhs:
        return {row.lhs, row.rhs} <= unit
    if row.op == "~~":
        return row.lhs in unit
    if row.op != "=~" or row.lhs in unit | scaled:
        return False
    scaled.add(row.lhs)
    return True
