import asyncio

from rota.dev.telling import Teller
from rota.scheduler import TaskScheduler
from rota.settings import Settings

HOUR = 3600


async def story(clock, seconds, *runs_at, act=None):
    """Return the messages of a scheduler whose task t is run by hand at these seconds."""
    sent = []
    teller = Teller(sent.append, clock)
    scheduler = TaskScheduler(
        object(), settings=Settings(_env_file=None), clock=clock, observers=[teller]
    )

    async def handler(api_client):
        return await act() if act else {"sent": 2}

    scheduler.register_task("t", handler, HOUR)
    await scheduler.start()
    telling = asyncio.create_task(teller.tell_tasks(scheduler))
    passed = 0
    for moment in runs_at:
        await asyncio.sleep(moment - passed)
        scheduler.run_now("t")
        passed = moment
    await asyncio.sleep(seconds - passed)
    telling.cancel()
    await scheduler.stop()
    return sent


def events(sent, name):
    return [message for message in sent if message["event"] == name]


async def test_a_run_by_hand_is_told_from_its_start_to_its_end(clock):
    sent = await story(clock, 10, 5)
    [started], [finished] = events(sent, "started"), events(sent, "finished")

    assert (started["task"], started["trigger"], started["slot"]) == ("t", "manual", None)
    assert (finished["outcome"], finished["counts"]) == ("succeeded", {"sent": 2})


async def test_tasks_are_told_when_they_change_and_not_all_the_time(clock):
    sent = events(await story(clock, HOUR + 600), "tasks")

    assert [message["tasks"][0]["schedule"] for message in sent[:1]] == ["0 * * * *"]
    assert len(sent) <= 3
    assert sent[-1]["tasks"][0]["next_slot"] - sent[0]["tasks"][0]["next_slot"] == HOUR


async def test_a_long_reason_is_cut(clock):
    async def fail():
        raise ValueError("x" * 5000)

    [finished] = events(await story(clock, 10, 5, act=fail), "finished")

    assert finished["outcome"] == "failed"
    assert len(finished["reason"]) < 400


async def test_a_second_run_by_hand_waits_for_the_first(clock):
    async def act():
        await asyncio.sleep(60)

    sent = await story(clock, 300, 5, 10, act=act)
    told = [message["event"] for message in sent if message["event"] in ("started", "finished")]

    assert told == ["started", "finished", "started", "finished"]


async def test_a_skipped_slot_is_told_with_its_reason(clock):
    async def act():
        await asyncio.sleep(60)

    [skipped] = events(await story(clock, HOUR + 1, HOUR - 5, act=act), "skipped")

    assert skipped == {"event": "skipped", "task": "t", "count": 1, "reason": "stopping"}
