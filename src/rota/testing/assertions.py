"""What should hold for every task, as one call each. Raises AssertionError with the reason."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from rota.model.outcome import Outcome
from rota.settings import Settings
from rota.testing.definitions import Tasks
from rota.testing.fake_api import FakeApi
from rota.testing.moments import Instant
from rota.testing.report import Report
from rota.testing.simulation import Mode, simulate
from rota.testing.single_run import DEFAULT_NOW, TaskRun, run_task

_MOST_SHOWN = 10


def assert_idempotent(
    task: Any,
    api: Callable[[], FakeApi] = FakeApi,
    *,
    slot: Instant = DEFAULT_NOW,
    arguments: Mapping[str, Any] | None = None,
    settings: Settings | Mapping[str, Any] | None = None,
) -> None:
    """Check that a run which is killed and repeated does everything once.

    `api` makes the Business API anew. The task runs once for reference; then it is killed after its
    first request and run again for the same slot, then after its second, and so on. Each time the
    effects must be those of the reference.
    """

    def run(on: FakeApi, kill_after_request: int | None = None) -> TaskRun:
        return run_task(
            task,
            api=on,
            slot=slot,
            arguments=arguments,
            settings=settings,
            kill_after_request=kill_after_request,
        )

    reference = run(api())
    if reference.outcome is not Outcome.SUCCEEDED:
        raise AssertionError(f"the task does not succeed when it is left alone: {reference}")
    for number, call in enumerate(reference.calls, 1):
        used = api()
        run(used, number)
        repeated = run(used)
        place = f"killed after request {number} ({call.operation}) and run again"
        if repeated.outcome is not Outcome.SUCCEEDED:
            raise AssertionError(f"{place}: the task does not succeed: {repeated}")
        if dict(used.effects) != dict(reference.effects):
            raise AssertionError(f"{place}: {_difference(reference.effects, used.effects)}")


def _difference(expected: Mapping[str, int], found: Mapping[str, int]) -> str:
    wrong = [
        f"{operation}: {found.get(operation, 0)} times instead of {expected.get(operation, 0)}"
        for operation in sorted({*expected, *found})
        if expected.get(operation, 0) != found.get(operation, 0)
    ]
    return "; ".join(wrong[:_MOST_SHOWN])


def assert_same_in_both_modes(
    tasks: Tasks,
    start: Instant,
    duration: timedelta | str,
    *,
    api: Callable[[], FakeApi] = FakeApi,
    settings: Settings | Mapping[str, Any] | None = None,
) -> None:
    """Check that the scheduler and CronJobs start and skip the same slots, for the same reasons.

    How the runs end is not compared: a Job retries, the scheduler does not.
    """

    def slots(mode: Mode) -> dict[str, str]:
        report = simulate(tasks, start, duration, api=api(), mode=mode, settings=settings)
        return _slots(report)

    scheduler, cronjobs = slots("scheduler"), slots("cronjobs")
    wrong = [
        f"{slot}: {scheduler.get(slot, 'no slot')} by the scheduler, "
        f"{cronjobs.get(slot, 'no slot')} as a CronJob"
        for slot in sorted({*scheduler, *cronjobs})
        if scheduler.get(slot) != cronjobs.get(slot)
    ]
    if wrong:
        more = f"\n… {len(wrong) - _MOST_SHOWN} more" if len(wrong) > _MOST_SHOWN else ""
        raise AssertionError("\n".join(wrong[:_MOST_SHOWN]) + more)


def _slots(report: Report) -> dict[str, str]:
    return {
        f"{slot.task} {slot.slot.isoformat()}": f"skipped ({slot.reason.value})"
        if slot.reason
        else ("started" if slot.runs else slot.state.value)
        for slot in report.slots
    }
