"""What a whole report of the demo costs over its floor.

The floor: the same number of notebooks, which only import pandas, matplotlib and seaborn, through the same papermill
and nbconvert, with the same number at a time, in one fresh process. Ours: `run.report` of the demo with everything
it does (validation, screening, statistics, figures, pages, workbook, manifest), in one fresh process too.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from timing import Row, in_turn, wall

from helpers.run import AT_ONCE, notebooks
from helpers.studies import load, places

OURS = """\
import sys
from helpers import run
sys.exit(run.report(["data/demo"], reports=sys.argv[1], force=True))"""

FLOOR = """\
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import nbformat, papermill
from nbconvert import HTMLExporter
folder, count, at_once = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
folder.mkdir(exist_ok=True)
cells = [nbformat.v4.new_code_cell('study: str = ""', metadata={"tags": ["parameters"]}),
         nbformat.v4.new_code_cell("import pandas\\nimport matplotlib.pyplot\\nimport seaborn")]
source = folder / "source.ipynb"
nbformat.write(nbformat.v4.new_notebook(cells=cells), source)
def execute(number):
    papermill.execute_notebook(str(source), str(folder / f"{number}.ipynb"), parameters={"study": "data/demo"},
                               kernel_name="python3", language="python", progress_bar=False)
with ThreadPoolExecutor(at_once) as pool:
    list(pool.map(execute, range(count)))
exporter = HTMLExporter()
for number in range(count):
    page, _ = exporter.from_filename(str(folder / f"{number}.ipynb"))
    (folder / f"{number}.html").write_text(page, encoding="utf-8")"""


def _python(code: str, *arguments: object) -> None:
    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True, stderr=subprocess.DEVNULL,
                   cwd=places.root())


def rows(repeats: int = 3) -> list[Row]:
    needed, _ = notebooks.applying(load("data/demo"), notebooks.available(places.root() / "notebooks"))
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        ours, floor, again = in_turn(
            wall(lambda: _python(OURS, home / "reports")),
            wall(lambda: _python(FLOOR, home / "floor", len(needed), AT_ONCE)),
            wall(lambda: _python(OURS.replace("force=True", "force=False"), home / "reports")), repeats=repeats, warm=0)
    return [Row(f"report of the demo ({len(needed)} notebooks), over its floor", f"{ours:.1f} s", f"{floor:.1f} s",
                f"{ours / floor:.2f}", "<= 1.6"),
            Row("the same when nothing has changed", f"{again:.1f} s", f"{ours:.1f} s", f"{again / ours:.2f}",
                "seconds")]
