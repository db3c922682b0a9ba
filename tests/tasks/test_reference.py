"""What the reference tasks say of themselves, in their logs and to whom registers them."""

import logging
from types import SimpleNamespace

import pytest

from rota.tasks import CleanupTask, NotificationTask, register_tasks


def answering(**answers):
    """Return an API client whose methods answer so."""

    def method(answer):
        async def call(*_):
            return answer

        return call

    return SimpleNamespace(**{name: method(answer) for name, answer in answers.items()})


def test_they_register_with_anything_as_the_seeds_do():
    registered = []

    class Scheduler:
        def register_task(self, name, handler, interval_seconds, run_on_start=False):
            registered.append((name, type(handler), interval_seconds, run_on_start))

    register_tasks(Scheduler())

    assert registered == [
        ("cleanup", CleanupTask, 3600, False),
        ("notifications", NotificationTask, 300, True),
    ]


@pytest.mark.parametrize(("answer", "deleted"), [({"deleted": 4}, 4), ({}, 0)], ids=repr)
async def test_cleanup_tells_how_many_went(caplog, answer, deleted):
    caplog.set_level("INFO")

    assert await CleanupTask()(answering(cleanup_expired=answer)) == {"deleted": deleted}

    [told] = caplog.records
    assert (told.message, told.deleted, told.levelno) == ("cleanup.deleted", deleted, logging.INFO)


async def test_notifications_tells_of_each_that_was_sent(caplog):
    caplog.set_level("DEBUG")
    pending = {"items": [{"id": "a"}, {"id": 7}]}
    client = answering(get_pending_notifications=pending, send_notification=None)

    await NotificationTask()(client)

    told = [each for each in caplog.records if each.message == "notifications.sent"]
    assert [each.notification_id for each in told] == ["a", 7]


async def test_nothing_is_pending_where_the_api_says_nothing_of_items():
    client = answering(get_pending_notifications={})

    assert await NotificationTask()(client) == {"sent": 0, "refused": 0, "failed": 0}
