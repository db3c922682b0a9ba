"""Everything that a scheduler serves, over a real socket."""

import contextlib

import httpx

from rota.ledger.backfill_log import BackfillLog, path_beside
from rota.ledger.records import recorded_end
from rota.ledger.sqlite import SqliteLedger
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from rota.web.scheduler_web import SchedulerWeb
from support.ledger_runs import START, record
from support.statuses import FixedClock


async def nothing(api_client):
    pass


async def test_a_look_at_a_page_has_the_scheduler_take_in_what_a_backfill_did_beside_it(tmp_path):
    path, clock = tmp_path / "rota.sqlite3", FixedClock(START + 60)
    settings = Settings(_env_file=None, web_address="127.0.0.1:0")
    ledger = SqliteLedger(path, clock)
    scheduler = TaskScheduler(object(), settings=settings, clock=clock, ledger=ledger)
    scheduler.register_task("bills", nothing, 3600)
    web = SchedulerWeb(settings, ledger, clock)
    await scheduler.start()
    async with contextlib.AsyncExitStack() as servers:
        servers.push_async_callback(scheduler.stop)
        url = await web.serve(scheduler, servers)
        client = await servers.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60))
        while ledger.flush():
            ledger._writing.result()
        BackfillLog(path_beside(path)).note("bills", recorded_end(record("made-up", task="bills")))
        await client.get("/")
        # What the scheduler does within a second.
        while ledger.flush():
            ledger._writing.result()
        after = (await client.get("/api/v1/runs")).json()["items"]
    web.close()

    assert [(run["run_id"], run["trigger"]) for run in after] == [("made-up", "backfill")]
