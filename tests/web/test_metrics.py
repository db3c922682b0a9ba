import asyncio
import contextlib

import httpx
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from rota.ledger.memory import MemoryLedger
from rota.ledger.sqlite import SqliteLedger
from rota.model.errors import ConfigError
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from rota.testing import VirtualClock, VirtualLoop
from rota.web.metrics import metrics_routes
from rota.web.scheduler_metrics import SchedulerMetrics
from support.ledger_runs import START, record, run


@contextlib.asynccontextmanager
async def scraped(metrics):
    transport = httpx.ASGITransport(Starlette(routes=metrics_routes(metrics.render)))
    async with httpx.AsyncClient(transport=transport, base_url="http://rota") as client:
        yield client


def value_of(response, name, **labels):
    for family in text_string_to_metric_families(response.text):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None


async def sends(api_client):
    return {"sent": 2}


def told(ledger, clock_start=START, *, seconds=90):
    """Scrape before the start, after the start, and after some seconds of a task a minute."""

    async def story():
        clock = VirtualClock(clock_start)
        metrics = SchedulerMetrics(ledger)
        scheduler = TaskScheduler(
            object(),
            settings=Settings(_env_file=None),
            clock=clock,
            ledger=ledger,
            observers=metrics.observers,
        )
        scheduler.register_task("t", sends, 60)
        metrics.attach(scheduler, clock)
        async with scraped(metrics) as client:
            before = await client.get("/metrics")
            await scheduler.start()
            metrics.recall()
            started = await client.get("/metrics")
            await asyncio.sleep(seconds)
            later = await client.get("/metrics")
            await scheduler.stop()
            metrics.close()
            return before, started, later, await client.get("/metrics")

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story())


def test_a_scheduler_is_scraped_from_its_start_to_its_end():
    before, started, later, after = told(MemoryLedger())

    assert (before.status_code, after.status_code) == (503, 503)
    assert started.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert value_of(started, "rota_task_runs_total", task="t", outcome="succeeded") == 0
    assert value_of(later, "rota_task_runs_total", task="t", outcome="succeeded") == 1
    assert value_of(later, "rota_task_items_total", task="t", result="sent") == 2
    assert value_of(later, "rota_leader") == 1
    assert value_of(later, "rota_leader_transitions_total") == 1
    assert value_of(later, "rota_store_rows") == 1


def test_what_an_earlier_process_did_is_in_the_first_scrape(tmp_path):
    path = tmp_path / "rota.sqlite3"
    earlier = SqliteLedger(path, VirtualClock(START))
    earlier.open()
    for name, outcome in (("a", "succeeded"), ("b", "failed"), ("c", "timed_out")):
        earlier.run_started(run(name, slot=START), START)
        counts = {"sent": 1, "name": "x"}
        earlier.run_ended(record(name, outcome, slot=START + ord(name), counts=counts), owed=False)
    earlier.close()

    _, started, _, _ = told(SqliteLedger(path, VirtualClock(START)), START + 3600)

    assert value_of(started, "rota_task_last_success_timestamp_seconds", task="t") == START + 1.5
    assert value_of(started, "rota_task_consecutive_failures", task="t") == 2
    assert value_of(started, "rota_task_items_total", task="t", result="sent") == 0
    assert value_of(started, "rota_task_items_total", task="t", result="name") is None
    assert value_of(started, "rota_store_rows") == 3


class Unreadable(MemoryLedger):
    def reader(self):
        raise ConfigError("the ledger cannot be read")


def test_a_ledger_that_cannot_be_read_hides_its_own_numbers_alone(caplog):
    caplog.set_level("WARNING")
    _, started, later, _ = told(Unreadable())

    assert "metrics.without_history" in caplog.text
    assert value_of(started, "rota_store_rows") == 0
    assert value_of(later, "rota_task_runs_total", task="t", outcome="succeeded") == 1


def test_a_task_that_joins_later_has_its_series():
    async def story():
        clock = VirtualClock(START)
        ledger = MemoryLedger()
        metrics = SchedulerMetrics(ledger)
        scheduler = TaskScheduler(object(), clock=clock, ledger=ledger, observers=metrics.observers)
        metrics.attach(scheduler, clock)
        await scheduler.start()
        metrics.recall()
        scheduler.register_task("late", sends, 60)
        async with scraped(metrics) as client:
            response = await client.get("/metrics")
        await scheduler.stop()
        metrics.close()
        return response

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        response = runner.run(story())
    assert value_of(response, "rota_task_runs_total", task="late", outcome="failed") == 0


def test_pings_are_counted_by_what_became_of_them():
    async def story():
        metrics = SchedulerMetrics(MemoryLedger())
        metrics.attach(TaskScheduler(object()), VirtualClock(START))
        metrics.recall()
        for result in ("delivered", "failed", "delivered"):
            metrics.count_ping(result)
        async with scraped(metrics) as client:
            response = await client.get("/metrics")
        metrics.close()
        return response

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        response = runner.run(story())
    assert value_of(response, "rota_pings_total", result="delivered") == 2
    assert value_of(response, "rota_pings_total", result="failed") == 1
