"""Where the lateness of a CronJob's run came from."""

from dataclasses import replace

import pytest

from rota.ledger.attempts import Attempt
from rota.ledger.records import RecordedRun
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.status.lateness import lateness_of
from support.ledger_runs import START

POD = Attempt("p", created_at=START + 2.0, scheduled_at=START + 5.0, started_at=START + 25.0)
RUN = RecordedRun(
    "t", "r", Trigger.SCHEDULE, START, SlotState.RUNNING, START + 25.0, attempts=(POD,)
)


def test_it_is_split_into_the_waits_for_the_pod_its_node_and_its_container():
    found = lateness_of(RUN)

    assert found.facts() == {"controller": 2.0, "scheduling": 3.0, "pull": 20.0}
    assert [took for _, took in found.steps()] == [2.0, 3.0, 20.0]
    assert found.total == sum(found.facts().values())


def test_without_the_time_of_scheduling_the_last_two_are_one():
    found = lateness_of(replace(RUN, attempts=(replace(POD, scheduled_at=None),)))

    assert found.facts() == {"controller": 2.0, "scheduling": None, "pull": None}
    assert [took for _, took in found.steps()] == [2.0, 23.0]


def test_the_first_pod_counts_and_clocks_that_differ_make_no_wait_negative():
    early = replace(POD, created_at=START - 1.0)
    again = replace(POD, created_at=START + 90.0)

    assert lateness_of(replace(RUN, attempts=(early, again))).controller == 0.0


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"attempts": ()}, id="no pod"),
        pytest.param({"slot": None}, id="no slot"),
        pytest.param({"trigger": Trigger.MANUAL}, id="by hand"),
        pytest.param({"attempts": (replace(POD, started_at=None),)}, id="not started"),
        pytest.param({"attempts": (replace(POD, created_at=None),)}, id="made at no known time"),
    ],
)
def test_there_is_none_where_nothing_waited_or_is_known(changed):
    assert lateness_of(replace(RUN, **changed)) is None
