"""In what surroundings a notebook runs: this Python, one BLAS thread, nothing of the user's own profile.

A foreign ``python3`` kernel specification wins over the right one when it stands earlier on Jupyter's path, so the
specification is made here. What a kernel prints while it starts goes to a file, not into the progress display; the
end of that file is shown when a kernel dies.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from helpers import parallel

_TAIL = 2000  # characters of a dead kernel's last words


@contextmanager
def folder() -> Iterator[Path]:
    """Give the kernels of one run a folder of their own for connection files, profile and logs; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="assurance-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def environment(scratch: Path, *, at_once: int) -> dict[str, str]:
    """Make the environment variables of a kernel.

    Parameters
    ----------
    scratch : Path
        Folder of the run's own.
    at_once : int
        Notebooks that run at the same time: they share the processors.
    """
    share = max(1, parallel.workers() // at_once)
    return {
        **os.environ,
        **dict.fromkeys(parallel.BLAS_VARIABLES, "1"),
        parallel.WORKERS_VARIABLE: str(share),
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        **own_python(),
    }


def own_python() -> dict[str, str]:
    """Make the environment variable that lets Jupyter find this Python's kernel before any other."""
    own = str(Path(sys.prefix) / "share" / "jupyter")
    return {"JUPYTER_PATH": os.pathsep.join(filter(None, (own, os.environ.get("JUPYTER_PATH"))))}


def manager_class(scratch: Path, log: Path, variables: Mapping[str, str], started: list[Any]) -> type:
    """Make the class that starts the kernel of one notebook.

    Parameters
    ----------
    scratch : Path
        Where the connection file goes.
    log : Path
        Where the kernel's own words go.
    variables : mapping
        From `environment`.
    started : list
        Every kernel that is started is added, so that an interrupted run can end it.
    """
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class OwnPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, language="python", display_name=kernel_name, name=kernel_name)

    class Kernel(AsyncKernelManager):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(kernel_spec_manager=OwnPython(), **kwargs)
            self.connection_file = str(scratch / f"{log.stem}.json")

        async def start_kernel(self, **kwargs: Any) -> None:
            with log.open("wb") as words:
                await super().start_kernel(env=dict(variables), stdout=words, stderr=words, **kwargs)
            started.append(self)

    return Kernel


def end(started: list[Any]) -> None:
    """End kernels at once, from any thread: their processes are killed, whoever waits for them notices."""
    for kernel in started:
        process = getattr(kernel.provisioner, "process", None)
        if process is not None and process.poll() is None:
            process.kill()


def last_words(log: Path) -> str:
    """Read the end of what a kernel printed outside of its cells; "" where it said nothing."""
    if not log.is_file():
        return ""
    return log.read_text(encoding="utf-8", errors="replace").strip()[-_TAIL:]
