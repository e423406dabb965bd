"""Parallel work gives the digits of serial work, in order, and says what is wrong."""

import functools
import os
import sys

import cloudpickle
import joblib
import numpy as np
import pytest
import threadpoolctl

from helpers import errors, parallel


@pytest.fixture(autouse=True, scope="module")
def functions_of_this_file_travel_whole():
    """Pytest imports this file under a name that other processes cannot import."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def _mean_of_draws(piece):
    stream, size = piece
    return float(stream.normal(size=size).mean())


def _square_of_product(number):
    matrix = np.random.default_rng(number).normal(size=(200, 200))
    return float((matrix @ matrix.T).sum())


def _blas_threads(_):
    np.ones((2, 2)) @ np.ones((2, 2))
    return max((pool["num_threads"] for pool in threadpoolctl.threadpool_info()), default=1), os.getpid()


def _fails(number):
    if number == 2:
        raise errors.DataError("parallel.workers", where="piece 2", found=number)
    return number


def test_results_do_not_depend_on_the_number_of_workers():
    serial = parallel.each(_square_of_product, range(6), workers=1)
    assert parallel.each(_square_of_product, range(6), workers=2) == serial
    assert len(set(serial)) == 6


def test_seeded_draws_do_not_depend_on_the_number_of_workers():
    by_workers = []
    for workers in (1, 2):
        pieces = zip(parallel.streams(3, 5), [10, 20, 30, 40, 50], strict=True)
        by_workers.append(parallel.each(_mean_of_draws, pieces, workers=workers))
    assert by_workers[0] == by_workers[1]


def test_streams_are_distinct_and_grow_without_changing():
    few, many = ([stream.random() for stream in parallel.streams(5, count)] for count in (3, 6))
    assert many[:3] == few
    assert len(set(many)) == 6
    assert many != [stream.random() for stream in parallel.streams(6, 6)]


def test_every_piece_runs_with_one_blas_thread_here_and_in_other_processes():
    here = parallel.each(_blas_threads, range(2), workers=1)
    assert here == [(1, os.getpid())] * 2
    there = parallel.each(_blas_threads, range(4), workers=2)
    assert {threads for threads, _ in there} == {1}
    assert os.getpid() not in {pid for _, pid in there}


def test_pieces_go_where_the_caller_of_joblib_sends_them():
    with joblib.parallel_config("threading", n_jobs=2):
        assert parallel.each(_blas_threads, range(3)) == [(1, os.getpid())] * 3


def test_an_error_of_a_worker_arrives_with_its_sentence():
    with pytest.raises(errors.DataError, match=r"^piece 2: The number of workers is 2"):
        parallel.each(_fails, range(4), workers=2)


def test_a_partial_travels_and_no_piece_gives_nothing():
    assert parallel.each(functools.partial(pow, 2), [1, 2, 3], workers=2) == [2, 4, 8]
    assert parallel.each(abs, []) == []


def test_portions_cover_everything_once_and_keep_their_size():
    portions = parallel.portions(11, size=4)
    assert [list(portion) for portion in portions] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]
    assert parallel.portions(0, size=4) == []


@pytest.mark.parametrize("found", [0, -1])
def test_fewer_than_one_worker_is_refused(found):
    with pytest.raises(errors.RunError, match=f"The number of workers is {found};"):
        parallel.each(abs, [1], workers=found)


@pytest.mark.parametrize("said", ["two", "0"])
def test_a_wrong_number_in_the_environment_is_refused(monkeypatch, said):
    monkeypatch.setenv(parallel.WORKERS_VARIABLE, said)
    with pytest.raises(errors.RunError, match=f"The number of workers is {said};"):
        parallel.workers()


def test_the_environment_decides_where_nothing_is_asked(monkeypatch):
    monkeypatch.setenv(parallel.WORKERS_VARIABLE, "3")
    assert parallel.workers() == 3
    assert parallel.workers(2) == 2
    monkeypatch.delenv(parallel.WORKERS_VARIABLE)
    assert parallel.workers() == joblib.cpu_count()
