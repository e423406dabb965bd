"""How independent work is spread over processors without changing a single digit of the result.

Three rules hold it: pieces and their random streams depend on the seed and never on the number of workers; results
come back in the order of the pieces; every piece runs with one BLAS thread, in a worker or not, because the order in
which a threaded BLAS adds changes last digits and because workers times threads would fight for the same cores.

This is the only module that imports joblib. A cluster is reached the way joblib reaches one: inside
``with joblib.parallel_config("dask")`` the pieces go there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from helpers.errors import RunError

if TYPE_CHECKING:
    import numpy as np

WORKERS_VARIABLE = "ASSURANCE_WORKERS"
"""Environment variable with the number of workers of one process; the runner sets it for the notebooks' kernels."""

BLAS_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Environment variables that hold the numerical libraries to one thread when a process starts."""


def workers(asked: int | None = None) -> int:
    """Count the processes to use: what was asked, else ``ASSURANCE_WORKERS``, else the processors this process may use.

    Parameters
    ----------
    asked : int, optional
        1 or more. None leaves the choice to the environment.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    RunError
        If a number below 1, or something that is no whole number, is asked for.

    Examples
    --------
    >>> workers(3)
    3
    """
    if asked is None:
        said = os.environ.get(WORKERS_VARIABLE, "")
        if not said:
            return _processors()
        try:
            asked = int(said)
        except ValueError:
            raise RunError("parallel.workers", where=WORKERS_VARIABLE, found=said) from None
    if asked < 1:
        raise RunError("parallel.workers", found=asked)
    return asked


def each(function: Callable[..., Any], pieces: Iterable[Any], *, workers: int | None = None) -> list[Any]:
    """Call a function once per piece and return the results in the order of the pieces.

    Parameters
    ----------
    function : callable
        Takes one piece. It and the pieces travel to other processes, so it is a function of a module or a
        ``functools.partial`` of one.
    pieces : iterable
        Independent of each other.
    workers : int, optional
        Processes; 1 stays in this process. None: ``ASSURANCE_WORKERS``, else every processor.

    Returns
    -------
    list
        ``[function(piece) for piece in pieces]``, to the last bit, whatever `workers` is.

    Raises
    ------
    RunError
        If `workers` is below 1.

    Examples
    --------
    >>> each(abs, [-2, 3, -5], workers=1)
    [2, 3, 5]
    """
    pieces = list(pieces)
    count = min(_workers(workers), len(pieces))
    if count <= 1:
        with one_thread():
            return [function(piece) for piece in pieces]
    import joblib

    if workers is None and _is_chosen_outside():
        return joblib.Parallel()(joblib.delayed(_alone)(function, piece) for piece in pieces)
    with joblib.parallel_config("loky", n_jobs=count, inner_max_num_threads=1):
        return joblib.Parallel()(joblib.delayed(function)(piece) for piece in pieces)


def portions(total: int, *, size: int) -> list[range]:
    """Cut ``range(total)`` into consecutive portions of a fixed size, the same for every number of workers.

    Parameters
    ----------
    total : int
        Number of draws, models, cells.
    size : int
        Of each portion; the last one may be shorter. 1 or more.

    Examples
    --------
    >>> portions(5, size=2)
    [range(0, 2), range(2, 4), range(4, 5)]
    """
    return [range(start, min(start + size, total)) for start in range(0, total, size)]


def streams(seed: int, count: int) -> list[np.random.Generator]:
    """Make independent random streams, one per piece; the same seed gives piece i the same stream on every machine.

    Parameters
    ----------
    seed : int
        0 or more.
    count : int
        Number of pieces.

    Returns
    -------
    list of numpy.random.Generator
        Children of one ``SeedSequence``.

    Notes
    -----
    Stream i does not change when `count` grows, so that more draws extend the draws there were.

    Examples
    --------
    >>> first, second = streams(7, 2)
    >>> bool(first.random() == streams(7, 5)[0].random())
    True
    """
    import numpy as np

    return [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(count)]


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold the numerical libraries of this process to one thread inside the block."""
    import threadpoolctl

    with threadpoolctl.threadpool_limits(limits=1):
        yield


def _processors() -> int:
    # joblib also sees the limits of containers and batch systems, which os.cpu_count does not.
    import joblib

    return max(1, joblib.cpu_count())


def _is_chosen_outside() -> bool:
    # Loky is what joblib uses where nobody chose; everything else comes from a `parallel_config` around the call.
    from joblib.parallel import get_active_backend

    backend, _ = get_active_backend()
    return type(backend).__name__ != "LokyBackend"


def _alone(function: Callable[..., Any], piece: Any) -> Any:
    # The workers of a cluster were started by somebody else, with threads of their own.
    with one_thread():
        return function(piece)


_workers = workers  # `each` has an argument of this name
