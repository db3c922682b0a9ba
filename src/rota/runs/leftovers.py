"""The asyncio tasks that a run started and did not wait for.

They may be cancelled at any moment: `rota run` ends its process, and a stopping scheduler does not
wait for them.
"""

import asyncio
import gc
import logging
from collections.abc import Iterator
from contextvars import Context
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from rota.model.context import Execution, execution_in
from rota.model.plain import plain_text

_logger = logging.getLogger(__name__)

_MAX_NAMED = 10

_ended: WeakKeyDictionary[asyncio.AbstractEventLoop, list[Execution]] = WeakKeyDictionary()


def note_end(execution: Execution) -> None:
    """Warn, in the loop's next iteration, of asyncio tasks that this ended run left behind.

    Runs that end in one iteration are checked together, since the search goes through every asyncio
    task of the loop.
    """
    loop = asyncio.get_running_loop()
    ended = _ended.setdefault(loop, [])
    if not ended:
        loop.call_soon(_look, ended, context=Context())
    ended.append(execution)


def _look(ended: list[Execution]) -> None:
    left: dict[Execution, list[str]] = {}
    for task, execution in _tasks_of_runs():
        # A cancelled one is about to end.
        if execution in ended and not task.cancelling():
            left.setdefault(execution, []).append(_name_of(task))
    ended.clear()
    for execution, names in left.items():
        more = len(names) - _MAX_NAMED
        shown = [*names[:_MAX_NAMED], f"{more} more"] if more > 0 else names
        run = execution.run
        fields = {"task": run.task, "run_id": run.run_id, "asyncio_tasks": shown}
        _logger.warning("run.tasks_left", extra=fields)


def _tasks_of_runs() -> Iterator[tuple[asyncio.Task[Any], Execution]]:
    for task in asyncio.all_tasks():
        context = _context_of(task)
        execution = None if context is None else execution_in(context)
        if execution is not None:
            yield task, execution


def _context_of(task: asyncio.Task[Any]) -> Context | None:
    if hasattr(task, "get_context"):
        found: Context = task.get_context()
        return found
    # Python 3.11 has no name for it.
    return next((each for each in gc.get_referents(task) if isinstance(each, Context)), None)


def _name_of(task: asyncio.Task[Any]) -> str:
    coroutine: Any = task.get_coro()
    name = plain_text(getattr(coroutine, "__qualname__", coroutine), 200)
    code = getattr(coroutine, "cr_code", None)
    place = f" ({Path(code.co_filename).name}, line {code.co_firstlineno})" if code else ""
    return f"{name}{place}"
