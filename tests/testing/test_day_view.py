from datetime import UTC, datetime, timedelta

from rota import task
from rota.testing import simulate
from rota.testing.day_view import day_view

START = datetime(2026, 11, 24, tzinfo=UTC)


@task(interval_seconds=3600)
async def hourly(api):
    """Do nothing."""


@task(schedule="0 6 * * *")
async def at_six(api):
    """Do nothing."""


@task(schedule="0 6 * * MON")
async def on_mondays(api):
    """Do nothing."""


def test_the_busiest_minute_of_an_hour_is_told_with_its_tasks_and_days():
    report = simulate([hourly, at_six, on_mondays], START, timedelta(days=14))

    hours = {hour.hour: hour for hour in day_view(report.runs)}

    assert len(hours) == 24
    assert (hours[6].runs, hours[6].most, hours[6].minute) == (14 + 14 + 2, 3, 0)
    assert hours[6].tasks == ("at-six", "hourly", "on-mondays")
    assert hours[6].days == 2
    assert (hours[7].runs, hours[7].most, hours[7].days) == (14, 1, 14)


def test_an_hour_without_runs_has_none():
    report = simulate(at_six, START, timedelta(days=2))

    assert [hour.runs for hour in day_view(report.runs) if hour.hour == 5] == [0]
