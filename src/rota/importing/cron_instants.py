"""When cronie runs a job: its own arithmetic, changes of the clock included.

Source: the main loop and `find_jobs` in `src/cron.c` of cronie, for a daemon that never stops. Not
told: changes that leave `tm_isdst` as it was, which cronie notices only when it is restarted.
"""

from rota.importing.cron_rule import CronRule
from rota.schedules.zones import SECONDS_PER_DAY, Zone

# Greater changes are taken for a clock that was set: nothing is made up for, nothing held back.
_GREATEST_JUMP_SECONDS = 180 * 60
_GREATEST_RETURN_SECONDS = 181 * 60


def cron_instants(
    rule: CronRule, machine: Zone, zone: Zone | None, *, after: int, until: int, count: int
) -> list[int]:
    """Return the first `count` instants in `(after, until]`; all in UTC epoch seconds.

    `machine` is the zone of the daemon, `zone` that of CRON_TZ, or None without one.
    """
    clock = zone or machine
    times = [
        (hour * 60 + minute) * 60
        for hour in range(24)
        if rule.hours >> hour & 1
        for minute in range(60)
        if rule.minutes >> minute & 1
    ]
    found: set[int] = set()
    enough_days = 2  # a change of the clock can bring a day's instants after those of the next
    for day in range(clock.local(after) // SECONDS_PER_DAY - 1, until // SECONDS_PER_DAY + 2):
        if rule.fires_on(day):
            for time in times:
                runs = _runs(rule, machine, zone, day * SECONDS_PER_DAY + time)
                found.update(run for run in runs if after < run <= until)
        if len(found) >= count:
            enough_days -= 1
            if enough_days < 0:
                break
    return sorted(found)[:count]


def _runs(rule: CronRule, machine: Zone, zone: Zone | None, local: int) -> list[int]:
    """Return the instants at which the job runs for the wall-clock second `local`."""
    clock = zone or machine
    around = (local - SECONDS_PER_DAY, local, local + SECONDS_PER_DAY)
    offsets = {clock.span(epoch).offset for epoch in around}
    shown = sorted(local - each for each in offsets if clock.span(local - each).offset == each)
    if rule.wildcard:
        return shown
    if not shown and zone is None:
        return _made_up(machine, local)
    return [run for run in shown if not _is_second_pass(machine, run)]


def _made_up(machine: Zone, local: int) -> list[int]:
    """Return when a time that the clock jumped over is run after all: right after the jump."""
    for before, new in machine.changes(local - SECONDS_PER_DAY, local + SECONDS_PER_DAY):
        jump = new.offset - before.offset
        skipped = new.start + before.offset <= local < new.start + new.offset
        if skipped and jump < _GREATEST_JUMP_SECONDS:
            return [new.start]
    return []


def _is_second_pass(machine: Zone, epoch: int) -> bool:
    """Return whether the daemon's own clock was put back and has shown this time before."""
    span = machine.span(epoch)
    back = machine.span(span.start - 1).offset - span.offset
    return 0 < back <= _GREATEST_RETURN_SECONDS and epoch < span.start + back
