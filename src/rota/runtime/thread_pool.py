"""Threads for tasks that block: bounded, and none that the end of the process waits for."""

import threading
from collections import deque
from collections.abc import Callable

MAX_THREADS = 100


class Job:
    """A function that is handed to a pool. What it raises is its own affair."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.function = function
        self._lock = threading.Lock()
        self._taken = False

    def take(self) -> bool:
        """Return whether it is the caller's: to run, or to leave undone."""
        with self._lock:
            taken, self._taken = self._taken, True
        return not taken


class ThreadPool:
    """Runs functions in at most `size` daemon threads; the others wait for their turn.

    A thread ends where nothing waits. Any thread may submit.
    """

    def __init__(self, size: int = MAX_THREADS) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._threads = 0

    def submit(self, function: Callable[[], object], name: str) -> Job:
        """Run `function` soon; RuntimeError where the machine has no thread for it."""
        job = Job(function)
        with self._lock:
            if self._threads >= self._size:
                self._waiting.append(job)
                return job
            self._threads += 1
        try:
            threading.Thread(target=self._work, args=(job,), name=name, daemon=True).start()
        except BaseException:
            with self._lock:
                self._threads -= 1
            raise
        return job

    def _work(self, job: Job | None) -> None:
        while job is not None:
            if job.take():
                job.function()
            with self._lock:
                job = self._waiting.popleft() if self._waiting else None
                if job is None:
                    self._threads -= 1


thread_pool = ThreadPool()
"""The process's own, apart from asyncio's default executor, which looks up names."""
