"""Times and durations as a page writes them: UTC, with what is beside it in a tooltip."""

from markupsafe import Markup

from rota.model.clock import duration_text, instant, rfc3339
from rota.status.slots import local_text
from rota.tasks.definition import TaskDefinition

_MINUTE_SECONDS = 60
_HOUR_SECONDS = 3600
_DAY_SECONDS = 86_400


def span_text(seconds: float) -> str:
    """Return about how long that is: `12s`, `4m10s`, `3h5m`, `2d7h`."""
    whole = max(0, int(seconds))
    if whole >= _DAY_SECONDS:
        whole -= whole % _HOUR_SECONDS
    elif whole >= _HOUR_SECONDS:
        whole -= whole % _MINUTE_SECONDS
    return duration_text(whole)


def seconds_text(seconds: float) -> str:
    """Return how long a run took: `0.42 s`, `12.3 s`, `4m10s`."""
    if seconds >= _MINUTE_SECONDS:
        return span_text(seconds)
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"


def relative_text(epoch: float, now: float) -> str:
    """Return `4m10s ago` or `in 4m10s`."""
    if epoch > now:
        return f"in {span_text(epoch - now)}"
    return f"{span_text(now - epoch)} ago"


def clock_text(epoch: float, now: float) -> str:
    """Return the time of day, in UTC, with its date where that is not today's."""
    moment, today = instant(int(epoch)), instant(int(now))
    time = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    if moment.date() == today.date():
        return time
    return f"{moment:%d %b} {time}" if moment.year == today.year else f"{moment:%Y-%m-%d} {time}"


def relative_tag(epoch: float, now: float) -> Markup:
    """Return `4m10s ago` as an element that also has the absolute time."""
    return _tag(epoch, full_text(epoch), relative_text(epoch, now))


def clock_tag(epoch: float, now: float) -> Markup:
    """Return the time of day as an element that also has the relative one."""
    return _tag(epoch, relative_text(epoch, now), f"{clock_text(epoch, now)} UTC")


def full_tag(epoch: float, now: float) -> Markup:
    """Return date and time as an element that also has the relative one."""
    return _tag(epoch, relative_text(epoch, now), full_text(epoch))


def full_text(epoch: float) -> str:
    """Return `2026-11-26 02:00:00 UTC`."""
    return f"{instant(int(epoch)):%Y-%m-%d %H:%M:%S} UTC"


def zone_text(task: TaskDefinition, epoch: float) -> str | None:
    """Return the time on the wall clock of the task's schedule; None where that is UTC."""
    if zone_of(task) == "Etc/UTC":
        return None
    return local_text(task, int(epoch))


def zone_clock(task: TaskDefinition, epoch: float) -> str | None:
    """Return the time of day there, `12:00 +09:00`; None where the zone is UTC."""
    text = zone_text(task, epoch)
    return None if text is None else " ".join(text.split()[2:]).replace(":00 ", " ", 1)


def zone_of(task: TaskDefinition) -> str:
    """Return the name of the time zone of a task's schedule."""
    return getattr(task.schedule, "timezone", "Etc/UTC")


def slot_key(epoch: int) -> str:
    """Return a slot as it stands in a URL."""
    return rfc3339(instant(epoch))


def _tag(epoch: float, title: str, text: str) -> Markup:
    at = rfc3339(instant(int(epoch)))
    tag = f'<time datetime="{at}" title="{title}">{text}</time>'
    # Digits and words of ours; to escape them takes longer, and a page has hundreds.
    return Markup(tag)  # noqa: S704 (as above)
