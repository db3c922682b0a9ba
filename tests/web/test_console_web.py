"""What `rota console` serves, of a cluster in memory."""

import asyncio
import contextlib

import httpx
import pytest

from rota.kubernetes.release_watch import ReleaseWatch
from rota.kubernetes.resources import CRON_JOBS, JOBS, PODS
from rota.ledger.console import ConsoleLedger
from rota.model.errors import SettingsError
from rota.settings import Settings
from rota.web.console_web import ConsoleWeb, blind_notes
from support.fault_server import until
from support.html import Page
from support.kubernetes_objects import JOB_UID, SLOT, cronjob, ended, job, pod
from support.statuses import FixedClock
from support.watched_api import FakeCluster

COMPLETE = [("Complete", "CompletionsReached")]


class Served:
    """A console on a free port, and the cluster that it watches."""

    def __init__(self, folder):
        self.cluster = FakeCluster()
        self.clock = FixedClock(SLOT - 600.0)
        settings = Settings(web_address="127.0.0.1:0", release="rota")
        self.ledger = ConsoleLedger(folder / "console.sqlite3", self.clock)
        self.web = ConsoleWeb(settings, self.ledger, self.clock)
        self.watch = ReleaseWatch(
            self.cluster,
            "shop",
            "rota",
            self.ledger,
            self.clock,
            on_noted=self.web.noted,
            sleep=self._sleep,
        )
        self.client = None

    async def _sleep(self, _):
        await asyncio.sleep(0.001)

    async def ask(self, path):
        return await self.client.get(path)

    async def json(self, path):
        return (await self.ask(f"/api/v1/{path}")).json()

    async def seen(self, at):
        """Let everything be seen up to `at`."""
        self.clock.now = float(at)
        self.cluster.bookmark()
        await until(lambda: self.watch.horizon == at and self.cluster.is_told)


@pytest.fixture
async def served(tmp_path):
    console = Served(tmp_path)
    async with contextlib.AsyncExitStack() as servers:
        url = await console.web.serve(console.watch, servers, namespace="shop", instance="rota")
        console.client = await servers.enter_async_context(httpx.AsyncClient(base_url=url))
        yield console


@contextlib.asynccontextmanager
async def watching(console):
    task = asyncio.ensure_future(console.watch.run())
    try:
        await until(lambda: console.watch.is_noted)
        await until(lambda: len(console.cluster.watched) == len(console.watch.health))
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_it_never_has_actions(served):
    console = served
    settings = Settings(_env_file=None, web_address="127.0.0.1:0", web_actions=True)
    web = ConsoleWeb(settings, console.ledger, console.clock)
    async with contextlib.AsyncExitStack() as servers:
        with pytest.raises(SettingsError, match="ROTA_WEB_ACTIONS: a console changes nothing"):
            await web.serve(console.watch, servers, namespace="shop", instance="shop")


async def test_it_is_ready_once_everything_is_listed_and_stays_so(served):
    assert (await served.ask("/readyz")).status_code == 503
    assert "has not listed" in (await served.ask("/readyz")).text
    assert (await served.ask("/livez")).status_code == 200

    served.cluster.put(CRON_JOBS, cronjob(suspend=True))
    async with watching(served):
        assert (await served.ask("/readyz")).status_code == 200
        health = (await served.ask("/healthz")).json()
        assert health["tasks"] == {"total": 1, "suspended": 1, "gone": 0}
        assert health["blind_since"] is None
        assert health["watches"]["Job"]["connected"] is True
    assert (await served.ask("/readyz")).status_code == 200


async def test_it_is_not_ready_before_the_pages_can_show_what_was_listed(served):
    served.cluster.put(CRON_JOBS, cronjob())
    served.cluster.put(JOBS, job())
    written, write = asyncio.Event(), served.ledger.write
    loop = asyncio.get_running_loop()

    def slow_write(notes):
        asyncio.run_coroutine_threadsafe(written.wait(), loop).result(30)
        return write(notes)

    served.ledger.write = slow_write
    task = asyncio.ensure_future(served.watch.run())
    await until(lambda: served.watch.horizon is not None)
    assert (await served.ask("/readyz")).status_code == 503

    written.set()
    await until(lambda: served.watch.is_noted)
    assert (await served.ask("/readyz")).status_code == 200
    assert (await served.json("runs"))["items"][0]["run_id"] == JOB_UID
    served.ledger.write = write
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_before_it_has_seen_anything_it_has_no_answer(served):
    for path in ("/", "/tasks/x", "/api/v1/tasks", "/api/v1/summary"):
        answer = await served.ask(path)
        assert answer.status_code == 503
        assert "he console has not seen the cluster yet" in answer.text, path
    # But how the watches do, which may say why.
    assert (await served.ask("/system")).status_code == 200
    assert (await served.json("system"))["watch"]["watches"]["Job"]["connected"] is False


async def test_tasks_come_change_and_go_as_cronjobs_do(served):
    async with watching(served):
        assert (await served.json("tasks"))["items"] == []
        assert "app.kubernetes.io/instance=rota" in (await served.ask("/")).text
        served.cluster.put(CRON_JOBS, cronjob())
        await until(lambda: served.cluster.is_told)
        [task] = (await served.json("tasks"))["items"]
        by_hand = (await served.json("tasks/cleanup"))["commands"][0]["command"]
        assert by_hand.endswith("--from=cronjob/rota-cleanup")
        page = (await served.ask("/tasks/cleanup")).text
        assert "--from=cronjob/rota-cleanup" in page
        assert "shop/rota" in page
        assert (task["name"], task["schedule"], task["state"]) == ("cleanup", "0 * * * *", "new")

        served.cluster.put(CRON_JOBS, cronjob(schedule="*/5 * * * *"))
        await until(lambda: served.cluster.is_told)
        assert (await served.json("tasks/cleanup"))["words"] == "every 5 minutes"

        await served.seen(SLOT)
        served.cluster.put(JOBS, job())
        served.cluster.put(PODS, pod(state=ended(0)))
        served.cluster.put(JOBS, job(conditions=COMPLETE))
        await until(lambda: served.ledger.reader().run(JOB_UID) is not None)
        served.cluster.delete(CRON_JOBS, cronjob())
        await served.seen(SLOT + 60)

        assert (await served.json("runs?task=cleanup"))["items"][0]["run_id"] == JOB_UID
        page = await served.ask("/tasks/cleanup")
        assert page.status_code == 200


async def test_readers_hear_which_tasks_have_news(served):
    served.cluster.put(CRON_JOBS, cronjob())
    position = served.web._news.position()
    async with watching(served):
        await until(lambda: served.web._news.since(position) == ["cleanup"])


async def test_each_page_says_since_when_the_cluster_is_not_seen(served):
    # Nothing was seen before this console began.
    began = "has not been seen since 2025-11-26T01:50:00Z, 0s ago."
    assert began in (await served.ask("/system")).text

    async with watching(served):
        await served.seen(SLOT)
        assert "has not been seen" not in (await served.ask("/system")).text
        health = served.watch.health["Job"]
        health.connected, health.error = False, "the API server is away"
        [note] = blind_notes(served.watch, SLOT + 75.0)

        assert note == (
            "The cluster has not been seen since 2025-11-26T02:00:00Z, 1m15s ago "
            "(the API server is away)."
        )


async def test_what_became_of_a_run_is_there_with_its_pods(served):
    served.cluster.put(CRON_JOBS, cronjob())
    async with watching(served):
        await served.seen(SLOT)
        served.cluster.put(JOBS, job())
        served.cluster.put(PODS, pod(state=ended(137, reason="OOMKilled")))
        served.cluster.put(JOBS, job(conditions=[("Failed", "BackoffLimitExceeded")]))
        await until(lambda: served.ledger.reader().run(JOB_UID) is not None)
        await until(lambda: served.ledger.reader().run(JOB_UID).exit_code == 137)
        run = await served.json(f"runs/{JOB_UID}")
        page = (await served.ask(f"/runs/{JOB_UID}")).text

    [attempt] = run["attempts"]
    assert (attempt["node"], attempt["exit_code"]) == ("node-1", 137)
    assert attempt["meaning"] == "killed by SIGKILL"
    assert "OOMKilled" in attempt["reason"]
    assert "kubectl --namespace shop logs rota-cleanup-29402040-x7k2p" in page
    assert "OOMKilled" in page
    waits = [Page(page).one("tr", id=f"wait-{number}").text for number in (1, 2)]
    assert waits[0] == "until the controllers had made its pod 1.0 s"
    assert waits[1].endswith("4.0 s")


async def test_how_the_watches_do_is_on_the_system_page_and_in_its_json(served):
    served.cluster.refused.add("events")
    served.cluster.put(CRON_JOBS, cronjob())
    task = asyncio.ensure_future(served.watch.run())
    try:
        await until(lambda: served.watch.horizon is not None)
        await until(lambda: served.watch.health["Event"].error is not None)
        facts = await served.json("system")
        page = (await served.ask("/system")).text
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    assert (facts["mode"], facts["namespace"], facts["tasks"]) == ("console", "shop", 1)
    assert facts["watch"]["watches"]["Event"]["connected"] is False
    assert "events is forbidden" in facts["watch"]["watches"]["Event"]["error"]
    # It is optional: all that matters is seen.
    assert facts["watch"]["blind_since"] is None
    assert "All that comes and goes is seen." in page
    assert "events is forbidden" in page
