"""What `rota demo` shows: both reference tasks once, then on schedule, and what the API saw."""

import asyncio
from collections.abc import Callable, Sequence

from rota.app import STATE_OFF, App
from rota.demo.business_api import create_app
from rota.demo.store import DemoOptions, DemoStore
from rota.model.context import Stop
from rota.model.exit_codes import ExitCode
from rota.model.outcome import exit_code_of_signal
from rota.model.run import RunRecord, Trigger
from rota.runs.runner import new_run
from rota.settings import Settings, TaskOverrides
from rota.tasks import register_tasks
from rota.tasks.definition import TaskDefinition
from rota.tasks.registry import Registry
from rota.web.server import serving

PENDING_AT_FIRST = 12
EXPIRED_AT_FIRST = 7
INTERVAL_SECONDS = 2
SLOTS_SHOWN = 3

_LOOPBACK = "127.0.0.1"


async def tour(
    settings: Settings, say: Callable[[str], None], stop: Stop, *, console: str = ""
) -> ExitCode:
    """Run the tour against an API of its own; `stop` ends it early. Takes about seven seconds.

    With `console`, an address to listen on, it goes on until the stop and shows its pages there.
    """
    store = DemoStore(
        DemoOptions(page_size=5, refill=3, expired=EXPIRED_AT_FIRST, expired_per_minute=60)
    )
    store.add_numbered(PENDING_AT_FIRST)
    async with serving(create_app(store), _LOOPBACK, 0) as url:
        settings = _demo_settings(settings, url, console)
        async with App(settings) as app:
            registry = Registry(settings)
            register_tasks(registry)
            say(f"A Business API listens on {url} with {PENDING_AT_FIRST} pending notifications")
            say(f"and {EXPIRED_AT_FIRST} expired records. Each task once, as `rota run TASK` does:")
            ends = [await _run_once(task, app, stop) for task in registry.found.values()]
            say(f"\nBoth on schedule, every {INTERVAL_SECONDS} s, as `rota scheduler` does:")
            await _run_on_schedule(app, list(registry.found.values()), stop, say)
    if not console:
        say("\nWhat the Business API saw:")
        _report_calls(store, say)
    _report_sums(store, say)
    if not console:
        say("\nTo see it on a page that stays open: rota demo --serve 127.0.0.1:8080")
    if stop.requested and not console:
        return exit_code_of_signal(stop.signal_number)
    return max(end.exit_code for end in ends)


def _demo_settings(settings: Settings, url: str, console: str) -> Settings:
    often = TaskOverrides(interval_seconds=INTERVAL_SECONDS, run_on_start=False)
    return settings.model_copy(
        update={
            "business_api_url": url,
            "api_client": "rota.api:BusinessApiClient",
            "api_token": None,
            "api_token_file": None,
            "ping_url": None,
            "ping_url_file": None,
            "health_address": "",
            "state_path": STATE_OFF,
            "web_address": console,
            "task": {"cleanup": often, "notifications": often},
        }
    )


async def _run_once(task: TaskDefinition, app: App, stop: Stop) -> RunRecord:
    ended: asyncio.Future[RunRecord] = asyncio.get_running_loop().create_future()
    run = new_run(task, Trigger.MANUAL, None, clock=app.clock)
    app.runner(stop).start(task, run, on_ended=lambda _, record: ended.set_result(record))
    return await ended


async def _run_on_schedule(
    app: App, tasks: Sequence[TaskDefinition], stop: Stop, say: Callable[[str], None]
) -> None:
    scheduler = app.scheduler(tasks)
    console = await app.serve(scheduler)
    seconds = None if console else (SLOTS_SHOWN + 0.5) * INTERVAL_SECONDS
    await scheduler.start()
    app.recall()
    if console:
        say(f"The console is at {console}/ until you press Ctrl-C")
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
    finally:
        await scheduler.stop()


def _report_calls(store: DemoStore, say: Callable[[str], None]) -> None:
    for call in store.calls:
        say(f"  {call.time[11:19]}  {call.status}  {call.method:4}  {call.path}")


def _report_sums(store: DemoStore, say: Callable[[str], None]) -> None:
    summary = store.summary()
    say(
        f"\n{summary['sent']} notifications sent, {len(summary['sent_twice'])} of them twice; "
        f"{summary['pending']} pending; {summary['deleted']} expired records deleted "
        f"in {summary['cleanups']} cleanups."
    )
