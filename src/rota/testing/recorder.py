"""Notes what happens in a simulation, and makes the report of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rota.model.clock import Clock, instant
from rota.model.events import RunEvent, RunFinished, RunStarted, SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.run import Run
from rota.model.slot import SlotState
from rota.schedules import Schedule, fire_times
from rota.tasks.definition import TaskDefinition
from rota.testing.report import SimulatedRun, SimulatedSlot

KILLED_EXIT_CODE = 137


class Recorder:
    """An observer. What a killed process still says is left out: its runs are not known any more.

    `schedules` has the schedule of each task by name.
    """

    def __init__(self, clock: Clock, schedules: Mapping[str, Schedule]) -> None:
        self._clock = clock
        self.schedules = schedules
        self._active: dict[str, tuple[int, Run, float]] = {}
        self._pods: dict[str, tuple[int, int | None]] = {}
        self._ended: list[tuple[int, SimulatedRun]] = []
        self._states: dict[tuple[str, int], tuple[SlotState, SkipReason | None]] = {}
        self._runs: Counter[tuple[str, int | None]] = Counter()
        self._started = 0

    def __call__(self, event: RunEvent) -> None:
        """Note an event."""
        match event:
            case RunStarted(run=run):
                self._started += 1
                self._active[run.run_id] = (self._started, run, self._clock.timestamp())
                self._set_state(run, SlotState.RUNNING)
                self._runs[run.task, self._slot_of(run)] += 1
            case RunFinished(record=record):
                self._end(
                    record.run,
                    SlotState(record.outcome.value),
                    seconds=record.duration_seconds,
                    exit_code=int(record.exit_code),
                    reason=record.reason,
                    counts=record.counts,
                )
            case SlotsSkipped():
                self._skip_all(event)
            case _:
                pass

    def pod(self, run: Run, attempt: int, slot: int | None) -> None:
        """Note which pod of a slot's Job a run is, from 0; before it starts.

        The pod itself knows the minute only.
        """
        self._pods[run.run_id] = (attempt, slot)

    def skip(self, task: str, slot: int, reason: SkipReason) -> None:
        """Note a slot that never starts."""
        self._states[task, slot] = (SlotState.SKIPPED, reason)

    def kill(self, run_id: str) -> None:
        """Note that a run's process was killed; what it says from now on is ignored."""
        if run_id not in self._active:
            return  # It has ended; what was killed only waited before a retry.
        _, run, started = self._active[run_id]
        seconds = self._clock.timestamp() - started
        self._end(run, SlotState.LOST, seconds=seconds, exit_code=KILLED_EXIT_CODE, reason="killed")

    def kill_all(self) -> None:
        """Note that all runs were killed."""
        for run_id in list(self._active):
            self.kill(run_id)

    def _end(
        self,
        run: Run,
        state: SlotState,
        *,
        seconds: float | None,
        exit_code: int,
        reason: str | None,
        counts: Mapping[str, Any] | None = None,
    ) -> None:
        known = self._active.pop(run.run_id, None)
        if known is None:
            return
        self._set_state(run, state)
        order, _, started = known
        simulated = self._run(
            run,
            started,
            ended=None if seconds is None else started + seconds,
            state=state,
            exit_code=exit_code,
            reason=reason,
            counts=counts,
        )
        self._ended.append((order, simulated))

    def _run(
        self,
        run: Run,
        started: float,
        *,
        ended: float | None,
        state: SlotState,
        exit_code: int | None = None,
        reason: str | None = None,
        counts: Mapping[str, Any] | None = None,
    ) -> SimulatedRun:
        return SimulatedRun(
            task=run.task,
            trigger=run.trigger,
            slot=run.slot,
            attempt=self._pods.pop(run.run_id, (run.attempt or 0, None))[0],
            started=instant(started),
            ended=None if ended is None else instant(ended),
            state=state,
            exit_code=exit_code,
            reason=reason,
            counts=counts or {},
        )

    def _set_state(self, run: Run, state: SlotState) -> None:
        slot = self._slot_of(run)
        if slot is not None:
            self._states[run.task, slot] = (state, None)

    def _slot_of(self, run: Run) -> int | None:
        if run.run_id in self._pods:
            return self._pods[run.run_id][1]
        return None if run.slot is None else int(run.slot.timestamp())

    def _skip_all(self, event: SlotsSkipped) -> None:
        stopping = event.reason is SkipReason.STOPPING
        # It is still owed: the next process finds it in the ledger.
        state = (SlotState.DUE, None) if stopping else (SlotState.SKIPPED, event.reason)
        schedule = self.schedules[event.task]
        for slot in fire_times(schedule, event.first_slot - 1, event.last_slot):
            self._states[event.task, slot] = state

    def runs(self) -> tuple[SimulatedRun, ...]:
        """Return all runs, in the order of their start."""
        running = [
            (order, self._run(run, started, ended=None, state=SlotState.RUNNING))
            for order, run, started in self._active.values()
        ]
        return tuple(run for _, run in sorted([*self._ended, *running], key=lambda each: each[0]))

    def slots(
        self, tasks: Iterable[TaskDefinition], after: int, until: int
    ) -> tuple[SimulatedSlot, ...]:
        """Return what became of every slot in `(after, until]`, by task and slot."""
        return tuple(
            self._slot(task, slot)
            for task in tasks
            for slot in fire_times(self.schedules[task.name], after, until)
        )

    def _slot(self, task: TaskDefinition, slot: int) -> SimulatedSlot:
        unmet: tuple[SlotState, SkipReason | None] = (SlotState.DUE, None)
        if task.suspend:
            unmet = (SlotState.SKIPPED, SkipReason.SUSPENDED)
        state, reason = self._states.get((task.name, slot), unmet)
        runs = self._runs[task.name, slot]
        return SimulatedSlot(task.name, instant(slot), state, reason, runs)
