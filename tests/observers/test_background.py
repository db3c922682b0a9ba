import threading

import pytest

from rota.observers import background
from rota.observers.background import BackgroundObserver


def test_events_arrive_in_their_order_on_one_other_thread():
    seen = []
    observer = BackgroundObserver(lambda event: seen.append((event, threading.get_ident())))

    for event in range(100):
        observer(event)
    observer.close(timeout_seconds=10)

    assert [event for event, _ in seen] == list(range(100))
    assert len({thread for _, thread in seen} | {threading.get_ident()}) == 2


@pytest.mark.parametrize("error", [ValueError("no network"), SystemExit(3)], ids=repr)
def test_after_an_event_that_it_breaks_at_the_next_one_comes(error, caplog):
    seen = []

    def breaking(event):
        seen.append(event)
        raise error

    observer = BackgroundObserver(breaking)
    observer(1)
    observer(2)
    observer.close(timeout_seconds=10)

    assert seen == [1, 2]
    assert caplog.messages == ["observer.broke"] * 2


def test_one_that_hangs_holds_up_nobody_and_loses_events_that_are_counted_once(monkeypatch, caplog):
    monkeypatch.setattr(background, "MOST_WAITING_EVENTS", 3)
    begun, released = threading.Event(), threading.Event()

    def hanging(event):
        begun.set()
        released.wait(60)

    observer = BackgroundObserver(hanging)
    observer(0)
    assert begun.wait(60)
    for event in range(10):
        observer(event)
    observer.close(timeout_seconds=0.01)
    released.set()

    assert caplog.messages == ["observer.behind", "observer.left"]


def test_one_that_was_never_told_anything_has_no_thread_to_wait_for():
    before = threading.active_count()

    BackgroundObserver(print).close(timeout_seconds=10)

    assert threading.active_count() == before
