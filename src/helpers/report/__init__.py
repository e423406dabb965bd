"""How results are said: a `Page` per notebook shows, withholds, captions, saves; then HTML, workbook, manifest."""

from helpers.report.page import Page
from helpers.report.withheld import Withheld

__all__ = ["Page", "Withheld"]
