import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.model.context import Execution, Stop, enter, enter_item
from rota.model.run import Run, Trigger
from rota.net.idempotency import RequestKeys, item_key, operation_key
from rota.net.options import ApiOptions

OPTIONS = ApiOptions()


def start_run(*, seconds=3600.0, identity="slot", task="orders"):
    run = Run(task, "r1", Trigger.MANUAL, None, datetime.now(UTC), identity)
    enter(Execution(run, Stop(), asyncio.get_running_loop().time() + seconds))


async def test_an_item_has_one_key_in_all_runs():
    start_run(identity="slot 1")
    first = item_key(OPTIONS, "send", 7)
    start_run(identity="slot 2")
    assert item_key(OPTIONS, "send", "7") == first


def test_a_key_stays_the_same_from_release_to_release_of_rota():
    assert item_key(OPTIONS, "send", "n1") == "01fffe33e01c494b9c7a078a99f7ef6d"


async def test_so_does_the_key_of_an_operation():
    start_run()
    assert operation_key(OPTIONS, "POST /cleanup") == "dd6500af51d919d17a999a06d6116b55"


def test_an_item_with_half_a_surrogate_pair_has_a_key_too():
    assert item_key(OPTIONS, "send", "\ud800") != item_key(OPTIONS, "send", "\ud801")


async def test_two_operations_of_a_slot_have_different_keys():
    start_run()
    assert operation_key(OPTIONS, "POST /a") != operation_key(OPTIONS, "POST /b")


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_different_work_has_different_keys(one, other):
    assert (item_key(OPTIONS, *one) == item_key(OPTIONS, *other)) == (one == other)


@pytest.mark.fault(106)
async def test_each_installation_has_keys_of_its_own():
    start_run()
    installations = [
        ApiOptions(),
        ApiOptions(release="shop"),
        ApiOptions(namespace="shop"),
        ApiOptions(release="shop", namespace="live"),
        ApiOptions(release="shop", namespace="test"),
        # Neither runs into the other.
        ApiOptions(release="shoplive", namespace=""),
    ]
    keys = [
        (
            item_key(options, "send", 7),
            operation_key(options, "POST /cleanup"),
            RequestKeys(options).next_key("POST", "/x", b""),
        )
        for options in installations
    ]
    assert len(set(sum(keys, ()))) == 3 * len(installations)


async def test_an_operation_has_one_key_per_task_and_slot():
    keys = set()
    for task, identity in [("a", "1"), ("a", "2"), ("b", "1"), ("a", "1")]:
        start_run(task=task, identity=identity)
        keys.add(operation_key(OPTIONS, "POST /cleanup"))
    assert len(keys) == 3


def test_outside_a_run_every_operation_is_another_one():
    assert operation_key(OPTIONS, "x") != operation_key(OPTIONS, "x")
    keys = RequestKeys(OPTIONS)
    assert keys.next_key("POST", "/x", b"") != keys.next_key("POST", "/x", b"")


async def test_counts_of_runs_past_their_deadline_are_forgotten():
    keys = RequestKeys(OPTIONS)
    for seconds in [-1] * 50 + [3600]:
        start_run(seconds=seconds)
        keys.next_key("POST", "/x", b"")
    assert len(keys._sent) == 1


def posted(*bodies):
    keys = RequestKeys(OPTIONS)
    return [keys.next_key("POST", "/x", body.encode()) for body in bodies]


async def test_the_keys_of_raw_requests_stay_the_same_from_release_to_release_of_rota():
    start_run()
    assert posted("one", "one") == [
        "1009728c6b96ad245909e2e0d4cad04b",
        "0080e23f7eec6ca1004e6b187cfff920",
    ]


@pytest.mark.fault(106)
async def test_a_list_that_a_first_try_has_shortened_shares_no_key_with_it():
    start_run()
    first = posted("one", "two", "three")
    start_run()
    assert posted("two", "three") == first[1:]


@pytest.mark.fault(106)
@pytest.mark.parametrize(
    "items", [("a", "b"), (1, 2), (("a", 1), ("a", 2)), ({"id": 1, "n": 0}, {"id": 2, "n": 0})]
)
async def test_what_says_nothing_of_its_item_has_the_key_of_the_item(items):
    def keys(order):
        start_run()
        found = {}
        for item in order:
            enter_item((), item)
            found[str(item)] = posted("same")[0]
        return found

    first = keys(items)
    assert len(set(first.values())) == 2
    assert keys(reversed(items)) == first
    assert keys(items[1:]).items() <= first.items()


async def test_an_item_is_one_with_what_is_around_it():
    start_run()
    found = set()
    for path in [(), ("1",), ("2",)]:
        for item in (1, 2, "1", None):
            enter_item(path, item)
            found.add(posted("same")[0])
    assert len(found) == 12
    enter_item((), None)
