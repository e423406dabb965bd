"""How results are said: a `Page` per notebook shows, withholds, captions, saves; then HTML, workbook, manifest."""

from helpers.report.index import write_catalogue_of_reports, write_index
from helpers.report.manifest import verify, write_manifest
from helpers.report.occasion import Occasion, of_table, over
from helpers.report.page import Page
from helpers.report.render import render, tidy
from helpers.report.withheld import Withheld
from helpers.report.workbook import write_workbook
from helpers.report.written import Written, written

__all__ = ["Occasion", "Page", "Withheld", "Written", "of_table", "over", "render", "tidy", "verify",
           "write_catalogue_of_reports", "write_index", "write_manifest", "write_workbook", "written"]
