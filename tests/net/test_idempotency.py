import asyncio
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rota.context import Execution, Run, Stop, Trigger, enter
from rota.net.idempotency import RequestKeys, item_key, operation_key


def start_run(*, seconds=3600.0, identity="slot", task="orders"):
    run = Run(task, "r1", Trigger.MANUAL, None, datetime.now(UTC), identity)
    enter(Execution(run, Stop(), asyncio.get_running_loop().time() + seconds))


async def test_an_item_has_one_key_in_all_runs():
    start_run(identity="slot 1")
    first = item_key("send", 7)
    start_run(identity="slot 2")
    assert item_key("send", "7") == first


def test_a_key_stays_what_it_was_in_the_last_release():
    assert item_key("send", "n1") == "0f4e793b14d5f0acec7f55c5b8d63a89"


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_different_work_has_different_keys(one, other):
    assert (item_key(*one) == item_key(*other)) == (one == other)


async def test_an_operation_has_one_key_per_task_and_slot():
    keys = set()
    for task, identity in [("a", "1"), ("a", "2"), ("b", "1"), ("a", "1")]:
        start_run(task=task, identity=identity)
        keys.add(operation_key("POST /cleanup"))
    assert len(keys) == 3


def test_outside_a_run_every_operation_is_another_one():
    assert operation_key("x") != operation_key("x")
    keys = RequestKeys()
    assert keys.next_key("POST", "/x", b"") != keys.next_key("POST", "/x", b"")


async def test_counts_of_runs_past_their_deadline_are_forgotten():
    keys = RequestKeys()
    for seconds in [-1] * 50 + [3600]:
        start_run(seconds=seconds)
        keys.next_key("POST", "/x", b"")
    assert len(keys._sent) == 1
