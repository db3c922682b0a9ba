"""A manual run: `rota run` with a slot or with arguments."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rota.model.clock import Clock, instant, rfc3339
from rota.model.errors import UsageError
from rota.model.plain import plain_data
from rota.model.run import Run, Trigger
from rota.schedules import Schedule, last_until
from rota.schedules.moments import read_moment
from rota.tasks.arguments import parse_arguments
from rota.tasks.definition import TaskDefinition


def manual_run(
    run: Run, task: TaskDefinition, slot: str | None, arguments: Sequence[str], clock: Clock
) -> Run:
    """Return `run` as a manual one for `slot`, if given, with `arguments` (`name=value`).

    Other arguments mean other work, so idempotency keys are made from them too. Raises UsageError.
    """
    values = parse_arguments(task, arguments)
    if slot is not None:
        moment_of_slot = parse_slot(task, slot, clock)
        identity = rfc3339(moment_of_slot)
        run = replace(run, slot=moment_of_slot, trigger=Trigger.MANUAL, identity=identity)
    return with_arguments(run, values)


def with_arguments(run: Run, values: Mapping[str, Any]) -> Run:
    """Return `run` with other values than the defaults, which are part of its identity."""
    if not values:
        return run
    encoded = json.dumps(plain_data(values), sort_keys=True)
    return replace(run, arguments=values, identity=f"{run.identity} {encoded}")


def parse_slot(task: TaskDefinition, text: str, clock: Clock) -> datetime:
    """Return the slot, aware UTC, that `text` names in RFC 3339.

    Raises UsageError if it is not an instant, is in the future, or is not a slot of the task's
    schedule; the error names the two nearest slots.
    """
    try:
        slot = read_moment(text).astimezone(UTC)
    except ValueError as error:
        raise UsageError(f"--slot {text!r} is not allowed: {error}") from None
    check_slot(slot, task.name, task.schedule, clock)
    return slot


def check_slot(slot: datetime, task: str, schedule: Schedule, clock: Clock) -> None:
    """Raise UsageError if `slot` is in the future, or is not one of `schedule`."""
    epoch = slot.timestamp()
    if epoch > clock.timestamp():
        raise UsageError(
            f"--slot {rfc3339(slot)} is in the future: its scheduled run would repeat the same "
            "idempotency keys, and find the work done"
        )
    second = int(epoch // 1)
    if epoch == second and schedule.next_epoch(second - 1) == second:
        return
    before = last_until(schedule, second)
    after = schedule.next_epoch(second)
    near = " and ".join(rfc3339(instant(each)) for each in (before, after) if each is not None)
    raise UsageError(
        f"--slot {rfc3339(slot)} is not a slot of task {task!r}; the nearest are {near}"
    )
