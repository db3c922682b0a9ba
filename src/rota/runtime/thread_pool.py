"""Threads for tasks that block: a limited number, and the end of the process does not wait."""

import threading
from collections import deque
from collections.abc import Callable

MAX_THREADS = 100


class Job:
    """A function that was submitted to a pool. It must handle its errors itself."""

    def __init__(self, function: Callable[[], object]) -> None:
        self.function = function
        self._lock = threading.Lock()
        self._taken = False

    def take(self) -> bool:
        """Return whether the caller may have it: to run it, or to drop it."""
        with self._lock:
            taken, self._taken = self._taken, True
        return not taken


class ThreadPool:
    """Runs functions in at most `size` daemon threads; the others wait.

    A thread ends when nothing waits. Any thread may submit.
    """

    def __init__(self, size: int = MAX_THREADS) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._threads = 0

    def submit(self, function: Callable[[], object], name: str) -> Job:
        """Run `function` soon. Raises RuntimeError if no thread can be started."""
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


class BusyThreads:
    """Counts threads of tasks that work, as opposed to those that wait for the event loop.

    For an event loop on virtual time, which must not pass while they work. Any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0

    def add(self, number: int) -> None:
        """Count so many more, or less."""
        with self._lock:
            self.count += number


busy_threads = BusyThreads()
"""Those of the process."""

thread_pool = ThreadPool()
"""The pool of the process. asyncio's default executor is not used: it also looks up host names."""
