"""A draft study from a foreign data file: what its columns seem to be, with what each guess rests on."""

from helpers.drafting.folder import Made, new
from helpers.drafting.telling import told

__all__ = ["Made", "new", "told"]
