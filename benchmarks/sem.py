"""What the estimation core costs against lavaan and semopy, on the model and answers of ``population``.

Of lavaan its usual output is asked: estimates with errors and intervals, the standardized solution with its errors, fit
measures. Ours gives these and gates besides. semopy runs at a tight stop: its
default one is right to three digits only. Seconds are processor time of one thread on both sides, which other work on
the machine disturbs little; starting R does not count. Where a job's result differs from lavaan's, the row says so in
place of a ratio.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import population
import threadpoolctl
from lavaan_peer import Peer, lavaan
from timing import Row, faster, in_turn, processor, seconds

from helpers import measurement, sem
from helpers.errors import ModelError

# lavaan stops a little short of its minimum; a job's number agrees within this share of it.
AGREES = 1e-3
DRAWS, LAVAAN_DRAWS = 1000, 50


def rows() -> Iterator[Row]:
    text, data = population.model(), population.answers()
    ours, semopy = in_turn(processor(lambda: _usual(sem.fit(text, data), "chisq")),
                           processor(lambda: _semopy(text, data)), repeats=7)
    yield Row("one ML fit, over semopy's", seconds(ours), seconds(semopy), faster(ours, semopy), "faster")
    with lavaan() as peer:
        if peer is None:
            print("no Rscript here: the rows over lavaan are left out")
            return
        print(f"lavaan: {peer.does('blas')[1]}, one thread; ours: {_blas()}")
        jobs = _jobs()
        yield from (_against(peer, job, *jobs[job]) for job in jobs)
        yield _draws(peer)


def _jobs() -> dict[str, tuple[str, Callable[[], float], int, str]]:
    """Each job of lavaan with what it is, ours (which returns the same number), how often it is timed, and the goal."""
    text, data, items = population.model(), population.answers(), population.measurement()
    holes, groups, names = population.with_holes(data), population.in_two_groups(data), list(data)
    return {
        "fit": ("one ML fit with everything", lambda: _usual(sem.fit(text, data), "chisq"), 9, ">= 10 x"),
        "robust": ("the same by MLR", lambda: _usual(sem.fit(text, data, estimator="MLR"), "chisq.scaled"),
                   9, ""),
        "fiml": ("FIML, 8 % holes", lambda: _usual(sem.fit(text, holes, missing="fiml"), "chisq"), 1, ">= 100 x"),
        "wlsmv": ("WLSMV, all items ordinal",
                  lambda: _usual(sem.fit(text, data, ordered=names, estimator="WLSMV"), "chisq.scaled"), 3, ">= 15 x"),
        "invariance": ("invariance by MLR, two groups, four models",
                       lambda: sem.invariance(items, groups, group="insurer")["chisq"].iloc[-1], 3, ">= 25 x"),
        "polychorics": ("561 polychoric correlations",
                        lambda: measurement.polychoric(data).correlations.to_numpy().sum(), 5, ">= 10 x"),
    }


def _usual(fit: sem.SemFit, measure: str) -> float:
    """Read what lavaan is asked for too: the table of estimates with standardized ones, and the measures."""
    assert len(fit.parameters)
    return float(fit.measures[measure])


def _against(peer: Peer, job: str, what: str, ours: Callable[[], float], repeats: int, goal: str) -> Row:
    """Time a job on both sides; what takes lavaan a minute is not repeated on its side."""
    try:
        mine = ours()
    except ModelError:
        return Row(f"{what}, over lavaan's", "-", "-", "not yet", goal)
    found: list[str] = []

    def theirs() -> float:
        taken, number = peer.does(job)
        found.append(number)
        return taken

    once, lavaans = in_turn(processor(ours), theirs, repeats=repeats, warm=int(repeats > 1))
    agree = abs(mine - float(found[-1])) <= AGREES * abs(float(found[-1]))
    return Row(f"{what}, over lavaan's", seconds(once), seconds(lavaans),
               faster(once, lavaans) if agree else f"{mine:.6g} is not {found[-1]}", goal)


def _draws(peer: Peer) -> Row:
    fit = sem.fit(population.model(), population.answers())
    ours, theirs = in_turn(processor(lambda: sem.bootstrap(fit, draws=DRAWS, seed=1)), lambda: peer.does("draws")[0],
                           repeats=3)
    theirs *= DRAWS / LAVAAN_DRAWS
    return Row(f"{DRAWS} bootstrap draws, over lavaan's ({LAVAAN_DRAWS}, scaled)", seconds(ours), seconds(theirs),
               faster(ours, theirs), ">= 60 x")


def _blas() -> str:
    found = [each for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]
    return f"numpy {np.__version__} with " + ", ".join(
        f"{each['internal_api']} {each['version']} ({each['num_threads']} thread)" for each in found)


def _semopy(text: str, data: object) -> None:
    import semopy

    fitted = semopy.Model(text)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        fitted.fit(data, options={"ftol": 1e-12, "maxiter": 2000})
        semopy.calc_stats(fitted)
        fitted.inspect(std_est=True)
