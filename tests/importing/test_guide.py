"""The tables of instants in docs/importing.md are what is computed."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from rota.importing.cronjobs import import_cronjobs
from rota.importing.crontab import import_crontab
from rota.importing.stubs import stubs, written_schedules
from rota.model.clock import instant, rfc3339
from rota.schedules import fire_times, parse_schedule

PAGE = (Path(__file__).parents[2] / "docs/importing.md").read_text("utf-8")
YEAR_SECONDS = 366 * 86_400


def rows_below(mark):
    table = PAGE.split(f"<!-- instants: {mark} -->\n\n", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip(" `") for cell in row[1:-1].split("|")] for row in table.splitlines()[2:]]


def told(epochs, count):
    return [rfc3339(instant(each)) for each in list(epochs)[:count]]


def check(job, after, old, new):
    start = int(datetime.fromisoformat(after).timestamp())
    [(schedule, timezone)] = written_schedules(stubs([job], "rota import")).values()
    ours = fire_times(parse_schedule(schedule, timezone), start, start + YEAR_SECONDS)
    expected_old, expected_new = old.split(", "), new.split(", ")

    assert told(job.instants(start, start + YEAR_SECONDS, 9), len(expected_old)) == expected_old
    assert told(ours, len(expected_new)) == expected_new


@pytest.mark.parametrize(("line", "zone", "after", "old", "new"), rows_below("crontab"))
def test_a_crontabs_instants_before_and_after_are_those_of_the_page(line, zone, after, old, new):
    [job] = import_crontab(f"{line} /opt/job\n", timezone=zone, user_column=False)

    check(job, after, old, new)


@pytest.mark.parametrize(("schedule", "zone", "after", "old", "new"), rows_below("cronjobs"))
def test_a_cronjobs_instants_before_and_after_are_those_of_the_page(
    schedule, zone, after, old, new
):
    spec = {"schedule": schedule, **({} if zone == "none" else {"timeZone": zone})}
    [job] = import_cronjobs([{"kind": "CronJob", "spec": spec}], timezone="Etc/UTC")

    check(job, after, old, new)


def test_the_stub_of_the_page_is_what_is_written():
    text = "MAILTO=ops@example.com\n\n0 9 * * 7     timeout 10m /opt/shop/report\n"
    jobs = list(import_crontab(text, timezone="Europe/Berlin", user_column=False))
    [shown] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

    assert stubs(jobs, "rota import crontab").endswith(shown)


def test_the_page_has_both_tables():
    assert len(rows_below("crontab")) == 6
    assert len(rows_below("cronjobs")) == 3
