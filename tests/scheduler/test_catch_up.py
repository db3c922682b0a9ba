"""Which missed slots start: as a pure decision, and over restarts of a scheduler."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.model.errors import TaskDefinitionError
from rota.model.outcome import SkipReason
from rota.scheduler.catch_up import MOST_CAUGHT_UP, catch_up, skip_all
from rota.settings import Settings
from rota.tasks.definition import define_task
from support.scheduler_process import Process

START = 1_795_478_400
MINUTE = 60
HOUR = 3600


async def nothing(api_client):
    pass


def task_of(seconds=MINUTE, **fields):
    config = Settings(_env_file=None, task={"t": fields})
    return define_task("t", nothing, seconds, run_on_start=False, settings=config)


def minutes(*numbers):
    return [START + MINUTE * number for number in numbers]


def expanded(skipped):
    return [slot for each in skipped for slot in range(each.first_slot, each.last_slot + 1, MINUTE)]


class TestTheDecision:
    @pytest.mark.parametrize(
        ("fields", "owed", "start"),
        [
            pytest.param({}, [], [5], id="latest: the newest"),
            pytest.param({}, [-3], [5], id="latest: the newest, not an owed one before it"),
            pytest.param({"catch_up": "none"}, [], [5], id="none: the newest, if on time"),
            pytest.param({"overlap": "allow"}, [-3, -1], [-3, -1, 5], id="allow: each owed one"),
            pytest.param({"catch_up": "all"}, [-3], [-3, 1, 2, 3, 4, 5], id="all of them"),
            pytest.param(
                {"catch_up": "all", "catch_up_seconds": 120},
                [-3],
                [3, 4, 5],
                id="all that are not too late",
            ),
        ],
    )
    def test_starts(self, fields, owed, start):
        decision = catch_up(task_of(**fields), START, START + 5 * MINUTE, minutes(*owed))

        assert list(decision.start) == minutes(*start)
        others = {*minutes(*owed), *minutes(1, 2, 3, 4, 5)} - set(decision.start)
        assert sorted(expanded(decision.skipped)) == sorted(others)

    @pytest.mark.parametrize(("seconds", "start"), [(0, [3, 4, 5]), (1, [4, 5])])
    def test_all_starts_none_that_is_a_second_too_late(self, seconds, start):
        task = task_of(catch_up="all", catch_up_seconds=120)
        decision = catch_up(task, START, START + 5 * MINUTE + seconds)

        assert list(decision.start) == minutes(*start)

    def test_all_starts_each_of_slots_a_second_apart(self):
        decision = catch_up(task_of(1, catch_up="all"), START, START + 5)

        assert decision.start == tuple(range(START + 1, START + 6))

    def test_a_slot_that_is_due_in_a_second_is_not_among_those_that_were_missed(self):
        task = task_of(86_400, catch_up="all", catch_up_seconds=60)
        decision = catch_up(task, START, START + 3 * 86_400 - 1)

        assert decision.start == ()
        assert [each.count for each in decision.skipped] == [2]

    def test_with_nothing_missed_the_newest_that_is_owed_starts(self):
        decision = catch_up(task_of(), START, START + 30, minutes(-2, -1))

        assert list(decision.start) == minutes(-1)
        assert expanded(decision.skipped) == minutes(-2)

    def test_all_is_a_hundred_at_most_and_the_older_ones_are_reported(self):
        task = task_of(catch_up="all", catch_up_seconds=100_000)
        decision = catch_up(task, START, START + 300 * MINUTE)

        assert list(decision.start) == minutes(*range(201, 301))
        assert [each.count for each in decision.skipped] == [200]

    def test_all_of_them_too_late_is_none_and_each_is_reported(self):
        task = task_of(86_400, catch_up="all", catch_up_seconds=60)
        decision = catch_up(task, START, START + 3 * 86_400 + HOUR)

        assert decision.start == ()
        assert [each.count for each in decision.skipped] == [3]
        assert decision.newest(START) == START + 3 * 86_400

    def test_skipping_all_reports_every_slot_with_the_reason(self):
        skipped = skip_all(task_of(), START, START + 3 * MINUTE, minutes(-4), SkipReason.SUSPENDED)

        assert expanded(skipped) == minutes(-4, 1, 2, 3)
        assert {each.reason for each in skipped} == {SkipReason.SUSPENDED}


@given(
    st.sampled_from(["latest", "all", "none"]),
    st.integers(0, 500),
    st.sets(st.integers(-200, 0), max_size=120),
    st.integers(10, 40_000),
)
@settings(deadline=None)
def test_every_slot_either_starts_or_is_skipped_once(policy, missed, owed, seconds):
    task = task_of(catch_up=policy, catch_up_seconds=seconds)
    until = START + missed * MINUTE
    decision = catch_up(task, START, until, minutes(*owed))
    every = sorted({*minutes(*owed), *minutes(*range(1, missed + 1))})

    assert sorted([*decision.start, *expanded(decision.skipped)]) == every
    assert list(decision.start) == sorted(decision.start)
    assert len(decision.start) <= (MOST_CAUGHT_UP if policy == "all" else 1)


class TestAll:
    async def test_makes_up_for_each_slot_one_at_a_time_with_its_own_identity(self, path, clock):
        active = most = 0

        async def act(api_client):
            nonlocal active, most
            active += 1
            most = max(most, active)
            await asyncio.sleep(5)
            active -= 1

        await Process(path, clock, catch_up="all").add(act, MINUTE).live(10)
        await asyncio.sleep(10 * MINUTE)
        recording = await Process(path, clock, catch_up="all").add(act, MINUTE).live(2 * MINUTE)

        assert recording.slots() == minutes(*range(1, 13))
        assert most == 1
        assert recording.skipped() == []
        assert {result.outcome.value for result in recording.finished()} == {"succeeded"}

    async def test_a_slot_that_is_due_meanwhile_waits_for_its_turn(self, path, clock):
        async def slow(api_client):
            await asyncio.sleep(150)

        process = Process(path, clock, catch_up="all", timeout_seconds=600).add(slow, MINUTE)
        recording = await process.live(10 * MINUTE + 5)

        assert recording.slots() == minutes(1, 2, 3, 4)
        assert {reason for reason, *_ in recording.skipped()} == {"stopping"}

        rest = await Process(path, clock, catch_up="all").add(interval=MINUTE).live(5)

        assert rest.slots() == minutes(4, 5, 6, 7, 8, 9, 10)

    async def test_what_waits_for_the_others_is_never_too_late(self, path, clock):
        async def slow(api_client):
            await asyncio.sleep(150)

        process = Process(path, clock, catch_up="all", catch_up_seconds=60, timeout_seconds=600)
        recording = await process.add(slow, MINUTE).live(10 * MINUTE + 5)

        assert recording.slots() == minutes(1, 2, 3, 4)
        assert {reason for reason, *_ in recording.skipped()} == {"stopping"}

    async def test_more_than_a_hundred_do_not_wait(self, path, clock):
        async def endless(api_client):
            await asyncio.sleep(10 * HOUR)

        process = Process(path, clock, catch_up="all", timeout_seconds=9 * HOUR)
        recording = await process.add(endless, MINUTE).live(110 * MINUTE + 30)

        dropped = [slot for reason, slot, *_ in recording.skipped() if reason == "overlap"]
        assert dropped == minutes(*range(2, 11))

    async def test_after_a_jump_of_the_clock_all_that_was_passed_runs(self, path, clock):
        process = Process(path, clock, catch_up="all").add(interval=MINUTE)
        await process.scheduler.start()
        clock.jump(5 * MINUTE)
        await asyncio.sleep(10)
        await process.scheduler.stop()

        assert process.recording.started() == [("catch_up", slot) for slot in minutes(*range(1, 6))]

    async def test_a_task_without_a_restart_is_as_any_other(self, path, clock):
        recording = await Process(path, clock, catch_up="all").add().live(3 * HOUR + 1)

        assert recording.started() == [("schedule", START + HOUR * n) for n in (1, 2, 3)]


class TestNone:
    @pytest.mark.parametrize(("down", "started"), [(30, 1), (90, 0)])
    async def test_makes_up_for_nothing_that_is_more_than_a_minute_late(
        self, path, clock, down, started
    ):
        await Process(path, clock, catch_up="none").add().live(HOUR - 10)
        await asyncio.sleep(10 + down)
        recording = await Process(path, clock, catch_up="none").add().live(10)

        assert len(recording.started()) == started
        assert len(recording.skipped()) == 1 - started


@pytest.mark.parametrize("overlap", ["allow", "replace"])
def test_all_is_refused_where_runs_do_not_wait_for_each_other(overlap):
    with pytest.raises(TaskDefinitionError, match=f"not overlap={overlap}"):
        task_of(catch_up="all", overlap=overlap)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rota.sqlite3"
