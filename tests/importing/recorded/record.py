"""Records when other schedulers run, with the real libraries: `record.py LIBRARY`.

Run it by a Python that has the library (`pip install "apscheduler<4"`, `celery`,
`"apache-airflow<3"` or `apache-airflow-core`); it writes LIBRARY.json beside itself. The pages in
docs/ have these instants, and test_migration_pages.py compares them. Each case is the code as
somebody has it, the moment at which the old scheduler begins, and how many runs to record.
"""

# ruff: noqa: PLC0415, S307 (each library is in another Python; the code is that of the cases below)

import importlib.metadata
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SPRING = "2027-03-27T12:00:00Z"
AUTUMN = "2027-10-30T12:00:00Z"
NOVEMBER = "2026-11-26T10:02:30Z"
UTC_ZONE, BERLIN = "Etc/UTC", "Europe/Berlin"

APSCHEDULER = [
    ("CronTrigger.from_crontab('0 9 * * 0', timezone=zone)", UTC_ZONE, NOVEMBER, 2),
    ("CronTrigger.from_crontab('0 9 * * mon-fri', timezone=zone)", UTC_ZONE, NOVEMBER, 3),
    ("CronTrigger.from_crontab('0 0 13 * fri', timezone=zone)", UTC_ZONE, NOVEMBER, 2),
    ("CronTrigger(hour=9, timezone=zone)", UTC_ZONE, NOVEMBER, 2),
    ("CronTrigger(minute=15, timezone=zone)", UTC_ZONE, NOVEMBER, 2),
    ("CronTrigger(day='last', timezone=zone)", UTC_ZONE, NOVEMBER, 2),
    ("CronTrigger(second='*/20', timezone=zone)", UTC_ZONE, NOVEMBER, 2),
    ("CronTrigger(hour=2, minute=30, timezone=zone)", BERLIN, SPRING, 2),
    ("CronTrigger(hour=2, minute=30, timezone=zone)", BERLIN, AUTUMN, 3),
    ("CronTrigger(minute=0, timezone=zone)", BERLIN, "2027-10-30T23:30:00Z", 3),
    ("IntervalTrigger(minutes=5, timezone=zone)", UTC_ZONE, NOVEMBER, 3),
    ("IntervalTrigger(days=1, timezone=zone)", BERLIN, SPRING, 2),
]
CELERY = [
    ("crontab(minute=0, hour=9, day_of_week=1)", UTC_ZONE, NOVEMBER, 2),
    ("crontab(hour=9)", UTC_ZONE, NOVEMBER, 3),
    ("crontab(minute=0, hour='*/3')", UTC_ZONE, NOVEMBER, 3),
    ("crontab(minute=0, hour=0, day_of_month=13, day_of_week='fri')", UTC_ZONE, NOVEMBER, 2),
    ("crontab(minute=30, hour=2)", BERLIN, SPRING, 2),
    ("crontab(minute=30, hour=2)", BERLIN, AUTUMN, 3),
    ("crontab(minute=0)", BERLIN, "2027-10-30T23:30:00Z", 3),
    ("schedule(300)", UTC_ZONE, NOVEMBER, 3),
    ("schedule(86400)", BERLIN, SPRING, 2),
]
AIRFLOW = [
    ("@daily", UTC_ZONE, "2026-11-26T00:00:00Z", 2),
    ("0 6 * * *", UTC_ZONE, "2026-11-26T00:00:00Z", 2),
    ("0 6 * * 1-5", UTC_ZONE, "2026-11-26T00:00:00Z", 3),
    ("30 2 * * *", BERLIN, SPRING, 2),
    ("30 2 * * *", BERLIN, AUTUMN, 3),
    ("0 * * * *", BERLIN, "2027-10-30T23:30:00Z", 3),
    ("timedelta(minutes=90)", UTC_ZONE, "2026-11-26T00:00:00Z", 3),
]


def text(moment):
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def of_apscheduler(code, zone, after, count):
    """As BaseScheduler does: the next fire time after the one before, and after now."""
    from apscheduler.triggers import cron, interval

    now = datetime.fromisoformat(after).astimezone(ZoneInfo(zone))
    names = {"CronTrigger": cron.CronTrigger, "IntervalTrigger": interval.IntervalTrigger}
    real, interval.datetime = interval.datetime, type("Frozen", (datetime,), {"now": lambda _: now})
    trigger = eval(code, names | {"zone": zone})
    interval.datetime = real
    found, previous = [], None
    while len(found) < count:
        previous = trigger.get_next_fire_time(previous, now if previous is None else previous)
        found.append(previous)
    return {"runs": [text(each) for each in found]}


def of_celery(code, zone, after, count):
    """As beat does with a new file, in no time: what was never run counts from beat's start."""
    from celery import Celery
    from celery.schedules import crontab, schedule

    app = Celery(set_as_current=False)
    app.conf.timezone = zone
    moments = [datetime.fromisoformat(after).astimezone(app.timezone)]
    names = {
        "crontab": lambda **fields: crontab(**fields, nowfun=lambda: moments[-1], app=app),
        "schedule": lambda every: schedule(every, nowfun=lambda: moments[-1], app=app),
    }
    entry = eval(code, names)
    found, last_run_at = [], moments[0]
    while len(found) < count:
        due, seconds = entry.is_due(last_run_at)
        if due:
            last_run_at = moments[-1]
            found.append(last_run_at)
        # beat_max_loop_interval; a hundredth of a second where there is none left.
        wait = timedelta(seconds=min(max(seconds, 0.01), 300))
        moments.append((moments[-1].astimezone(UTC) + wait).astimezone(app.timezone))
    return {"runs": [text(each) for each in found]}


def of_airflow(code, zone, after, count):
    """What a DAG with `schedule=code` gets: when its runs begin, and their logical dates."""
    import pendulum
    from airflow.timetables.base import TimeRestriction

    timetable = timetable_of(code, zone)
    earliest = pendulum.instance(datetime.fromisoformat(after))
    restriction = TimeRestriction(earliest=earliest, latest=None, catchup=True)
    found, interval = [], None
    while len(found) < count:
        info = timetable.next_dagrun_info(
            last_automated_data_interval=interval, restriction=restriction
        )
        found.append(info)
        interval = info.data_interval
    return {
        "runs": [text(each.run_after) for each in found],
        "logical_dates": [text(each.data_interval.start) for each in found],
    }


def timetable_of(code, zone):
    from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable
    from airflow.timetables.trigger import CronTriggerTimetable, DeltaTriggerTimetable

    triggers = importlib.metadata.version(distribution()).startswith("3.")
    if code.startswith("timedelta"):
        delta = eval(code, {"timedelta": timedelta})
        return (DeltaTriggerTimetable if triggers else DeltaDataIntervalTimetable)(delta)
    return (CronTriggerTimetable if triggers else CronDataIntervalTimetable)(code, timezone=zone)


def distribution():
    try:
        importlib.metadata.version("apache-airflow-core")
    except importlib.metadata.PackageNotFoundError:
        return "apache-airflow"
    return "apache-airflow-core"


LIBRARIES = {
    "apscheduler": (APSCHEDULER, of_apscheduler, lambda: "apscheduler"),
    "celery": (CELERY, of_celery, lambda: "celery"),
    "airflow-2": (AIRFLOW, of_airflow, distribution),
    "airflow-3": (AIRFLOW, of_airflow, distribution),
}


def main(library):
    cases, record, named = LIBRARIES[library]
    package = named()
    found = {
        "library": package,
        "version": importlib.metadata.version(package),
        "cases": [
            {"code": code, "zone": zone, "after": after, **record(code, zone, after, count)}
            for code, zone, after, count in cases
        ],
    }
    written = json.dumps(found, indent=1)
    Path(__file__).with_name(f"{library}.json").write_text(written + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
