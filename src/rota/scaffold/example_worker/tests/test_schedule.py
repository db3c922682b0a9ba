"""The schedules, in virtual time: a day takes about a second."""

from collections import Counter
from datetime import timedelta
from typing import Literal

import pytest
from rota.testing import ClockJump, FakeApi, Outage, Report, simulate

from example_worker.tasks import TASKS

Mode = Literal["scheduler", "cronjobs"]
in_both_modes = pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])


def served_twice(report: Report) -> list[object]:
    """Return the slots that more than one run was for."""
    runs = Counter((run.task, run.slot) for run in report.runs if run.slot is not None)
    return [slot for slot, number in runs.items() if number > 1]


@in_both_modes
def test_every_slot_is_served_once_when_summer_time_begins(mode: Mode, api: FakeApi) -> None:
    # In Berlin, there is no 02:30 on 28 March.
    report = simulate(TASKS, "2027-03-27 12:00 Europe/Berlin", "1d", api=api, mode=mode)

    assert [slot for slot in report.slots if slot.state != "succeeded"] == []
    assert served_twice(report) == []


def test_a_clock_that_is_set_back_repeats_nothing(api: FakeApi) -> None:
    jump = ClockJump("6h", by="-2h")

    report = simulate(TASKS, "2027-01-01T00:00:00Z", "12h", api=api, disruptions=[jump])

    assert served_twice(report) == []


@in_both_modes
def test_an_outage_of_the_api_does_no_harm_beyond_its_end(mode: Mode, api: FakeApi) -> None:
    outage = Outage("3h", "5h", "errors")

    report = simulate(
        TASKS, "2027-01-01T00:00:00Z", "12h", api=api, mode=mode, disruptions=[outage]
    )

    unserved = [slot for slot in report.slots if slot.state != "succeeded"]
    begins, ends = (report.start + timedelta(hours=hours) for hours in (3, 5))
    assert [slot for slot in unserved if not begins <= slot.slot <= ends] == []
