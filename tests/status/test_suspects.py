"""What may be why a task fails."""

from dataclasses import replace

import pytest

from rota.kubernetes.watching.cronjobs import span_of
from rota.kubernetes.watching.seen_tasks import seen_task
from rota.model.clock import instant
from rota.status.suspects import suspects_of
from support.kubernetes_objects import SLOT, cronjob
from support.statuses import Installation

HOUR = 3600


@pytest.fixture
def installation():
    """Return an hourly task whose schedule's zone was changed in the second hour, and its time."""
    first = span_of(cronjob(), SLOT - HOUR)
    changed = replace(first, since=SLOT + HOUR + 1800.0, time_zone="Europe/Berlin")
    later = replace(changed, since=SLOT + 4 * HOUR + 1800.0, suspended=True)
    return Installation(SLOT + 6 * HOUR, seen_task("cleanup", (first, changed, later)))


def ran(installation, *outcomes):
    for number, outcome in enumerate(outcomes):
        installation.ran("cleanup", SLOT + number * HOUR, outcome)
    found = suspects_of(installation.board.task("cleanup"))
    return None if found is None else [(instant(each.at).hour, each.what) for each in found]


def test_a_change_between_the_last_success_and_the_next_failure_is_suspected(installation):
    assert ran(installation, "succeeded", "succeeded", "failed", "failed") == [(3, "time_zone")]


def test_changes_before_the_last_success_or_after_the_first_failure_are_not(installation):
    assert ran(installation, "succeeded", "failed", "failed", "failed", "failed") == []
    assert ran(installation, *["succeeded"] * 4, "failed", "failed") == []


@pytest.mark.parametrize(
    "outcomes",
    [
        pytest.param((), id="never ran"),
        pytest.param(("failed", "failed"), id="never succeeded"),
        pytest.param(("failed", "succeeded"), id="does not fail"),
        pytest.param(("succeeded", "interrupted"), id="was interrupted"),
    ],
)
def test_nothing_is_suspected_where_there_is_no_failure_after_a_success(installation, outcomes):
    assert ran(installation, *outcomes) is None


def test_of_a_scheduler_s_task_nothing_is_known_of_changes(busy_task):
    assert suspects_of(busy_task) is None


@pytest.fixture
def busy_task():
    from support.console import busy_installation  # noqa: PLC0415

    return busy_installation().board.task("letters")
