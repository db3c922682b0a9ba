from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.demo.store import Answer, DemoOptions, DemoStore


@dataclass
class HandClock:
    now: float = 1_000_000.0

    def timestamp(self):
        return self.now


@pytest.mark.parametrize(
    ("refill", "pending_after_each_poll"),
    [
        pytest.param(0, [0, 0, 0, 0], id="none"),
        pytest.param(2, [1, 3, 3, 4, 6], id="up to two"),
    ],
)
def test_each_poll_brings_its_own_number_of_new_notifications(refill, pending_after_each_poll):
    store = DemoStore(DemoOptions(refill=refill))

    seen = [len(store.page(None) and store.pending) for _ in pending_after_each_poll]

    assert seen == pending_after_each_poll


def test_a_page_that_follows_another_is_no_poll():
    store = DemoStore(DemoOptions(refill=3))

    store.page(0)

    assert store.pending == []


@given(
    total=st.integers(0, 30),
    page_size=st.integers(1, 7),
    sent_at_once=st.integers(0, 7),
)
def test_pages_show_every_notification_once_though_they_are_sent_meanwhile(
    total, page_size, sent_at_once
):
    store = DemoStore(DemoOptions(page_size=page_size))
    ids = store.add_numbered(total)

    seen, after = [], None
    while True:
        items, after = store.page(after)
        seen += [item["id"] for item in items]
        for item in items[:sent_at_once]:
            store.send(item["id"])
        if after is None:
            break

    assert seen == ids


def test_expired_records_grow_with_time_and_a_cleanup_takes_them_all():
    clock = HandClock()
    store = DemoStore(DemoOptions(expired=5, expired_per_minute=6), clock=clock)
    clock.now += 25

    first, second = store.clean_up(), store.clean_up()
    clock.now += 15
    third = store.clean_up()

    assert [each.body["deleted"] for each in (first, second, third)] == [7, 0, 2]
    assert (store.deleted, store.cleanups) == (9, 3)


def test_a_clock_set_back_makes_no_negative_number_of_records():
    clock = HandClock()
    store = DemoStore(DemoOptions(expired_per_minute=60), clock=clock)
    clock.now += 10
    store.clean_up()
    clock.now -= 3600

    assert store.clean_up().body == {"deleted": 0}


def test_sending_twice_without_a_key_counts_twice():
    store = DemoStore()
    store.add(["a"])

    answers = [store.send("a"), store.send("a")]

    assert [answer.status for answer in answers] == [200, 200]
    assert store.effects == {"a": 2}
    assert store.summary()["sent_twice"] == ["a"]
    assert store.pending == []


def test_a_failure_is_not_stored_under_its_key_so_that_a_retry_succeeds():
    store = DemoStore(DemoOptions(fail_first={"a": 2}))
    store.add(["a"])

    statuses = [store.once("key", "send a", lambda: store.send("a")).status for _ in range(4)]

    assert statuses == [503, 503, 200, 200]
    assert store.effects == {"a": 1}


def test_a_key_that_was_used_for_something_else_is_refused_and_does_nothing():
    store = DemoStore(DemoOptions(expired=3))
    store.once("key", "another thing", lambda: Answer(200, {}))

    refused = store.once("key", "cleanup", store.clean_up)

    assert refused.status == 422
    assert "another thing" in refused.body["error"]
    assert store.deleted == 0


@pytest.mark.parametrize(
    "ids", [pytest.param(["b", "a"], id="known"), pytest.param(["b", "b"], id="twice in the list")]
)
def test_an_id_is_given_only_once_and_a_refused_list_adds_nothing(ids):
    store = DemoStore()
    store.add(["a"])

    with pytest.raises(ValueError, match="each id may be used once"):
        store.add(ids)

    assert store.pending == ["a"]


def test_numbered_ids_go_around_those_that_are_taken():
    store = DemoStore()
    store.add(["notification-2"])

    assert store.add_numbered(2) == ["notification-3", "notification-4"]


def test_a_sent_id_is_not_given_again():
    store = DemoStore()
    store.add_numbered(1)
    store.send("notification-1")

    assert store.add_numbered(1) == ["notification-2"]
