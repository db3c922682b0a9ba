import asyncio
import gc
import itertools

import pytest

from rota.model.context import StopRequested, current_execution, current_run
from rota.model.errors import ConfigError
from rota.scheduler import TaskScheduler
from rota.schedules import parse_schedule
from rota.settings import Settings
from rota.tasks import BaseTask

START = 1_795_478_400
MINUTE = 60
HOUR = 3600


def settings(**values):
    return Settings(_env_file=None, **values)


def task(act=None, **attributes):
    """Return a task object with these attributes whose execute awaits `act()`."""

    async def execute(self, api_client):
        return await act() if act else None

    named = {"name": "t", **attributes, "execute": execute}
    return type("ATask", (BaseTask,), named)()


def scheduler_of(*tasks, clock, recording=None, ledger=None, **values):
    scheduler = TaskScheduler(
        object(),
        settings=settings(**values),
        clock=clock,
        ledger=ledger,
        observers=[recording] if recording else [],
    )
    for each in tasks:
        scheduler.register_task(each.name, each, each.interval_seconds, each.run_on_start)
    return scheduler


async def run_for(seconds, scheduler):
    await scheduler.start()
    await asyncio.sleep(seconds)
    await scheduler.stop()


def sleeping(seconds):
    async def act():
        await asyncio.sleep(seconds)

    return act


def failing(error):
    async def act():
        raise error

    return act


@pytest.mark.parametrize("interval", [7, 45, 60, 90, 300])
async def test_an_interval_keeps_to_its_grid_whatever_its_handler_takes(clock, recording, interval):
    await run_for(
        10 * interval,
        scheduler_of(
            task(sleeping(interval * 0.6), interval_seconds=interval),
            clock=clock,
            recording=recording,
        ),
    )

    first = (START // interval + 1) * interval
    expected = list(range(first, first + 9 * interval, interval))
    assert recording.slots()[:9] == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("*/7 3-5 * * *", "Europe/Berlin"),
        ("30 0 * * 2,3", "Asia/Kathmandu"),
        ("@hourly", "Etc/UTC"),
    ],
)
async def test_a_cron_text_fires_at_the_times_that_rota_next_shows(clock, recording, text, zone):
    await run_for(
        2 * 86_400 + 1,
        scheduler_of(task(schedule=text, timezone=zone), clock=clock, recording=recording),
    )

    schedule = parse_schedule(text, zone)
    expected = list(itertools.takewhile(lambda t: t <= START + 2 * 86_400, fires(schedule)))
    assert recording.slots() == expected


def fires(schedule, after=START):
    while True:
        after = schedule.next_epoch(after)
        yield after


async def test_a_run_starts_within_a_millisecond_of_its_slot(clock, recording):
    lateness = []

    async def act():
        lateness.append(clock.timestamp() - current_run().slot.timestamp())

    await run_for(HOUR, scheduler_of(task(act), clock=clock, recording=recording))

    assert len(lateness) == 60
    assert max(lateness) < 0.001


async def test_run_on_start_runs_at_once_and_is_for_no_slot(clock, recording):
    await run_for(MINUTE, scheduler_of(task(run_on_start=True), clock=clock, recording=recording))

    assert recording.started() == [("start", None), ("schedule", START + 60)]


@pytest.mark.fault(61)
@pytest.mark.fault(62)
@pytest.mark.fault(63)
@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        SystemExit(3),
        KeyboardInterrupt(),
        asyncio.CancelledError(),
        GeneratorExit(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_whatever_a_task_raises_is_a_failed_run_and_its_next_slot_runs(
    clock, recording, error
):
    await run_for(3 * MINUTE, scheduler_of(task(failing(error)), clock=clock, recording=recording))

    assert recording.outcomes() == ["failed"] * 3
    assert {int(result.exit_code) for result in recording.finished()} == {1}


@pytest.mark.fault(59)
async def test_a_task_that_hangs_times_out_and_its_slot_and_the_others_go_on(clock, recording):
    hanging = task(sleeping(10**9), name="hanging", timeout_seconds=90, overlap="forbid")
    other = task(name="other")

    await run_for(6 * MINUTE, scheduler_of(hanging, other, clock=clock, recording=recording))

    assert recording.outcomes("hanging")[:2] == ["timed_out", "timed_out"]
    assert recording.slots("other") == [START + 60 * n for n in range(1, 7)]


def swallowing(seconds):
    async def act():
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            try:
                await asyncio.sleep(left)
            except asyncio.CancelledError:
                continue

    return act


async def test_a_task_that_swallows_its_cancellation_is_timed_out_and_shown_as_stuck(
    clock, recording
):
    scheduler = scheduler_of(
        task(swallowing(200), timeout_seconds=30), clock=clock, recording=recording
    )
    await scheduler.start()
    await asyncio.sleep(100)

    (result,) = recording.finished()
    assert (result.outcome.value, result.stuck) == ("timed_out", True)
    assert [each.stuck for each in scheduler.snapshot()] == [True]

    await asyncio.sleep(170)

    assert [each.stuck for each in scheduler.snapshot()] == [False]
    # Slots that came due meanwhile: the newest waiting one started when the stuck run ended.
    assert recording.slots()[:2] == [START + 60, START + 240]
    assert ("overlap", START + 120, START + 120, 1) in recording.skipped()
    await scheduler.stop()


@pytest.mark.fault(67)
async def test_runs_longer_than_the_interval_make_no_burst(clock, recording):
    await run_for(
        20 * MINUTE,
        scheduler_of(task(sleeping(70), timeout_seconds=300), clock=clock, recording=recording),
    )

    slots = recording.slots()
    assert len(slots) == len(set(slots)) <= 18
    assert recording.outcomes()[:5] == ["succeeded"] * 5


async def test_under_replace_the_running_one_is_cancelled_before_the_next_starts(clock, recording):
    under_way = []

    async def act():
        under_way.append(current_run().slot)
        assert len(under_way) == 1
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0.5)
            under_way.pop()

    await run_for(
        200,
        scheduler_of(
            task(act, overlap="replace", timeout_seconds=1000), clock=clock, recording=recording
        ),
    )

    assert recording.slots() == [START + 60, START + 120, START + 180]
    assert [result.reason for result in recording.finished()] == ["replaced", "replaced", "stopped"]


@pytest.mark.slow
@pytest.mark.fault(68)
async def test_ten_thousand_tasks_in_one_second_keep_to_the_capacity_and_all_run(clock, recording):
    most = count = 0

    async def act():
        nonlocal most, count
        count += 1
        most = max(most, count)
        await asyncio.sleep(0.1)
        count -= 1

    tasks = [task(act, name=f"t{n}", interval_seconds=HOUR) for n in range(10_000)]
    await run_for(
        HOUR + 60,
        scheduler_of(*tasks, clock=clock, recording=recording, max_concurrent_runs=50),
    )

    assert most == 50
    assert recording.slots() == [START + HOUR] * 10_000
    assert recording.outcomes() == ["succeeded"] * 10_000


async def test_a_stuck_run_leaves_its_place_to_other_tasks(clock, recording):
    stuck = task(swallowing(500), name="stuck", timeout_seconds=30)
    other = task(name="other")
    scheduler = scheduler_of(stuck, other, clock=clock, recording=recording, max_concurrent_runs=1)
    await scheduler.start()
    await asyncio.sleep(3 * MINUTE)
    slots = recording.slots("other")
    await scheduler.stop()

    assert slots == [START + MINUTE, START + 2 * MINUTE, START + 3 * MINUTE]


async def test_with_little_capacity_the_first_to_come_due_is_the_first_to_start(clock, recording):
    started = []

    async def act():
        started.append(current_run().task)
        await asyncio.sleep(1)

    names = [f"t{number}" for number in range(5)]
    tasks = [task(act, name=name, interval_seconds=HOUR) for name in names]
    await run_for(
        HOUR + 10, scheduler_of(*tasks, clock=clock, recording=recording, max_concurrent_runs=1)
    )

    assert started == names


async def test_what_waited_for_capacity_at_a_stop_runs_after_the_next_start(clock, recording):
    tasks = [task(sleeping(20), name=name) for name in ("one", "two")]
    scheduler = scheduler_of(*tasks, clock=clock, recording=recording, max_concurrent_runs=1)
    await run_for(70, scheduler)
    await run_for(110, scheduler)

    assert ("stopping", START + MINUTE, START + MINUTE, 1) in recording.skipped("two")
    assert recording.slots("one") == [START + MINUTE, START + 2 * MINUTE, START + 3 * MINUTE]
    assert recording.slots("two") == [START + MINUTE, START + 2 * MINUTE]


async def test_a_suspended_task_is_listed_and_not_started(clock, recording):
    scheduler = scheduler_of(
        task(suspend=True, run_on_start=True), clock=clock, recording=recording
    )
    await run_for(HOUR, scheduler)

    assert list(scheduler.tasks) == ["t"]
    assert recording.events == []


@pytest.mark.fault(69)
async def test_without_tasks_the_scheduler_sleeps_rather_than_spins(clock):
    scheduler = scheduler_of(clock=clock)
    calls = 0
    timestamp = clock.timestamp

    def counted():
        nonlocal calls
        calls += 1
        return timestamp()

    clock.timestamp = counted
    await run_for(HOUR, scheduler)

    assert calls < HOUR


async def test_the_seeds_tasks_mapping_tells_interval_start_and_last_run(clock):
    async def handler(api_client):
        pass

    scheduler = TaskScheduler(object(), settings=settings(), clock=clock)
    scheduler.register_task("t", handler, 60, run_on_start=True)

    assert scheduler.tasks["t"] == {
        "handler": handler,
        "interval": 60,
        "run_on_start": True,
        "last_run": None,
    }

    await scheduler.start()
    await asyncio.sleep(1)

    assert scheduler.tasks["t"]["last_run"].timestamp() == pytest.approx(START)
    await scheduler.stop()


async def test_a_snapshot_tells_the_last_run_and_what_is_active_and_waits(clock):
    scheduler = scheduler_of(task(sleeping(70), timeout_seconds=600), clock=clock)
    await scheduler.start()
    (before,) = scheduler.snapshot()
    await asyncio.sleep(140)
    (after,) = scheduler.snapshot()
    await scheduler.stop()

    assert (before.last_outcome, before.last_started_at) == (None, None)
    assert (before.next_slot, before.active, before.waiting_slots) == (START + 60, (), ())
    assert (after.last_outcome.value, after.last_started_at) == ("succeeded", START + 60)
    assert after.next_slot == START + 180
    assert [run.slot.timestamp() for run in after.active] == [START + 120]


async def test_a_handler_gets_the_api_client(clock):
    seen = []

    async def handler(api_client):
        seen.append(api_client)

    client = object()
    scheduler = TaskScheduler(client, settings=settings(), clock=clock)
    scheduler.register_task("t", handler, 60)
    await run_for(61, scheduler)

    assert seen == [client]


async def test_a_name_can_be_registered_once(clock):
    scheduler = scheduler_of(task(name="a-b"), clock=clock)

    with pytest.raises(ConfigError, match="registered twice"):
        scheduler.register_task("a-b", task(), 60)
    with pytest.raises(ConfigError, match="same name in Kubernetes"):
        scheduler.register_task("a_b", task(), 60)


async def test_what_comes_due_is_not_of_the_run_that_registered_another_task(clock):
    contexts = []

    async def registering(api_client):
        scheduler.register_task("other", task(), 60)

    def observer(event):
        contexts.append((type(event).__name__, current_execution()))

    scheduler = scheduler_of(clock=clock, recording=observer)
    scheduler.register_task("first", registering, 60)
    await run_for(3 * MINUTE + 30, scheduler)

    started = [execution for name, execution in contexts if name == "RunStarted"]
    assert len(started) >= 5
    assert started[2:] == [None] * len(started[2:])


async def test_an_observer_that_breaks_stops_neither_the_run_nor_the_others(clock, recording):
    def broken(event):
        raise RuntimeError("no disk")

    scheduler = TaskScheduler(
        object(), settings=settings(), clock=clock, observers=[broken, recording]
    )
    scheduler.register_task("t", task(), 60)
    await run_for(2 * MINUTE, scheduler)

    assert recording.outcomes() == ["succeeded"] * 2


class TestStop:
    @pytest.mark.fault(73)
    async def test_before_start_and_twice_it_is_harmless(self, clock, recording):
        scheduler = scheduler_of(task(), clock=clock, recording=recording)
        await scheduler.stop()
        await scheduler.start()
        await asyncio.gather(scheduler.stop(), scheduler.stop())
        await scheduler.stop()
        await asyncio.sleep(HOUR)

        assert recording.events == []

    @pytest.mark.fault(47)
    @pytest.mark.parametrize("awaited", [False, True], ids=["requested", "and awaited"])
    async def test_requested_before_the_start_it_keeps_every_run_from_starting(
        self, clock, recording, awaited
    ):
        scheduler = scheduler_of(task(run_on_start=True), clock=clock, recording=recording)
        scheduler.request_stop(15)
        if awaited:
            await scheduler.stop()
        await scheduler.start()
        await asyncio.sleep(HOUR)
        await scheduler.stop()

        assert recording.started() == []

    @pytest.mark.parametrize(("signal_number", "code"), [(2, 130), (15, 143), (None, 143)])
    async def test_what_it_interrupts_has_the_exit_code_of_its_signal(
        self, clock, recording, signal_number, code
    ):
        scheduler = scheduler_of(task(sleeping(HOUR)), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(70)
        scheduler.request_stop(signal_number)
        await scheduler.stop()

        assert [int(record.exit_code) for record in recording.finished()] == [code]

    @pytest.mark.fault(73)
    async def test_a_stopped_scheduler_can_be_started_again(self, clock, recording):
        scheduler = scheduler_of(task(), clock=clock, recording=recording)
        await run_for(61, scheduler)
        await run_for(60, scheduler)

        assert recording.slots() == [START + 60, START + 120]

    @pytest.mark.fault(73)
    async def test_a_task_added_while_running_gets_its_next_slot(self, clock, recording):
        scheduler = scheduler_of(clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(90)
        scheduler.register_task("late", task(name="late"), 60)
        await asyncio.sleep(60)
        await scheduler.stop()

        assert recording.slots() == [START + 120]

    @pytest.mark.fault(73)
    async def test_a_task_added_during_a_stop_waits_for_the_next_start(self, clock, recording):
        scheduler = scheduler_of(task(sleeping(20)), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(70)
        stopping = asyncio.create_task(scheduler.stop())
        await asyncio.sleep(1)
        scheduler.register_task("late", task(name="late"), 3600, run_on_start=True)
        await stopping
        before = recording.started()
        await run_for(30, scheduler)

        assert recording.started()[len(before) :] == [("start", None)]

    async def test_what_is_under_way_gets_the_grace_to_finish(self, clock, recording):
        scheduler = scheduler_of(task(sleeping(20)), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(70)
        before = clock.timestamp()
        await scheduler.stop()

        assert recording.outcomes() == ["succeeded"]
        assert clock.timestamp() - before == pytest.approx(10, abs=0.01)

    @pytest.mark.fault(49)
    async def test_after_the_grace_it_is_cancelled_and_interrupted(self, clock, recording):
        scheduler = scheduler_of(
            task(sleeping(1000), timeout_seconds=2000),
            clock=clock,
            recording=recording,
            grace_seconds=25,
        )
        await scheduler.start()
        await asyncio.sleep(70)
        before = clock.timestamp()
        await scheduler.stop()

        assert recording.outcomes() == ["interrupted"]
        assert clock.timestamp() - before == pytest.approx(25, abs=0.1)

    async def test_a_run_that_ignores_even_that_is_stuck_and_the_stop_ends(self, clock, recording):
        scheduler = scheduler_of(
            task(swallowing(1000), timeout_seconds=2000), clock=clock, recording=recording
        )
        await scheduler.start()
        await asyncio.sleep(70)
        before = clock.timestamp()
        await scheduler.stop()

        (result,) = recording.finished()
        assert (result.outcome.value, result.stuck) == ("interrupted", True)
        assert clock.timestamp() - before < 25 + 5

    async def test_nothing_new_starts_once_it_is_requested(self, clock, recording):
        scheduler = scheduler_of(
            task(sleeping(20), name="slow"),
            task(name="quick", interval_seconds=1),
            clock=clock,
            recording=recording,
        )
        await scheduler.start()
        await asyncio.sleep(60.5)
        before = len(recording.started())
        await scheduler.stop()

        assert len(recording.started()) == before

    async def test_a_slot_that_waits_is_recorded_as_skipped(self, clock, recording):
        scheduler = scheduler_of(
            task(sleeping(70), timeout_seconds=600), clock=clock, recording=recording
        )
        await scheduler.start()
        await asyncio.sleep(125)
        await scheduler.stop()

        assert recording.skipped() == [("stopping", START + 120, START + 120, 1)]
        assert recording.outcomes() == ["succeeded"]

    async def test_a_client_that_refuses_the_next_request_ends_the_run_as_interrupted(
        self, clock, recording
    ):
        async def act():
            while True:
                current_execution().check_stop()
                await asyncio.sleep(1)

        scheduler = scheduler_of(task(act), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(65)
        before = clock.timestamp()
        await scheduler.stop()

        assert recording.outcomes() == ["interrupted"]
        assert clock.timestamp() - before <= 1

    async def test_swallowing_the_refusal_does_not_make_it_a_success(self, clock, recording):
        async def act():
            try:
                while True:
                    current_execution().check_stop()
                    await asyncio.sleep(1)
            except StopRequested:
                pass

        scheduler = scheduler_of(task(act), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(65)
        await scheduler.stop()

        assert recording.outcomes() == ["interrupted"]


class TestWallClock:
    @pytest.mark.fault(58)
    async def test_a_jump_forwards_runs_the_newest_missed_slot_once(self, clock, recording):
        scheduler = scheduler_of(task(), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(90)
        clock.jump(HOUR)
        await asyncio.sleep(60)
        await scheduler.stop()

        late = START + 90 + HOUR
        newest = late - late % 60
        assert recording.started()[:2] == [("schedule", START + 60), ("catch_up", newest)]
        assert recording.skipped() == [("missed", START + 120, newest - 60, 59)]
        assert recording.slots()[2:] == [newest + 60]

    @pytest.mark.fault(58)
    async def test_a_jump_backwards_repeats_no_slot(self, clock, recording):
        scheduler = scheduler_of(task(), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(630)
        clock.jump(-300)
        await asyncio.sleep(660)
        await scheduler.stop()

        slots = recording.slots()
        assert slots == sorted(set(slots))
        assert slots == [START + 60 * n for n in range(1, 17)]

    @pytest.mark.fault(58)
    @pytest.mark.parametrize("years", [10, -10])
    async def test_a_jump_by_years_neither_stops_the_task_nor_floods_it(
        self, clock, recording, years
    ):
        scheduler = scheduler_of(task(), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(90)
        clock.jump(years * 365 * 86_400)
        await asyncio.sleep(300)
        await scheduler.stop()

        assert 5 <= len(recording.slots()) <= 7
        assert recording.slots()[-1] > START + years * 365 * 86_400

    @pytest.mark.fault(58)
    async def test_days_back_and_forth_repeat_no_slot_that_has_run(self, clock, recording):
        scheduler = scheduler_of(task(interval_seconds=HOUR), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(HOUR + 600)
        clock.jump(-2 * 86_400)
        await asyncio.sleep(600)
        clock.jump(2 * 86_400)
        await asyncio.sleep(HOUR)
        await scheduler.stop()

        slots = recording.slots()
        assert slots == [START + HOUR, START + 2 * HOUR]

    @pytest.mark.fault(58)
    async def test_a_clock_set_back_by_hours_is_reported(self, clock, recording, caplog):
        scheduler = scheduler_of(task(), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(90)
        clock.jump(-2 * HOUR)
        await asyncio.sleep(60)
        await scheduler.stop()

        (record,) = [each for each in caplog.records if each.message == "clock.moved_back"]
        assert (record.seconds, record.effect) == (2 * HOUR, "waiting for the slots still to come")

    @pytest.mark.fault(58)
    async def test_a_suspended_machine_is_met_within_seconds_of_waking(self, clock, recording):
        scheduler = scheduler_of(task(interval_seconds=HOUR), clock=clock, recording=recording)
        await scheduler.start()
        await asyncio.sleep(1800)
        clock.jump(HOUR)
        await asyncio.sleep(6)
        await scheduler.stop()

        assert recording.started() == [("catch_up", START + HOUR)]


@pytest.mark.slow
@pytest.mark.fault(74)
async def test_a_hundred_thousand_ticks_leave_nothing_behind(clock):
    scheduler = scheduler_of(task(interval_seconds=1, timeout_seconds=60), clock=clock)
    await scheduler.start()
    # Until the ledger in memory has as many runs as it keeps.
    await asyncio.sleep(5000)
    gc.collect()
    before = len(gc.get_objects())
    await asyncio.sleep(100_000)
    gc.collect()

    assert len(gc.get_objects()) - before < 200
    assert len(asyncio.all_tasks()) <= 2
    await scheduler.stop()
