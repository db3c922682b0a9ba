import asyncio
import logging
import tracemalloc
from types import SimpleNamespace

import pytest

from rota.model.clock import SystemClock
from rota.model.context import Stop, current_execution
from rota.model.errors import (
    ApiRejectedError,
    ApiUnavailableError,
    GiveUp,
    ItemsFailedError,
    RequestRefusedError,
    TaskDefinitionError,
    TryAgain,
)
from rota.settings import Settings, load_settings
from rota.tasks import CleanupTask, NotificationTask, fan_out
from rota.tasks.definition import define_task
from support.runs import run_once

REFUSED = ApiRejectedError("no")
AWAY = ApiUnavailableError("away")
BAD_ID = RequestRefusedError("..")
BUG = ValueError("bug")
GONE = GiveUp("gone")
LATER = TryAgain("later")


async def act(item):
    if isinstance(item, Exception):
        raise item


@pytest.mark.parametrize(
    ("items", "error"),
    [
        ([REFUSED, REFUSED], ApiRejectedError),
        ([REFUSED, BAD_ID], ApiRejectedError),
        ([AWAY, AWAY], ApiUnavailableError),
        ([BUG, BUG], ValueError),
        ([BAD_ID], RequestRefusedError),
        ([REFUSED, AWAY], ItemsFailedError),
        (["fine", REFUSED], ItemsFailedError),
        (["fine", BUG], ItemsFailedError),
        ([GONE, GONE], GiveUp),
        ([LATER, LATER], TryAgain),
        ([GONE, LATER], ItemsFailedError),
        ([GONE, BUG], ItemsFailedError),
        ([GONE, REFUSED], ApiRejectedError),
        (["fine", GONE], ItemsFailedError),
    ],
    ids=lambda value: (
        "-".join(type(each).__name__ for each in value)
        if isinstance(value, list)
        else value.__name__
    ),
)
async def test_what_failed_decides_the_error(items, error):
    with pytest.raises(error):
        await fan_out(items, act, concurrency=2)


@pytest.mark.fault(103)
@pytest.mark.parametrize(
    ("items", "options", "culprit"),
    [
        ([1], {"concurrency": 0}, "concurrency must be a whole number of 1 or more, not 0"),
        ([1], {"concurrency": -1}, "not -1"),
        ([1], {"concurrency": False}, "not False"),
        ([1], {"concurrency": 0.5}, r"not 0\.5"),
        ([1], {"concurrency": "5"}, "not '5'"),
        ("notification-1", {}, "items is a string, 'notification-1'"),
        ([1], {"done": "failed"}, "done cannot be 'failed'"),
        ([1], {"done": "refused"}, "done cannot be 'refused'"),
        ([1], {"done": None}, "done cannot be None"),
    ],
)
async def test_an_argument_that_would_do_nothing_or_count_wrong_is_refused(items, options, culprit):
    done = []

    async def note(item):
        done.append(item)

    with pytest.raises(TaskDefinitionError, match=culprit) as raised:
        await fan_out(items, note, **options)
    assert raised.value.exit_code == 2
    assert done == []


async def most_at_once(items):
    going_on = most = 0

    async def count(item):
        nonlocal going_on, most
        going_on += 1
        most = max(most, going_on)
        await asyncio.sleep(0)
        going_on -= 1

    await fan_out(items, count)
    return most


async def test_without_a_concurrency_ten_actions_go_on_at_once():
    assert await most_at_once(range(100)) == 10


async def test_in_a_run_it_is_the_settings_concurrency():
    async def handler(api_client):
        return {"most": await most_at_once(range(100))}

    settings = Settings(_env_file=None, fan_out_concurrency=3)
    task = define_task("t", handler, 60, run_on_start=False, settings=settings)
    assert (await run_once(task, object(), SystemClock())).counts["most"] == 3


async def result_of_a_run(handler, stop=None, **shard):
    task = define_task("t", handler, 60, run_on_start=False, settings=Settings(_env_file=None))
    return await run_once(task, object(), SystemClock(), stop=stop, **shard)


@pytest.mark.fault(139)
async def test_after_a_stop_request_no_other_item_is_begun():
    stop = Stop()
    begun = []

    async def handler(api_client):
        async def request_stop(item):
            begun.append(item)
            stop.request()

        await fan_out([1, 2, 3], request_stop, concurrency=1)

    await result_of_a_run(handler, stop)
    assert begun == [1]


@pytest.mark.fault(139)
@pytest.mark.parametrize("shards", [2, 3])
async def test_each_notification_is_sent_by_exactly_one_shard(shards):
    ids = [f"n-{number}" for number in range(60)] + ["half a pair: \ud800"]
    shares = []

    async def handler(api_client):
        sent = []

        async def pending():
            return {"items": [{"id": each} for each in ids]}

        async def send(notification_id):
            sent.append(notification_id)

        await NotificationTask()(
            SimpleNamespace(get_pending_notifications=pending, send_notification=send)
        )
        shares.append(sent)

    for index in range(shards):
        await result_of_a_run(handler, shard_index=index, shard_count=shards)

    assert all(shares)
    assert sorted(each for share in shares for each in share) == sorted(ids)


@pytest.mark.fault(107)
async def test_the_reference_tasks_read_no_environment(monkeypatch):
    monkeypatch.setenv("ROTA_BANNER", "hello")
    load_settings.cache_clear()
    sent = []

    async def pending():
        return {"items": [{"id": "a"}, {"id": "b"}]}

    async def send(notification_id):
        sent.append(notification_id)

    api_client = SimpleNamespace(get_pending_notifications=pending, send_notification=send)
    await NotificationTask()(api_client)
    assert sent == ["a", "b"]


@pytest.mark.fault(105)
async def test_an_item_whose_error_cannot_be_read_stops_no_others():
    class SilentApiError(ApiUnavailableError):
        def __str__(self):
            raise SystemExit(3)

    with pytest.raises(
        ItemsFailedError, match=r"SilentApiError .its text cannot be read"
    ) as raised:
        await fan_out([SilentApiError("x"), 1, 2], act)
    assert raised.value.counts == {"done": 2, "refused": 0, "failed": 1}


async def test_the_counts_are_of_this_call_alone():
    first = await fan_out([1, 2, 3], act, concurrency=2, done="sent")
    second = await fan_out([4], act, concurrency=2, done="sent")

    assert first == {"sent": 3, "refused": 0, "failed": 0}
    assert second == {"sent": 1, "refused": 0, "failed": 0}


async def test_one_bad_item_does_not_stop_the_others_and_all_are_counted():
    with pytest.raises(ItemsFailedError) as raised:
        await fan_out([1, REFUSED, 2, AWAY, BUG, 3], act, concurrency=2, done="sent")

    assert raised.value.counts == {"sent": 3, "refused": 1, "failed": 2}


@pytest.mark.parametrize("concurrency", [1, 3, 10])
async def test_no_more_than_so_many_actions_are_under_way(concurrency):
    most = now = 0

    async def slow(_):
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1

    await fan_out(range(30), slow, concurrency=concurrency)

    assert most == concurrency


class FakeClient:
    def __init__(self, items=()):
        self.items = items
        self.sent = []

    async def cleanup_expired(self):
        return {"deleted": 4}

    async def get_pending_notifications(self):
        return {"items": [{"id": each} for each in self.items]}

    async def send_notification(self, notification_id):
        self.sent.append(notification_id)


async def test_the_reference_tasks_work_as_a_library_outside_any_run():
    client = FakeClient(["a", "b"])

    assert await CleanupTask()(client) == {"deleted": 4}
    assert await NotificationTask()(client) == {"sent": 2, "refused": 0, "failed": 0}
    assert client.sent == ["a", "b"]


async def numbers(count, asked=None, error=None):
    for number in range(count):
        if asked is not None:
            asked.append(number)
        yield number
    if error is not None:
        raise error


async def test_an_async_generator_is_asked_for_an_item_when_an_action_can_take_it():
    asked, ahead = [], []
    done = 0

    async def action(item):
        nonlocal done
        await asyncio.sleep(0)
        done += 1
        ahead.append(len(asked) - done)

    counts = await fan_out(numbers(1000, asked), action, concurrency=3)

    assert counts == {"done": 1000, "refused": 0, "failed": 0}
    assert max(ahead) <= 3


@pytest.mark.slow
async def test_a_hundred_thousand_items_of_a_generator_take_the_memory_of_a_few(monkeypatch):
    # pytest keeps every record.
    monkeypatch.setattr(logging.getLogger("rota.tasks.fan_out"), "disabled", True)

    async def action(item):
        if item % 2:
            raise ApiRejectedError("refused")

    tracemalloc.start()
    with pytest.raises(ItemsFailedError):
        await fan_out(numbers(100_000), action)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 2**20


@pytest.mark.parametrize("source", ["async", "sync"])
async def test_what_the_source_raises_is_raised_once_the_actions_have_ended(source):
    done = []

    async def action(item):
        await asyncio.sleep(0.001)
        done.append(item)

    def sync():
        yield from range(5)
        raise ApiUnavailableError("page 2 cannot be read")

    items = sync() if source == "sync" else numbers(5, error=ApiUnavailableError("page 2"))
    with pytest.raises(ApiUnavailableError, match="page 2"):
        await fan_out(items, action, concurrency=2)

    assert done == [0, 1, 2, 3, 4]


async def test_the_counts_of_a_run_whose_source_broke_are_kept():
    async def handler(api_client):
        await fan_out(numbers(5, error=ApiUnavailableError("page 2")), no_action)

    async def no_action(item):
        return None

    result = await result_of_a_run(handler)

    assert (int(result.exit_code), result.counts["done"]) == (4, 5)


async def test_a_stop_in_the_source_interrupts_the_run():
    async def handler(api_client):
        async def source():
            yield 1
            current_execution().stop.request()
            current_execution().check_stop()

        async def action(item):
            return None

        await fan_out(source(), action)

    result = await result_of_a_run(handler)

    assert (int(result.exit_code), result.counts["done"]) == (143, 1)


async def test_a_source_is_closed_when_the_last_action_has_ended():
    closed = []

    async def source():
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    async def action(item):
        current_execution().stop.request()

    async def handler(api_client):
        try:
            await fan_out(source(), action)
        finally:
            closed.append("ended")

    await result_of_a_run(handler)

    assert closed == [True, "ended"]


async def test_each_item_that_is_refused_or_fails_is_a_warning_with_its_error(caplog):
    errors = {1: ApiRejectedError("not this one"), 2: ApiUnavailableError("no answer")}

    async def act(item):
        raise errors[item]

    caplog.set_level("WARNING")
    with pytest.raises(ItemsFailedError):
        await fan_out([1, 2], act)

    records = [each for each in caplog.records if each.name == "rota.tasks.fan_out"]
    warned = {(each.getMessage(), each.error) for each in records}
    assert warned == {
        ("fan_out.item_refused", "not this one"),
        ("fan_out.item_failed", "no answer"),
    }


async def test_an_action_that_is_not_async_is_called_once():
    seen = []

    with pytest.raises(TaskDefinitionError, match="the action returned None, which cannot be aw"):
        await fan_out([1, 2, 3], seen.append, concurrency=1)

    assert seen == [1]
