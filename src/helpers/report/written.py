"""What other pages of the report have written: the summary computes nothing and reads this."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from helpers.errors import DataError
from helpers.report import gates, saving

if TYPE_CHECKING:
    from helpers.studies import Study

_OWN = "00_summary"


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """The tables of one report.

    Attributes
    ----------
    folder : Path
        The report; it need not exist.
    """

    folder: Path

    def table(self, name: str, /, *, columns: str = "", rows: str = "") -> pd.DataFrame:
        """Read a table, ``"02_reliability/reliability"``.

        Parameters
        ----------
        name : str
        columns : str, default ""
            Names of the columns to keep, in their order, divided by spaces; ``""`` keeps all.
        rows : str, default ""
            Entries of the first column to keep, in their order; ``""`` keeps all.

        Raises
        ------
        DataError
            ``report.not_written`` where no page wrote it, ``report.written_withheld`` where the page withheld it.
        """
        file = self.folder / "tables" / f"{name}.csv"
        if not file.is_file():
            raise DataError("report.not_written", name=name)
        table = saving.read_csv(file)
        if len(table) and table.isna().to_numpy().all():
            raise DataError("report.written_withheld", name=name, notebook=name.partition("/")[0])
        return _chosen(table, columns, rows)

    def joined(self, first: str, second: str, /, *, on: str, columns: str = "") -> pd.DataFrame:
        """Read two tables side by side, in the order of the first; ``columns`` as in `table`.

        A column that both hold is taken from the first.
        """
        left, right = self.table(first), self.table(second)
        new = [name for name in right.columns if name == on or name not in left]
        return _chosen(left.merge(right[new], on=on, how="left"), columns, "")

    def headlines(self) -> pd.DataFrame:
        """Collect the main results of every page: ``notebook id headline``."""
        return self._collected("headlines", ["notebook", "id", "headline"])

    def gates(self) -> pd.DataFrame:
        """Collect the gates of every page: ``notebook`` and the contract's columns."""
        return self._collected("gates", ["notebook", "gate", "severity", "passed", "found", "criterion", "source",
                                         "advice"])

    def failed_gates(self) -> pd.DataFrame:
        """Collect the gates that failed, the gravest first: ``severity notebook gate found criterion advice``."""
        every = gates.in_order(self.gates())
        kept = ["severity", "notebook", "gate", "found", "criterion", "advice"]
        return every.loc[~every["passed"], kept].reset_index(drop=True)

    def _collected(self, name: str, columns: list[str]) -> pd.DataFrame:
        files = [file for file in sorted((self.folder / "tables").glob(f"*/{name}.csv")) if file.parent.name != _OWN]
        parts = [saving.read_csv(file).assign(notebook=file.parent.name) for file in files]
        found = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=columns)], ignore_index=True)
        return found[columns]


def _chosen(table: pd.DataFrame, columns: str, rows: str) -> pd.DataFrame:
    if rows:
        table = table.set_index(table.columns[0], drop=False).loc[rows.split()].reset_index(drop=True)
    return table[columns.split()] if columns else table


def written(declared: Study, *, output: str | Path = "", language: str = "") -> Written:
    """Open the tables of a study's report.

    Parameters
    ----------
    declared : Study
    output : str or Path, default ""
        The report that is being written; ``""`` opens the last one, ``reports/<study>`` (``.zh`` for Chinese where it
        is not the study's first language).
    language : {"", "en", "zh"}

    Returns
    -------
    Written
    """
    if str(output):
        return Written(Path(output))
    second = language and language != declared.languages[0]
    name = f"{declared.name}.{language}" if second else declared.name
    places = [folder / "reports" / name for folder in (Path.cwd(), *Path.cwd().parents, Path(__file__).parents[3])]
    return Written(next((place for place in places if place.is_dir()), places[0]))
