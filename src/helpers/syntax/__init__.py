"""What a model says: lavaan text to a parameter table and back.

``parse`` reads the text, ``complete`` adds what lavaan's defaults add, ``frame`` and ``text`` show the table, and
``expressions`` computes the ``:=`` and ``==`` lines with exact derivatives.
"""

from helpers.syntax.complete import complete
from helpers.syntax.expressions import Expression
from helpers.syntax.parse import Constraint, Model, Relation, parse
from helpers.syntax.table import Row, Table, frame, text

__all__ = ["Constraint", "Expression", "Model", "Relation", "Row", "Table", "complete", "frame", "parse", "text"]
