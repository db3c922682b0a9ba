"""When a task's next success is overdue, so that one alert rule does for every schedule.

A threshold in seconds cannot: it would have to know of weekends, of months and of changed clocks,
and be silent for a day where a clock jumps over a daily slot.
"""

from rota.schedules.base import Schedule

# For what lies between a run's end and its being seen: an exit, a watch, a scrape.
SLACK_SECONDS = 60
NEVER = 0


def success_due(
    schedule: Schedule,
    since: int,
    *,
    tolerated_misses: int = 1,
    catch_up_seconds: int,
    budget_seconds: float,
) -> int:
    """Return the epoch second after which a missing success is an alarm; 0 where none is owed.

    `since` is the slot of the last success, or, if it is later or there is none, the moment from
    which on the task owes its slots: its creation, a resume, a change of its schedule. Counted from
    there, the slot after the `tolerated_misses` is the one that must succeed: it may start
    `catch_up_seconds` late, and its run with all retries may take `budget_seconds`.

    0 also means that the schedule has no such slot left. A suspended task owes nothing: that is the
    caller's to know.
    """
    must_succeed = since
    for _ in range(1 + tolerated_misses):
        slot = schedule.next_epoch(must_succeed)
        if slot is None:
            return NEVER
        must_succeed = slot
    return must_succeed + catch_up_seconds + round(budget_seconds) + SLACK_SECONDS
