"""The schedules, in virtual time: a day passes in milliseconds."""

from collections import Counter
from datetime import UTC, datetime
from typing import Literal

import pytest
from rota.testing import ClockJump, FakeApi, Outage, simulate

from example_worker.tasks import TASKS

in_both_modes = pytest.mark.parametrize("mode", ["scheduler", "cronjobs"])
Mode = Literal["scheduler", "cronjobs"]


@in_both_modes
def test_every_slot_is_served_once_while_the_clocks_change(mode: Mode, api: FakeApi) -> None:
    # In Europe, 02:00 to 03:00 on 28 March does not exist.
    report = simulate(TASKS, "2027-03-27 12:00 Europe/Berlin", "1d", api=api, mode=mode)

    assert {slot.state for slot in report.slots} <= {"succeeded"}, report
    slots = Counter((run.task, run.slot) for run in report.runs if run.slot)
    assert set(slots.values()) <= {1}, report


def test_a_clock_that_is_set_back_repeats_nothing(api: FakeApi) -> None:
    jump = ClockJump("6h", by="-2h")

    report = simulate(TASKS, "2027-01-01T00:00:00Z", "1d", api=api, disruptions=[jump])

    slots = Counter((run.task, run.slot) for run in report.runs if run.slot)
    assert set(slots.values()) <= {1}, report


@in_both_modes
def test_an_outage_of_the_api_is_over_when_it_is_over(mode: Mode, api: FakeApi) -> None:
    outage = Outage("6h", "9h", "errors")

    report = simulate(TASKS, "2027-01-01T00:00:00Z", "1d", api=api, mode=mode, disruptions=[outage])

    begins, ends = datetime(2027, 1, 1, 6, tzinfo=UTC), datetime(2027, 1, 1, 9, tzinfo=UTC)
    unserved = [slot.slot for slot in report.slots if slot.state != "succeeded"]
    assert all(begins <= slot <= ends for slot in unserved), report
