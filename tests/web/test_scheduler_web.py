"""Everything that a scheduler serves, over a real socket."""

import contextlib
from pathlib import Path

import httpx
import pytest

from rota.ledger.backfill_log import BackfillLog, path_beside
from rota.ledger.records import recorded_end
from rota.ledger.sqlite import SqliteLedger
from rota.scheduler import TaskScheduler
from rota.settings import Settings, WebAccess
from rota.web.scheduler_web import SchedulerWeb
from support.ledger_runs import START, record
from support.statuses import FixedClock


async def nothing(api_client):
    pass


@contextlib.asynccontextmanager
async def served(path, **settings):
    """Give a client of a scheduler's pages and its ledger; they begin as in `rota scheduler`."""
    clock = FixedClock(START + 60)
    settings = Settings(_env_file=None, web_address="127.0.0.1:0", **settings)
    ledger = SqliteLedger(path, clock)
    scheduler = TaskScheduler(object(), settings=settings, clock=clock, ledger=ledger)
    scheduler.register_task("bills", nothing, 3600)
    web = SchedulerWeb(settings, ledger, clock)
    async with contextlib.AsyncExitStack() as servers:
        servers.push_async_callback(scheduler.stop)
        url = await web.serve(scheduler, servers)
        await scheduler.start()
        yield await servers.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60)), ledger
    web.close()


async def test_a_look_at_a_page_has_the_scheduler_take_in_what_a_backfill_did_beside_it(tmp_path):
    path = tmp_path / "rota.sqlite3"
    async with served(path) as (client, ledger):
        while ledger.flush():
            ledger._writing.result()
        BackfillLog(path_beside(path)).note("bills", recorded_end(record("made-up", task="bills")))
        await client.get("/")
        # What the scheduler does within a second.
        while ledger.flush():
            ledger._writing.result()
        after = (await client.get("/api/v1/runs")).json()["items"]

    assert [(run["run_id"], run["trigger"]) for run in after] == [("made-up", "backfill")]


async def test_it_asks_its_readers_who_they_are_as_the_settings_say(tmp_path):
    (tmp_path / "secret").write_text("ada:correct horse\n")
    settings = {"web_access": WebAccess.BASIC, "web_secret_file": tmp_path / "secret"}
    async with served(tmp_path / "rota.sqlite3", **settings) as (client, _):
        refused = await client.get("/")
        answered = await client.get("/", auth=("ada", "correct horse"))

    assert (refused.status_code, answered.status_code) == (401, 200)


@pytest.mark.fault(116)
async def test_it_names_its_ledger_also_after_a_task_has_changed_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with served(Path("rota.sqlite3")) as (client, _):
        monkeypatch.chdir("/")
        shown = (await client.get("/api/v1/system")).json()["ledger"]

    assert shown["path"] == str(tmp_path / "rota.sqlite3")
    assert shown["bytes"] > 0
