"""From what is written in `.spec.schedule` and `.spec.timeZone` to a schedule."""

from rota.model.errors import ScheduleError
from rota.schedules.cron import Cron
from rota.schedules.every import PREFIX, Every
from rota.schedules.zones import load_zone


def parse_schedule(text: str, timezone: str = "Etc/UTC") -> Cron | Every:
    """Return the schedule that the API server would take `text` and `timezone` for.

    ScheduleError where it would refuse either, and for what it accepts but takes for something
    else or never runs: `@every` of zero, of a negative time or with parts of a second, and texts
    that never fire.
    """
    if not isinstance(text, str):
        raise ScheduleError(f"schedule {text!r} is refused: it must be text, such as '0 3 * * *'")
    if not text.startswith(PREFIX) or "TZ" in text:
        return Cron(text, timezone)
    load_zone(timezone)
    return Every(text)
