"""The metrics of a console, of a cluster in memory."""

import asyncio
import contextlib

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rota.kubernetes.release_watch import ReleaseWatch
from rota.kubernetes.resources import CRON_JOBS, JOBS, PODS
from rota.ledger.console import ConsoleLedger
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.records import RecordedRun, RecordedSkip
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.observers.metric_table import METRICS
from rota.status.board import Board
from rota.web.console_metrics import ConsoleMetrics
from support.fault_server import until
from support.kubernetes_objects import JOB_UID, SLOT, cronjob, ended, job, pod, running
from support.statuses import FixedClock
from support.watched_api import FakeCluster

HOUR = 3600
COMPLETE = [("Complete", "CompletionsReached")]


class Counted:
    """A watch with the metrics of it."""

    def __init__(self, folder):
        self.path = folder / "console.sqlite3"
        self.clock = FixedClock(SLOT - 600.0)
        self.cluster = FakeCluster()
        self.ledger = self.metrics = self.watch = None

    async def _sleep(self, _):
        await asyncio.sleep(0.001)

    @contextlib.asynccontextmanager
    async def watching(self):
        self.ledger = ConsoleLedger(self.path, self.clock)
        self.metrics = ConsoleMetrics(self.ledger, self.clock)
        self.watch = ReleaseWatch(
            self.cluster,
            "shop",
            "rota",
            self.ledger,
            self.clock,
            on_noted=self.metrics.noted,
            sleep=self._sleep,
        )
        assert await self.metrics.render("") is None
        self.metrics.attach(
            self.watch, lambda: Board(self.watch.tasks(), self.ledger.reader(), self.clock)
        )
        task = asyncio.ensure_future(self.watch.run())
        try:
            await until(lambda: self.watch.horizon is not None)
            await until(lambda: len(self.cluster.watched) == len(self.watch.health))
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self.metrics.close()

    async def families(self):
        text, _ = await self.metrics.render("")
        return {each.name: each for each in text_string_to_metric_families(text.decode())}

    async def samples(self):
        """Every sample's value by its name and the values of its labels, sorted by their names."""
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in (await self.families()).values()
            for sample in family.samples
        }

    async def eventually(self, key, value):
        async with asyncio.timeout(30):
            while (await self.samples()).get(key) != value:  # noqa: ASYNC110 (no event tells of it)
                await asyncio.sleep(0.002)

    async def seen(self, at):
        self.clock.now = float(at)
        self.cluster.bookmark()
        await until(lambda: self.watch.horizon == at and self.cluster.is_told)


@pytest.fixture
def counted(tmp_path):
    return Counted(tmp_path)


async def test_every_metric_of_the_table_is_there_from_the_start(counted):
    counted.cluster.put(CRON_JOBS, cronjob())
    async with counted.watching():
        names = {name.removesuffix("_total").removesuffix("_info") for name in METRICS}
        families = await counted.families()
        samples = await counted.samples()

    assert {name.removesuffix("_info") for name in families} == names
    assert samples["rota_task_runs_total", "failed", "cleanup"] == 0
    assert samples["rota_task_slots_skipped_total", "refused", "cleanup"] == 0
    assert samples["rota_task_next_slot_timestamp_seconds", "cleanup"] == SLOT
    assert samples["rota_watch_connected", "Pod"] == 1
    assert samples["rota_watch_relists_total", "Pod", "start"] == 1
    assert samples["rota_watch_relists_total", "Pod", "expired"] == 0
    assert samples["rota_watch_heard_timestamp_seconds", "Job"] == SLOT - 600
    assert samples["rota_watch_horizon_timestamp_seconds",] == SLOT - 600
    assert samples["rota_watch_blind_seconds_total",] == 0
    assert samples["rota_leader",] == 1


async def test_a_run_is_counted_once_however_often_it_is_seen(counted):
    succeeded = ("rota_task_runs_total", "succeeded", "cleanup")
    limits = {"spec": {"activeDeadlineSeconds": 900}}
    counted.cluster.put(CRON_JOBS, cronjob(jobTemplate=limits))
    async with counted.watching():
        await counted.seen(SLOT)
        counted.cluster.put(JOBS, job())
        counted.cluster.put(PODS, pod(state=running()))
        await counted.eventually(("rota_task_running", "cleanup"), 1)
        run_due = (await counted.samples())["rota_task_run_due_timestamp_seconds", "cleanup"]
        assert run_due == SLOT + 5 + 900 + 60
        counted.cluster.put(PODS, pod(state=ended(0, message={"counts": {"sent": 4}})))
        counted.cluster.put(JOBS, job(conditions=COMPLETE))
        await counted.eventually(succeeded, 1)
        counted.cluster.put(JOBS, job(conditions=COMPLETE, ready=0))
        await counted.seen(SLOT + 60)
        samples = await counted.samples()

    assert samples[succeeded] == 1
    assert samples["rota_task_items_total", "sent", "cleanup"] == 4
    assert samples["rota_run_duration_seconds_sum",] == 4
    assert samples["rota_run_lateness_seconds_count",] == 1
    assert samples["rota_task_last_success_timestamp_seconds", "cleanup"] == SLOT + 9
    # The second slot after it, with the window and the budget.
    due = SLOT + 2 * HOUR + 3600 + 900 + 60
    assert samples["rota_task_success_due_timestamp_seconds", "cleanup"] == due

    async with counted.watching():
        await until(lambda: counted.ledger.reader().run(JOB_UID) is not None)
        counted.cluster.put(JOBS, job(conditions=COMPLETE, ready=1))
        await counted.seen(SLOT + 90)
        samples = await counted.samples()
        # It is known: a restart counts it no second time.
        assert samples[succeeded] == 0
        assert samples["rota_task_items_total", "sent", "cleanup"] == 0
        assert samples["rota_watch_blind_seconds_total",] >= 0


async def test_skips_and_what_nobody_saw_are_counted(counted):
    counted.cluster.put(CRON_JOBS, cronjob(startingDeadlineSeconds=60))
    async with counted.watching():
        await counted.seen(SLOT - 5)
        counted.clock.now = SLOT - 1.0
        counted.cluster.expire()
        await counted.eventually(("rota_watch_relists_total", "Job", "expired"), 1)
        # Both of CronJobs and of Jobs, but the same four seconds.
        await counted.eventually(("rota_watch_blind_seconds_total",), 4)
        await counted.seen(SLOT)
        await counted.seen(SLOT + 300)
        await counted.eventually(("rota_task_slots_skipped_total", "too_late", "cleanup"), 1)


def test_a_run_by_hand_is_not_late(counted):
    metrics = ConsoleMetrics(ConsoleLedger(counted.path, counted.clock), counted.clock)
    state = SlotState.SUCCEEDED
    by_hand = RecordedRun("t", "u", Trigger.MANUAL, None, state, SLOT + 5.0, 2.0)
    on_time = RecordedRun("t", "v", Trigger.SCHEDULE, SLOT, state, SLOT + 5.0, 2.0)

    metrics.noted(ConsoleNotes(), [by_hand, on_time])

    buckets, total = metrics._metrics._distributions["rota_run_lateness_seconds"].buckets()
    assert (buckets[-1][1], total) == (1, 5)


def test_several_slots_in_one_skip_are_as_many(counted):
    metrics = ConsoleMetrics(ConsoleLedger(counted.path, counted.clock), counted.clock)
    skipped = SlotsSkipped("t", SLOT, SLOT + 600, 3, capped=False, reason=SkipReason.SUSPENDED)

    metrics.noted(ConsoleNotes(skips=[RecordedSkip(skipped, SLOT + 700.0)]), [])

    counts = metrics._metrics._counts["rota_task_slots_skipped_total"].values()
    assert counts["t", "suspended"] == 3


async def test_a_task_that_is_gone_has_no_gauges(counted):
    counted.cluster.put(CRON_JOBS, cronjob())
    async with counted.watching():
        await counted.eventually(("rota_task_suspended", "cleanup"), 0)
        counted.cluster.delete(CRON_JOBS, cronjob())
        await counted.eventually(("rota_task_suspended", "cleanup"), None)


async def test_a_ledger_that_cannot_be_read_hides_no_watch(counted, caplog):
    caplog.set_level("WARNING")
    async with counted.watching():
        counted.path.rename(counted.path.with_name("away"))
        samples = await counted.samples()

    assert samples["rota_watch_connected", "Job"] == 1
    assert samples["rota_store_rows",] == 0
    assert "metrics.without_history" in caplog.text
