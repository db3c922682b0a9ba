"""What people ask of a scheduler: a run now, a pause, and its end."""

import asyncio
import logging

import pytest

from rota.ledger.reader import SqliteReader
from rota.model.clock import instant, rfc3339
from rota.model.context import current_run
from rota.model.errors import ConfigError, NotNowError, TryAgain, UnknownTaskError, UsageError
from rota.model.events import SlotsSkipped
from rota.model.run import Trigger
from rota.scheduler import TaskScheduler
from rota.scheduler.by_hand import LONGEST_PAUSE_SECONDS, Order
from rota.scheduler.entry import PendingRun
from rota.scheduler.overlap import queue_up
from rota.settings import Settings
from support.scheduler_process import Process
from support.statuses import make_task

START = 1_795_478_400
MINUTE, HOUR = 60, 3600
ADA = Order("ada", "the disk is full")
PAUSED = "paused by ada until {}: the disk is full"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rota.sqlite3"


@pytest.fixture
def lives(path, clock):
    """Return a function that starts a process whose task t takes some seconds, every minute."""
    processes = []

    async def live(seconds=1, interval=MINUTE, act=None, **fields):
        async def sleep(api_client):
            await asyncio.sleep(seconds)

        process = Process(path, clock, **fields).add(act or sleep, interval)
        processes.append(process)
        await process.scheduler.start()
        return process

    return live


def minutes(*numbers):
    return [START + MINUTE * number for number in numbers]


async def test_a_run_by_hand_starts_at_once_and_tells_who_wanted_it(lives, path):
    process = await lives()
    run = process.scheduler.by_hand.run("t", ADA)
    await process.live(5)

    assert process.recording.started() == [("manual", None)]
    kept = SqliteReader(path).run(run.run_id)
    assert (kept.state.value, kept.actor, kept.purpose) == ("succeeded", "ada", "the disk is full")
    assert process.recording.finished()[0].facts()["actor"] == "ada"


@pytest.mark.parametrize("overlap", ["forbid", "replace"])
async def test_a_task_that_is_stuck_starts_no_run_by_hand(lives, overlap):
    async def stubborn(api_client):
        try:
            await asyncio.sleep(HOUR)
        except asyncio.CancelledError:
            await asyncio.sleep(HOUR)

    process = await lives(act=stubborn, overlap=overlap, timeout_seconds=10)
    process.scheduler.by_hand.run("t", ADA)
    await asyncio.sleep(15)
    with pytest.raises(NotNowError, match=r"'t' is stuck: its run .* ignores its cancellation"):
        process.scheduler.by_hand.run("t", ADA)
    await process.scheduler.stop()


async def test_a_run_by_hand_is_written_at_once(lives, path):
    process = await lives(seconds=10)
    run = process.scheduler.by_hand.run("t", ADA)

    assert SqliteReader(path).run(run.run_id).state.value == "running"
    await process.scheduler.stop()


async def test_a_run_for_a_slot_has_its_keys_and_leaves_the_schedule_alone(lives):
    process = await lives()
    await asyncio.sleep(2 * MINUTE + 5)
    run = process.scheduler.by_hand.run("t", ADA, slot="2026-11-24T00:01:00Z")
    await process.live(MINUTE)

    assert run.identity == "2026-11-24T00:01:00Z"
    assert process.recording.started() == [
        ("schedule", START + 1 * MINUTE),
        ("schedule", START + 2 * MINUTE),
        ("manual", START + 1 * MINUTE),
        ("schedule", START + 3 * MINUTE),
    ]


async def test_the_deadline_counts_from_the_start(lives, clock):
    process = await lives(seconds=50, overlap="replace")
    first = process.scheduler.by_hand.run("t", ADA)
    await asyncio.sleep(1)
    second = process.scheduler.by_hand.run("t", ADA)
    await asyncio.sleep(20)
    [active] = process.scheduler.runner.active

    assert process.recording.outcomes() == ["interrupted"]
    assert active.run.run_id == second.run_id != first.run_id
    assert active.run.deadline >= second.deadline
    await process.scheduler.stop()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({}, "is running (", id="forbid"),
        pytest.param({"overlap": "allow"}, None, id="allow"),
        pytest.param({"overlap": "replace"}, None, id="replace"),
    ],
)
async def test_the_overlap_policy_holds_for_a_run_by_hand(lives, fields, message):
    process = await lives(seconds=30, **fields)
    process.scheduler.by_hand.run("t", ADA)
    if message is None:
        process.scheduler.by_hand.run("t", ADA)
    else:
        with pytest.raises(NotNowError) as refused:
            process.scheduler.by_hand.run("t", ADA)
        assert message in str(refused.value)
    await process.live(5)

    assert len(process.recording.started()) == (1 if message else 2)


async def test_a_run_by_hand_waits_for_what_it_replaces_and_only_one_does(lives):
    async def act(api_client):
        try:
            await asyncio.sleep(HOUR)
        finally:
            await asyncio.sleep(2)

    process = await lives(interval=HOUR, act=act, overlap="replace")
    process.scheduler.by_hand.run("t", ADA)
    await asyncio.sleep(1)
    process.scheduler.by_hand.run("t", ADA)
    with pytest.raises(NotNowError, match="waits already"):
        process.scheduler.by_hand.run("t", ADA)
    await process.live(10)

    assert process.recording.started() == [("manual", None)] * 2


async def test_a_run_by_hand_that_waits_when_the_scheduler_stops_is_logged(lives, caplog):
    async def act(api_client):
        try:
            await asyncio.sleep(HOUR)
        finally:
            await asyncio.sleep(2)

    process = await lives(interval=HOUR, act=act, overlap="replace")
    process.scheduler.by_hand.run("t", ADA)
    await asyncio.sleep(1)
    second = process.scheduler.by_hand.run("t", ADA)
    with caplog.at_level(logging.WARNING, "rota.scheduler.dispatcher"):
        await process.scheduler.stop()

    [told] = [each for each in caplog.records if each.message == "run.not_started"]
    assert (told.run_id, told.reason, told.actor) == (second.run_id, "stopping", "ada")


async def test_a_slot_that_comes_during_a_run_by_hand_waits_for_it_and_is_not_lost(lives):
    process = await lives(seconds=20)
    await asyncio.sleep(50)
    process.scheduler.by_hand.run("t", ADA)
    await process.live(MINUTE)

    assert process.recording.started() == [("manual", None), ("schedule", START + MINUTE)]
    assert process.recording.skipped() == []


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        pytest.param(
            lambda hand: hand.run("tt", ADA), UnknownTaskError, "did you mean 't'", id="task"
        ),
        pytest.param(
            lambda hand: hand.run("t", ADA, slot="2026-11-23T23:59:30Z"),
            UsageError,
            "is not a slot",
            id="slot",
        ),
        pytest.param(
            lambda hand: hand.run("t", ADA, arguments=["limit=3"]),
            UsageError,
            "has no argument 'limit'",
            id="argument",
        ),
        pytest.param(
            lambda hand: hand.pause("t", Order("ada", " \n"), until=START + 60),
            UsageError,
            "needs a reason",
            id="a pause without a reason",
        ),
        pytest.param(
            lambda hand: hand.pause("t", ADA, until=START),
            UsageError,
            "ends in the future",
            id="a pause in the past",
        ),
        pytest.param(
            lambda hand: hand.pause("t", ADA, until=START + LONGEST_PAUSE_SECONDS + 1),
            UsageError,
            "within a year",
            id="a pause for ever",
        ),
        pytest.param(
            lambda hand: hand.resume("t", ADA), NotNowError, "is not paused", id="no pause"
        ),
        pytest.param(
            lambda _: Order("ada", "x" * 501), UsageError, "at most 500", id="a long reason"
        ),
    ],
)
async def test_what_cannot_be_done_is_refused(lives, ask, error, message):
    process = await lives()
    with pytest.raises(error) as refused:
        ask(process.scheduler.by_hand)

    assert message in str(refused.value)
    await process.live(1)
    assert process.recording.events == []


async def test_a_scheduler_that_does_not_run_takes_no_orders(lives):
    process = await lives()
    await process.scheduler.stop()

    with pytest.raises(ConfigError, match="not running"):
        process.scheduler.by_hand.run("t", ADA)


async def test_a_suspended_task_is_not_paused_but_runs_by_hand(lives):
    process = await lives(suspend=True)
    with pytest.raises(NotNowError, match="is suspended"):
        process.scheduler.by_hand.pause("t", ADA, until=START + HOUR)
    process.scheduler.by_hand.run("t", ADA)
    await process.live(5)

    assert process.recording.started() == [("manual", None)]


async def test_slots_of_a_pause_are_skipped_and_the_first_after_it_runs(lives):
    process = await lives()
    await asyncio.sleep(30)
    process.scheduler.by_hand.pause("t", ADA, until=START + 3 * MINUTE)
    await process.live(4 * MINUTE)

    assert process.recording.slots() == minutes(3, 4)
    assert process.recording.skipped() == [("paused", slot, slot, 1) for slot in minutes(1, 2)]
    [detail] = {event.detail for event in process.recording.of(SlotsSkipped)}
    assert detail == PAUSED.format("2026-11-24T00:03:00Z")


async def test_a_pause_ends_early_where_somebody_ends_it(lives):
    process = await lives()
    process.scheduler.by_hand.pause("t", ADA, until=START + HOUR)
    await asyncio.sleep(MINUTE + 30)
    process.scheduler.by_hand.resume("t", Order("bob"))
    await process.live(MINUTE)

    assert process.recording.skipped() == [("paused", *minutes(1, 1), 1)]
    assert process.recording.slots() == minutes(2)


async def test_a_pause_survives_a_restart_and_what_it_covers_is_never_made_up_for(
    lives, path, clock
):
    first = await lives(catch_up_seconds=HOUR)
    first.scheduler.by_hand.pause("t", ADA, until=START + 10 * MINUTE)
    await first.die_after(MINUTE + 10)
    await asyncio.sleep(3 * MINUTE)
    second = await lives(catch_up_seconds=HOUR)
    await second.live(2 * MINUTE)
    await asyncio.sleep(6 * MINUTE)
    third = await lives(catch_up_seconds=HOUR)
    await third.live(10)

    assert first.recording.skipped() == [("paused", *minutes(1, 1), 1)]
    assert second.recording.started() == []
    assert second.recording.skipped()[0] == ("paused", *minutes(2, 4), 3)
    assert third.recording.skipped()[0][:2] == ("paused", START + 7 * MINUTE)
    assert third.recording.skipped()[0][2] == START + 9 * MINUTE
    assert third.recording.started() == [("catch_up", START + 12 * MINUTE)]


async def test_a_slot_that_waits_when_the_pause_begins_is_skipped_and_the_active_run_goes_on(lives):
    process = await lives(seconds=100, timeout_seconds=200)
    await asyncio.sleep(2 * MINUTE + 5)
    process.scheduler.by_hand.pause("t", ADA, until=START + HOUR)
    await process.live(2 * MINUTE)

    assert process.recording.slots() == minutes(1)
    assert process.recording.outcomes() == ["succeeded"]
    assert process.recording.skipped()[0] == ("paused", *minutes(2, 2), 1)


async def test_a_paused_task_does_not_run_at_start(lives, path, clock):
    first = await lives()
    first.scheduler.by_hand.pause("t", ADA, until=START + HOUR)
    await first.live(1)
    second = Process(path, clock).add(interval=MINUTE, run_on_start=True)

    assert (await second.live(5)).started() == []


async def test_another_pause_takes_the_place_of_the_one_that_lasts(lives):
    process = await lives()
    first = process.scheduler.by_hand.pause("t", ADA, until=START + HOUR)
    await asyncio.sleep(30)
    second = process.scheduler.by_hand.pause("t", Order(None, "shorter"), until=START + 2 * MINUTE)
    await process.live(2 * MINUTE)

    assert second.since == first.since
    assert process.recording.slots() == minutes(2)
    assert second.sentence == "paused by somebody until 2026-11-24T00:02:00Z: shorter"


async def test_the_next_slot_of_a_paused_task_is_the_first_after_the_pause(lives):
    process = await lives()
    process.scheduler.by_hand.pause("t", ADA, until=START + HOUR + 1)
    [snapshot] = process.scheduler.snapshot()

    assert (snapshot.next_slot, snapshot.owes_since) == (START + HOUR + MINUTE, START + HOUR)
    await process.scheduler.stop()


async def test_each_order_is_logged_with_who_gave_it_and_why(lives, caplog):
    process = await lives()
    with caplog.at_level(logging.INFO, "rota.scheduler.by_hand"):
        process.scheduler.by_hand.pause("t", ADA, until=START + HOUR)
        process.scheduler.by_hand.resume("t", Order("bob"))
        process.scheduler.by_hand.run("t", ADA)
    await process.scheduler.stop()

    told = [
        (each.message, each.actor, each.purpose)
        for each in caplog.records
        if each.name == "rota.scheduler.by_hand"
    ]
    assert told == [
        ("task.paused", "ada", "the disk is full"),
        ("task.resumed", "bob", None),
        ("task.run_requested", "ada", "the disk is full"),
    ]


async def test_a_reason_is_written_whatever_stands_in_it(lives, path):
    process = await lives()
    hostile = Order("ada", "the\r\ndisk \x1b[2J\x9b is\ud800 full \N{WHITE SMILING FACE}")
    process.scheduler.by_hand.pause("t", hostile, until=START + HOUR)
    process.scheduler.by_hand.run("t", hostile)
    await process.live(5)

    words = "the disk ?[2J? is? full \N{WHITE SMILING FACE}"
    reader = SqliteReader(path)
    assert reader.pauses()["t"].reason == words
    assert [each.purpose for each in reader.runs(limit=9)] == [words]


async def test_another_attempt_of_a_run_by_hand_does_the_same_work(lives):
    async def act(api_client):
        if current_run().attempt is None:
            raise TryAgain("busy", after=10)

    process = await lives(act=act, interval=HOUR, backoff_limit=1)
    await asyncio.sleep(HOUR + 20)
    first = process.scheduler.by_hand.run("t", ADA, slot="2026-11-24T01:00:00Z")
    await process.live(30)
    second = process.recording.finished()[-1].run

    assert (second.trigger, second.slot, second.identity) == ("manual", first.slot, first.identity)
    assert (second.actor, second.purpose, second.attempt) == ("ada", "the disk is full", 1)
    assert second.run_id != first.run_id
    assert process.recording.outcomes()[-1] == "succeeded"


async def test_a_slot_that_is_tried_again_is_left_to_that(lives):
    async def act(api_client):
        raise TryAgain("not yet", after=30)

    process = await lives(act=act)
    await asyncio.sleep(MINUTE + 5)
    slot = rfc3339(instant(START + MINUTE))

    with pytest.raises(NotNowError, match="for this slot is tried again, as it has asked"):
        process.scheduler.by_hand.run("t", ADA, slot=slot)
    assert process.scheduler.by_hand.run("t", ADA).slot is None


@pytest.mark.parametrize("ask", [True, False], ids=["it asks for another", "it is cut off"])
async def test_nothing_is_owed_for_a_run_by_hand_of_a_slot_that_is_done(lives, path, ask):
    async def act(api_client):
        if current_run().trigger == "manual":
            if ask:
                raise TryAgain("busy", after=60)
            await asyncio.sleep(HOUR)

    process = await lives(act=act, interval=HOUR, timeout_seconds=HOUR)
    await asyncio.sleep(HOUR + 5)
    process.scheduler.by_hand.run("t", ADA, slot="2026-11-24T01:00:00Z")
    await process.live(10)

    assert process.recording.started()[-1] == ("manual", START + HOUR)
    assert not SqliteReader(path).owed("t")


async def test_a_pause_drops_another_attempt_that_the_schedule_waits_for(lives, path):
    async def act(api_client):
        raise TryAgain("busy", after=60)

    process = await lives(act=act, interval=HOUR)
    await asyncio.sleep(HOUR + 5)
    assert SqliteReader(path).owed("t") == [START + HOUR]
    process.scheduler.by_hand.pause("t", ADA, until=START + 2 * HOUR)
    await process.live(10 * MINUTE)

    assert process.recording.slots() == [START + HOUR]
    assert not SqliteReader(path).owed("t")


@pytest.mark.parametrize(
    ("by_hand", "attempts"),
    [pytest.param(False, [None], id="of a slot"), pytest.param(True, [None, 1], id="by hand")],
)
async def test_a_run_that_ends_in_a_pause_is_tried_again_only_where_it_is_by_hand(
    lives, path, by_hand, attempts
):
    async def act(api_client):
        await asyncio.sleep(10)
        raise TryAgain("busy", after=60)

    process = await lives(act=act, interval=HOUR, backoff_limit=1)
    if by_hand:
        process.scheduler.by_hand.run("t", ADA)
    else:
        await asyncio.sleep(HOUR + 5)
    process.scheduler.by_hand.pause("t", ADA, until=START + 2 * HOUR)
    await process.live(10 * MINUTE)

    assert [record.run.attempt for record in process.recording.finished()] == attempts
    assert not SqliteReader(path).owed("t")


HAND = PendingRun(None, Trigger.MANUAL)
SLOTS = [PendingRun(slot, Trigger.SCHEDULE) for slot in minutes(1, 2)]


@pytest.mark.parametrize(
    ("fields", "waiting", "pending", "expected", "dropped"),
    [
        pytest.param({}, [SLOTS[0]], HAND, [HAND, SLOTS[0]], [], id="before a slot"),
        pytest.param({}, [HAND], SLOTS[0], [HAND, SLOTS[0]], [], id="a slot after it"),
        pytest.param(
            {}, [HAND, SLOTS[0]], SLOTS[1], [HAND, SLOTS[1]], [SLOTS[0]], id="a newer slot"
        ),
        pytest.param(
            {"catch_up": "all"}, [HAND, SLOTS[0]], SLOTS[1], [HAND, *SLOTS], [], id="all slots"
        ),
        pytest.param(
            {"overlap": "allow"}, [HAND, SLOTS[0]], SLOTS[1], [HAND, *SLOTS], [], id="allow"
        ),
    ],
)
def test_a_run_by_hand_comes_first_and_neither_drops_a_slot_nor_is_dropped(
    fields, waiting, pending, expected, dropped
):
    task = make_task("t", interval_seconds=MINUTE, **fields)
    queueing = queue_up(task, tuple(waiting), pending)

    assert (list(queueing.waiting), list(queueing.dropped)) == (expected, dropped)


async def test_a_run_that_the_stop_cut_off_is_not_made_again_in_a_pause(lives, path):
    first = await lives(seconds=HOUR, timeout_seconds=HOUR)
    await asyncio.sleep(MINUTE + 5)
    first.scheduler.by_hand.pause("t", ADA, until=START + HOUR)
    await first.live(5)
    assert SqliteReader(path).owed("t") == minutes(1)
    second = await lives()
    await second.live(5)

    assert second.recording.started() == []
    assert second.recording.skipped()[0] == ("paused", *minutes(1, 1), 1)
    assert not SqliteReader(path).owed("t")


async def test_what_was_owed_before_a_pause_is_made_up_for_after_it(lives):
    first = await lives(seconds=HOUR, timeout_seconds=HOUR, interval=HOUR, catch_up_seconds=HOUR)
    await asyncio.sleep(HOUR + 5)
    first.scheduler.by_hand.pause("t", ADA, until=START + HOUR + 5 * MINUTE)
    await first.live(10 * MINUTE)
    second = await lives(interval=HOUR, catch_up_seconds=HOUR)
    await second.live(5)

    assert second.recording.started() == [("catch_up", START + HOUR)]


async def test_a_run_by_hand_is_refused_where_the_scheduler_is_full(clock):
    async def act(api_client):
        await asyncio.sleep(MINUTE)

    settings = Settings(_env_file=None, max_concurrent_runs=1)
    scheduler = TaskScheduler(object(), settings=settings, clock=clock, observers=())
    scheduler.register_task("t", act, HOUR)
    scheduler.register_task("u", act, HOUR)
    await scheduler.start()
    scheduler.by_hand.run("t", ADA)
    with pytest.raises(NotNowError, match="as many as ROTA_MAX_CONCURRENT_RUNS allows"):
        scheduler.by_hand.run("u", ADA)
    await scheduler.stop()
