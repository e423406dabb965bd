"""Files as they were found: text tables and workbooks become columns of strings, and nothing is guessed away.

What had to be found out (format, encoding, delimiter) is returned beside the frame, so that a report can show it.
"""

from helpers.reading.arithmetic import Formula, FormulaError, parse
from helpers.reading.assembled import Join, Part, Plan, Wide, assembled
from helpers.reading.columns import codes_of, spoken
from helpers.reading.files import read
from helpers.reading.raw import Derived, How, Places, Raw, Source, places_of
from helpers.reading.recoding import Range, Recode
from helpers.reading.written_numbers import number, numbers

__all__ = [
    "Derived",
    "Formula",
    "FormulaError",
    "How",
    "Join",
    "Part",
    "Places",
    "Plan",
    "Range",
    "Raw",
    "Recode",
    "Source",
    "Wide",
    "assembled",
    "codes_of",
    "number",
    "numbers",
    "parse",
    "places_of",
    "read",
    "spoken",
]
