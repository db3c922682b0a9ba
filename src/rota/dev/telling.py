"""Tells the parent of every run's start and end, and of what is next."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from rota.model.clock import Clock, SystemClock
from rota.model.events import RunEvent, RunFinished, RunStarted, SlotsSkipped
from rota.model.plain import shortened
from rota.scheduler import TaskScheduler
from rota.scheduler.entry import TaskSnapshot

PAUSE_SECONDS = 0.5
_LONGEST_REASON = 300


class Teller:
    """An observer that sends messages; `tell_tasks` sends the tasks whenever they have changed."""

    def __init__(
        self,
        send: Callable[[Mapping[str, Any]], None],
        clock: Clock | None = None,
        *,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._send = send
        self._clock = clock or SystemClock()
        self._pause_seconds = pause_seconds

    def __call__(self, event: RunEvent) -> None:
        """Send what `event` is about; requests are left out."""
        now = self._clock.timestamp()
        match event:
            case RunStarted(run):
                self._send({**run.facts(), "event": "started", "at": now})
            case RunFinished(record):
                facts = record.facts()
                if record.reason:
                    facts["reason"] = shortened(record.reason, _LONGEST_REASON)
                self._send({**facts, "event": "finished", "at": now})
            case SlotsSkipped():
                facts = {"task": event.task, "count": event.count, "reason": event.reason.value}
                self._send({**facts, "event": "skipped"})

    async def tell_tasks(self, scheduler: TaskScheduler) -> None:
        """Send the tasks now, and when they have changed, until cancelled."""
        last: list[dict[str, Any]] = []
        while True:
            tasks = [_facts(each) for each in scheduler.snapshot()]
            if tasks != last:
                self._send({"event": "tasks", "tasks": tasks})
            last = tasks
            await asyncio.sleep(self._pause_seconds)


def _facts(task: TaskSnapshot) -> dict[str, Any]:
    return {
        "name": task.task.name,
        "schedule": task.task.schedule.text,
        "next_slot": task.next_slot,
        "running": len(task.active),
    }
