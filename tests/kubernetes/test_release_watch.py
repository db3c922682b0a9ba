import asyncio
import contextlib

import pytest

from rota.kubernetes.release_watch import ReleaseWatch
from rota.kubernetes.resources import CRON_JOBS, EVENTS, JOBS, PODS
from rota.ledger.console import ConsoleLedger
from rota.model.outcome import SkipReason
from rota.model.slot import SlotState
from support.fault_server import until
from support.kubernetes_objects import JOB_UID, SLOT, cronjob, ended, job, pod, running
from support.watched_api import FakeCluster

COMPLETE = [("Complete", "CompletionsReached")]


class Settable:
    def __init__(self):
        self.now = SLOT - 600.0

    def timestamp(self):
        return self.now


@pytest.fixture
def clock():
    return Settable()


@pytest.fixture
def cluster():
    return FakeCluster()


@pytest.fixture
def watching(tmp_path, clock, cluster):
    """Return a function that runs a watch for the length of a block."""

    @contextlib.asynccontextmanager
    async def run():
        ledger = ConsoleLedger(tmp_path / "console.sqlite3", clock)

        async def sleep(_):
            await asyncio.sleep(0.001)

        watch = ReleaseWatch(cluster, "shop", "rota", ledger, clock, sleep=sleep)
        task = asyncio.ensure_future(watch.run())
        await until(lambda: watch.horizon is not None)
        await until(lambda: len(cluster.watched) + len(cluster.refused) == len(watch.health))
        watch.reader = ledger.reader()
        try:
            yield watch
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return run


async def seen(watch, cluster, clock, at):
    """Let everything be seen up to `at`, and be written."""
    clock.now = float(at)
    cluster.bookmark()
    await until(lambda: watch.horizon == at and cluster.is_told)


async def test_what_happens_is_in_the_ledger_while_it_happens(watching, cluster, clock):
    cluster.put(CRON_JOBS, cronjob())
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT)
        await until(lambda: watch.reader.slot_state("cleanup", SLOT) is SlotState.DUE)
        cluster.put(JOBS, job())
        cluster.put(PODS, pod(state=running()))
        await until(lambda: watch.reader.slot_state("cleanup", SLOT) is SlotState.RUNNING)
        cluster.put(PODS, pod(state=ended(0)))
        cluster.put(JOBS, job(conditions=COMPLETE))
        await until(lambda: watch.reader.slot_state("cleanup", SLOT) is SlotState.SUCCEEDED)

        [attempt] = watch.reader.run(JOB_UID).attempts
        assert attempt.exit_code == 0


async def test_the_last_notes_are_written_when_it_ends(watching, cluster, clock, tmp_path):
    cluster.put(CRON_JOBS, cronjob())
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT)
        await until(lambda: watch.reader.slot_state("cleanup", SLOT) is SlotState.DUE)
        reader = watch.reader
        watch._tracker._jobs.job(_present(job()), SLOT)

    assert reader.slot_state("cleanup", SLOT) is SlotState.RUNNING


def _present(found):
    from rota.kubernetes.reflector import Change, ChangeKind  # noqa: PLC0415 (for this test alone)

    return Change(ChangeKind.PRESENT, JOBS, found)


async def test_one_that_is_started_again_knows_what_it_did_not_see(watching, cluster, clock):
    cluster.put(CRON_JOBS, cronjob())
    cluster.put(JOBS, job())
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT + 10)
        await until(lambda: watch.reader.slot_state("cleanup", SLOT) is SlotState.RUNNING)

    cluster.delete(JOBS, job())
    clock.now += 600
    async with watching() as watch:
        await until(lambda: watch.reader.slot_state("cleanup", SLOT) is SlotState.LOST)
        assert watch.reader.gaps() == [(SLOT + 10.0, SLOT + 610.0)]


async def test_a_version_that_expired_leaves_a_gap_and_nothing_else(watching, cluster, clock):
    cluster.put(CRON_JOBS, cronjob(startingDeadlineSeconds=60))
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT - 5)
        clock.now = SLOT + 5.0
        cluster.expire()
        await until(lambda: watch.reader.gaps() != [])
        await seen(watch, cluster, clock, SLOT + 300)
        await until(lambda: watch.reader.slot_state("cleanup", SLOT) is None)

        assert watch.reader.skips("cleanup", SLOT, SLOT) == []
        assert set(watch.reader.gaps()) == {(SLOT - 5.0, SLOT + 5.0)}
        assert watch.health["Job"].relists == {"start": 1, "expired": 1}


async def test_without_the_right_to_read_events_the_rest_is_seen(watching, cluster, clock):
    cluster.refused.add(EVENTS.plural)
    cluster.put(CRON_JOBS, cronjob(startingDeadlineSeconds=60))
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT)
        await seen(watch, cluster, clock, SLOT + 300)
        await until(lambda: watch.reader.skips("cleanup", SLOT, SLOT) != [])

        assert watch.reader.skips("cleanup", SLOT, SLOT)[0].skipped.reason is SkipReason.TOO_LATE
        assert "events is forbidden" in watch.health["Event"].error


async def test_up_to_when_all_was_seen_is_what_the_slowest_watch_has_heard(
    watching, clock, cluster
):
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT)
        clock.now = SLOT + 50.0
        cluster.put(JOBS, job())
        await until(lambda: watch.health["Job"].heard_at == SLOT + 50.0)

        assert watch.horizon == SLOT


async def test_it_is_blind_since_the_watch_that_was_cut_first(watching, clock, cluster):
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT)
        assert watch.blind_since is None
        for kind, heard_at in (("Job", SLOT - 20.0), ("Pod", SLOT - 5.0)):
            watch.health[kind].connected, watch.health[kind].heard_at = False, heard_at
        # Events are optional.
        watch.health["Event"].connected = False

        assert watch.blind_since == SLOT - 20


async def test_before_the_first_lists_it_is_blind_since_the_one_before(
    watching, clock, cluster, tmp_path
):
    path = tmp_path / "console.sqlite3"
    ledger = ConsoleLedger(path, clock)
    assert ReleaseWatch(cluster, "shop", "rota", ledger, clock).blind_since == clock.now
    ledger.close()
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT)
    clock.now = SLOT + 900.0

    assert ReleaseWatch(cluster, "shop", "rota", ledger, clock).blind_since == SLOT
    ledger.close()


async def test_a_cluster_without_cronjobs_is_seen_too(watching, clock, cluster):
    async with watching() as watch:
        await seen(watch, cluster, clock, SLOT)
        await until(lambda: watch.reader.watched_until() == SLOT)
        # A disk is not kept busy by the passing of time.
        await seen(watch, cluster, clock, SLOT + 5)
        assert watch.reader.watched_until() == SLOT
        await seen(watch, cluster, clock, SLOT + 10)
        await until(lambda: watch.reader.watched_until() == SLOT + 10)
