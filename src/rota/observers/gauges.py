"""Which gauge shows what of a reading. Standard library only."""

from collections.abc import Callable, Iterable, Mapping

from rota.observers.readings import Reading, TaskReading

Series = Iterable[tuple[tuple[str, ...], float]]

_OF_TASK: Mapping[str, Callable[[TaskReading], float]] = {
    "rota_task_last_run_timestamp_seconds": lambda task: task.last_run,
    "rota_task_last_success_timestamp_seconds": lambda task: task.last_success,
    "rota_task_last_run_duration_seconds": lambda task: task.duration_seconds,
    "rota_task_last_lateness_seconds": lambda task: task.lateness_seconds,
    "rota_task_consecutive_failures": lambda task: task.consecutive_failures,
    "rota_task_running": lambda task: task.running,
    "rota_task_suspended": lambda task: task.suspended,
    "rota_task_paused_until_timestamp_seconds": lambda task: task.paused_until,
    "rota_task_next_slot_timestamp_seconds": lambda task: task.next_slot,
    "rota_task_success_due_timestamp_seconds": lambda task: task.success_due,
    "rota_task_run_due_timestamp_seconds": lambda task: task.run_due,
}


def gauges_of(reading: Reading) -> Mapping[str, Series]:
    """Return the series of every gauge, by its name."""
    of_tasks = {
        name: [((task.task,), float(value(task))) for task in reading.tasks]
        for name, value in _OF_TASK.items()
    }
    return {
        **of_tasks,
        "rota_leader": [((), float(reading.leader))],
        "rota_loop_tick_timestamp_seconds": [((), reading.tick)],
        "rota_watch_connected": [
            ((kind,), float(connected)) for kind, connected in reading.watches.items()
        ],
        "rota_watch_horizon_timestamp_seconds": (
            [((), reading.watch_horizon)] if reading.watches else []
        ),
        "rota_watch_heard_timestamp_seconds": [
            ((kind,), heard) for kind, heard in reading.heard.items()
        ],
        "rota_store_rows": [((), float(reading.store_rows))],
    }
