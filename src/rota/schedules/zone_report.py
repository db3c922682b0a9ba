"""What people need to know of the tz database: which is in use, and where another one disagrees."""

from rota.model.clock import instant, rfc3339
from rota.schedules.tz_database import TzDatabase, tz_databases
from rota.schedules.zones import zone_difference


def tz_database_facts() -> dict[str, str | None]:
    """Return the version and the source of the database in use, None where it is not known."""
    for used in tz_databases():
        return {"version": used.version or None, "source": used.source}
    return {"version": None, "source": None}


def tz_database_text() -> str:
    """Return the same in a few words, for people."""
    return ", ".join(_words_of(each) for each in tz_databases()[:1]) or "none"


def zone_warnings(timezone: str, first: int, last: int) -> list[str]:
    """Return a warning where two databases disagree on a zone between two epoch times."""
    difference = zone_difference(timezone, first, last)
    if difference is None:
        return []
    used, other = _words_of(difference.used), _words_of(difference.other)
    warning = (
        f"tz databases disagree on {timezone} from {rfc3339(instant(difference.at))} on: used is "
        f"{used}, not {other}; a CronJob goes by the one of its cluster"
    )
    return [warning]


def _words_of(database: TzDatabase) -> str:
    return f"{database.version or 'of an unknown version'} ({database.source})"
