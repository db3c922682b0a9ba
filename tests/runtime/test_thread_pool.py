"""A bounded pool of threads that nobody waits for."""

import threading

import pytest

from rota.runtime.thread_pool import ThreadPool

LONGEST_SECONDS = 120


class Gate:
    """Work that waits until it is let through."""

    def __init__(self):
        self.begun = threading.Semaphore(0)
        self.open = threading.Event()
        self.done = threading.Semaphore(0)

    def __call__(self):
        self.begun.release()
        self.open.wait(LONGEST_SECONDS)
        self.done.release()


def test_no_more_than_so_many_run_and_the_others_follow():
    pool, gate = ThreadPool(2), Gate()
    for number in range(5):
        pool.submit(gate, f"work-{number}")
    for _ in range(2):
        assert gate.begun.acquire(timeout=LONGEST_SECONDS)
    threads = [each for each in threading.enumerate() if each.name.startswith("work-")]

    assert len(threads) == 2
    assert all(each.daemon for each in threads)
    assert not gate.begun.acquire(blocking=False)
    gate.open.set()
    for _ in range(5):
        assert gate.done.acquire(timeout=LONGEST_SECONDS)


def test_what_is_taken_back_before_its_turn_never_runs():
    pool, gate, other = ThreadPool(1), Gate(), threading.Event()
    first = pool.submit(gate, "work")
    waiting = pool.submit(other.set, "work")
    assert gate.begun.acquire(timeout=LONGEST_SECONDS)

    assert waiting.take()
    assert not first.take(), "it runs"
    last = threading.Event()
    pool.submit(last.set, "work")
    gate.open.set()
    assert last.wait(LONGEST_SECONDS)
    assert not other.is_set()


def test_a_thread_that_is_not_to_be_had_takes_no_place(monkeypatch):
    pool, done = ThreadPool(1), threading.Event()
    with monkeypatch.context() as only_now:
        only_now.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            pool.submit(done.set, "work")
    pool.submit(done.set, "work")
    assert done.wait(LONGEST_SECONDS)


def refuse(_):
    raise RuntimeError("can't start new thread")
