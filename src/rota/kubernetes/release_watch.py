"""Follows the CronJobs, Jobs and pods of one release, and keeps the ledger of its slots."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from rota.kubernetes.manifests.installation import INSTANCE_LABEL, TASK_LABEL
from rota.kubernetes.reflector import Reflector, Source, WatchHealth
from rota.kubernetes.resources import EVENTS
from rota.kubernetes.watching.seen_tasks import SeenTask
from rota.kubernetes.watching.tracker import NEEDED, REFUSAL_REASON, Tracker
from rota.kubernetes.watching.trimming import trimmed
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.records import RecordedRun
from rota.model.clock import Clock

_WRITE_SECONDS = 1.0

OnNoted = Callable[[ConsoleNotes, Sequence[RecordedRun]], None]
"""Called with what was written, and those of the runs that are known to have ended since then."""


class ReleaseWatch:
    """Reads one namespace and writes one ledger, which it opens and closes.

    `release` is the label `app.kubernetes.io/instance` of the objects. Events are optional: without
    the right to read them a refused slot is recorded as missed. `on_noted` is called in the event
    loop with what has just been written.
    """

    def __init__(
        self,
        source: Source,
        namespace: str,
        release: str,
        ledger: ConsoleLedger,
        clock: Clock,
        *,
        on_noted: OnNoted = lambda _, __: None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._on_noted = on_noted
        self._sleep = sleep
        self._tick = time.monotonic()
        self._is_noted = False
        remembered = ledger.open()
        self._blind_at_start = remembered.watched_until or clock.timestamp()
        self._tracker = Tracker(remembered, ledger.attempts, clock)
        selector = f"{INSTANCE_LABEL}={release},{TASK_LABEL}"
        self._reflectors = {
            resource.kind: Reflector(
                source,
                resource,
                namespace,
                self._tracker,
                clock,
                selector=selector,
                keep=trimmed,
                sleep=sleep,
            )
            for resource in NEEDED
        }
        self._events = Reflector(
            source,
            EVENTS,
            namespace,
            self._tracker,
            clock,
            field_selector=f"reason={REFUSAL_REASON}",
            keep=trimmed,
            sleep=sleep,
        )

    @property
    def health(self) -> Mapping[str, WatchHealth]:
        """How the watch of each kind is doing, by kind."""
        watched = {**self._reflectors, EVENTS.kind: self._events}
        return {kind: reflector.health for kind, reflector in watched.items()}

    @property
    def horizon(self) -> float | None:
        """Up to when everything was seen but the gaps, an epoch time; None before the first lists.

        With bookmarks it is a minute old at the most.
        """
        heard = [reflector.health.heard_at for reflector in self._reflectors.values()]
        known = [at for at in heard if at is not None]
        return min(known) if self._tracker.is_ready and len(known) == len(heard) else None

    @property
    def is_noted(self) -> bool:
        """Whether all that there is was listed once, and is in the ledger."""
        return self._is_noted

    @property
    def blind_since(self) -> float | None:
        """Since when something may have come and gone unseen, an epoch time; None: all is seen.

        Before the first lists it is when an earlier console ended, or this one began.
        """
        needed = [reflector.health for reflector in self._reflectors.values()]
        cut = [health.heard_at for health in needed if not health.connected]
        if self.horizon is None:
            return self._blind_at_start
        return min((at for at in cut if at is not None), default=None)

    @property
    def heartbeat_age_seconds(self) -> float:
        """How long ago it last looked for something to note."""
        return time.monotonic() - self._tick

    def tasks(self) -> Sequence[SeenTask]:
        """Return the tasks as their CronJobs say them, also those that are gone."""
        return self._tracker.tasks()

    async def run(self) -> None:
        """Follow until cancelled; the ledger is written and closed then."""
        try:
            async with asyncio.TaskGroup() as group:
                for reflector in (*self._reflectors.values(), self._events):
                    group.create_task(reflector.run())
                group.create_task(self._keep())
        finally:
            self._write(self._notes())
            self._ledger.close()

    async def _keep(self) -> None:
        while True:
            await self._sleep(_WRITE_SECONDS)
            self._tick = time.monotonic()
            notes = self._notes()
            if notes is not None:
                # In another thread: a disk must not keep the watches from being read.
                ended = await asyncio.to_thread(self._write, notes)
                self._is_noted = True
                if ended is not None:
                    self._on_noted(notes, ended)

    def _notes(self) -> ConsoleNotes | None:
        horizon = self.horizon
        return None if horizon is None else self._tracker.advance(horizon)

    def _write(self, notes: ConsoleNotes | None) -> Sequence[RecordedRun] | None:
        if notes is None or not notes.worth_writing:
            return None
        return self._ledger.write(notes)
