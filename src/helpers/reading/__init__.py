"""Files as they were found: text tables and workbooks become columns of strings, and nothing is guessed away.

What had to be found out (format, encoding, delimiter) is returned beside the frame, so that a report can show it.
"""

from helpers.reading.columns import codes_of, spoken
from helpers.reading.files import read
from helpers.reading.raw import How, Raw

__all__ = ["How", "Raw", "codes_of", "read", "spoken"]
