"""Why a slot ran or did not: the answer to `rota why`, in sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rota.ledger.protocol import LedgerReader
from rota.ledger.records import RecordedRun
from rota.model.clock import duration_text
from rota.model.errors import UsageError
from rota.model.exit_codes import meaning_of
from rota.model.outcome import SkipReason
from rota.model.slot import SlotState
from rota.schedules import last_until
from rota.status.run_facts import run_facts
from rota.status.sight import sight_of
from rota.status.slot_words import (
    blind_sentence,
    due_sentence,
    moment_text,
    retry_sentence,
    skip_sentence,
    unobserved_sentence,
)
from rota.status.slots import Absence, SlotStatus, slots_between
from rota.tasks.definition import TaskDefinition

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Explanation:
    """A slot, what happened to it as sentences, and the other runs that bear on it."""

    status: SlotStatus
    sentences: Sequence[str]
    evidence: Sequence[RecordedRun] = ()

    def facts(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {
            "task": self.status.task.name,
            **self.status.facts(),
            "runs": [run_facts(run) for run in self.status.runs],
            "why": list(self.sentences),
            "evidence": [run_facts(run) for run in self.evidence],
        }


def explain(task: TaskDefinition, reader: LedgerReader, slot: int, now: float) -> Explanation:
    """Say what happened to one slot; UsageError, with the nearest two, where it is none."""
    found = slots_between(task, reader, slot, slot, now)
    if not found:
        before = last_until(task.schedule, slot)
        after = task.schedule.next_epoch(slot)
        near = " and ".join(moment_text(each) for each in (before, after) if each is not None)
        raise UsageError(
            f"{moment_text(slot)} is not a slot of task {task.name!r}; the nearest are {near}"
        )
    status = found[0]
    during = _active_at(task, reader, slot)
    evidence = during if status.state in (SlotState.SKIPPED, SlotState.DUE) else []
    return Explanation(status, list(_sentences(task, reader, status, during, now)), evidence)


def _active_at(task: TaskDefinition, reader: LedgerReader, slot: int) -> list[RecordedRun]:
    """Return the other runs of the task that were active when the slot came."""
    longest = int(task.timeout_seconds) + task.catch_up_seconds + _DAY_SECONDS
    return [
        run
        for run in reader.history(task.name, slot - longest, slot)
        if run.slot != slot
        and run.started_at <= slot
        and (run.duration_seconds is None or run.started_at + run.duration_seconds >= slot)
        and run.state is not SlotState.LOST
    ]


def _sentences(
    task: TaskDefinition,
    reader: LedgerReader,
    status: SlotStatus,
    during: Sequence[RecordedRun],
    now: float,
) -> Iterator[str]:
    sight = sight_of(reader, now)
    yield from map(_run_sentence, status.runs)
    match status.state:
        case Absence.UPCOMING:
            yield f"It comes in {duration_text(max(0, int(status.slot - now)))}."
            pause = reader.pauses().get(task.name)
            if pause is not None and pause.active_at(now) and pause.active_at(status.slot):
                yield f"It will be skipped: the task is {pause.sentence.rstrip('.')}."
        case Absence.UNOBSERVED:
            oldest = reader.digests([task.name], recent=1)[task.name].oldest_due
            yield unobserved_sentence(status.slot, oldest, sight)
        case SlotState.SKIPPED:
            reason = SkipReason(status.reason or "")
            yield skip_sentence(task, reason, by_cronjob=sight is not None)
            if status.detail:
                yield f"{status.detail.rstrip('.')}."
            yield from map(_active_sentence, during)
        case SlotState.DUE:
            yield due_sentence(sight)
            yield from map(_active_sentence, during)
        case SlotState.INTERRUPTED | SlotState.LOST:
            yield "Nothing is known of another run for it."
    if status.retry_at is not None:
        yield retry_sentence(status.retry_at, now)
    open_state = status.state in (SlotState.DUE, SlotState.RUNNING)
    if open_state and sight is not None and sight.blind_since is not None:
        yield blind_sentence(sight.blind_since)


def _run_sentence(run: RecordedRun) -> str:
    text = f"Run {run.run_id} ({run.trigger.value}) started {moment_text(int(run.started_at))}"
    late = int(run.lateness_seconds)
    text += f", {duration_text(late)} late" if late > 0 else ""
    if run.state is SlotState.RUNNING:
        return f"{text} and is active."
    end = run.state.value.replace("_", " ")
    text += f" and {_ENDS.get(run.state, end)}"
    if run.duration_seconds is not None:
        text += f" after {run.duration_seconds:g} s"
    if run.exit_code is not None:
        text += f" with exit code {run.exit_code} ({meaning_of(run.exit_code)})"
    return f"{text}: {run.reason}" if run.reason else f"{text}."


_ENDS = {
    SlotState.LOST: "was lost: nobody saw its end",
    SlotState.INTERRUPTED: "was interrupted",
}


def _active_sentence(run: RecordedRun) -> str:
    which = f"the slot {moment_text(run.slot)}" if run.slot is not None else "no slot"
    start = moment_text(run.started_at)
    text = f"Active at that moment: run {run.run_id} for {which}, from {start}"
    if run.duration_seconds is None:
        return f"{text}, without an end yet."
    return (
        f"{text} to {moment_text(int(run.started_at + run.duration_seconds))} ({run.state.value})."
    )
