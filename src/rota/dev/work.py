"""What the child does: all tasks in one scheduler, until SIGTERM or until its parent is gone."""

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rota.app import STATE_OFF, App
from rota.dev.link import Link
from rota.dev.messages import ChildOptions, World
from rota.dev.sources import Places, places_of_modules, places_of_targets
from rota.dev.telling import PAUSE_SECONDS, Teller
from rota.dev.travel import FastClock, FastLoop, StampedBy
from rota.logs.protection import protected_loggers
from rota.logs.redaction import redact
from rota.model.clock import Clock, SystemClock
from rota.model.errors import RotaError
from rota.model.exit_codes import ExitCode
from rota.processes import HARD_STOP_SECONDS
from rota.runs.blocked_loop import BlockedLoop
from rota.runtime.process import run_process
from rota.runtime.signals import StopSignals
from rota.runtime.watchdog import Watchdog
from rota.settings import Settings, load_settings, setup_logging
from rota.settings.installed import installed
from rota.tasks.definition import TaskDefinition
from rota.tasks.discovery import ENTRY_POINT_GROUP, discover
from rota.tasks.registry import check_not_empty


def work(argument: str) -> int:
    """Run the child with the options in `argument`; return its exit code."""
    options = ChildOptions.parsed(argument)
    link = Link(options.messages)
    link.listen()
    try:
        settings = _for_development(load_settings(), options.world)
        tasks = _found(settings, link, again=options.again)
        # Again, since a module may have configured logging while it was imported.
        setup_logging()
        clock, new_loop = _time_of(options.world)
        with protected_loggers():
            return run_process(_schedule(tasks, settings, link, clock), new_loop=new_loop)
    except RotaError as error:
        text = redact(str(error))
        for line in text.splitlines():
            sys.stderr.write(f"rota: error: {line}\n")
        link.send({"event": "refused", "text": text})
        return error.exit_code


def _for_development(settings: Settings, world: World) -> Settings:
    """Return the settings with a state that ends with the process, and without dead-man pings.

    Spans that are dated elsewhere are of no use to a collector.
    """
    update: dict[str, object] = {
        "state_path": STATE_OFF,
        "ping_url": None,
        "ping_url_file": None,
    }
    if world.is_elsewhere:
        update["traces"] = False
    if world.api is not None:
        update["business_api_url"] = world.api
    elif "business_api_url" not in settings.model_fields_set:
        update |= {"business_api_url": world.demo, "api_token": None, "api_token_file": None}
    return settings.model_copy(update=update)


def _time_of(world: World) -> tuple[Clock, Callable[[], asyncio.AbstractEventLoop]]:
    """Return the clock and the loop of a child; the log follows the clock."""
    if not world.is_elsewhere:
        return SystemClock(), asyncio.new_event_loop
    start = SystemClock().timestamp() if world.at is None else world.at
    clock = FastClock(start=start, speed=world.speed)
    for handler in logging.getLogger().handlers:
        handler.addFilter(StampedBy(clock))
    return clock, lambda: FastLoop(world.speed)


def _found(settings: Settings, link: Link, *, again: bool) -> list[TaskDefinition]:
    """Return the tasks; tell what to watch before and after, since they may be broken."""
    setup_logging()
    with suppress(OSError):
        # As discovery does, so that the same modules are found.
        sys.path.append(str(Path.cwd()))
    points = [point.value for point in installed(ENTRY_POINT_GROUP)]
    before = set(sys.modules)
    _send_places(link, places_of_targets([*settings.tasks, settings.api_client, *points]))
    try:
        tasks = discover(settings).selected()
    finally:
        new = [module for name, module in sys.modules.copy().items() if name not in before]
        _send_places(link, places_of_modules(new))
    check_not_empty(tasks)
    # What ran at the first start would run with every file that is saved.
    return [replace(task, run_on_start=False) for task in tasks] if again else tasks


def _send_places(link: Link, places: Places) -> None:
    named = {name: sorted(getattr(places, name)) for name in ("files", "folders", "flat")}
    link.send({"event": "sources", **named})


def _told(clock: Clock) -> Mapping[str, float] | None:
    if not isinstance(clock, FastClock):
        return None
    return {name: getattr(clock, name) for name in ("start", "speed", "began")}


async def _schedule(
    tasks: Sequence[TaskDefinition], settings: Settings, link: Link, clock: Clock
) -> ExitCode:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    # The loop may be a fast one.
    speed = clock.speed if isinstance(clock, FastClock) else 1
    teller = Teller(link.send, clock, pause_seconds=PAUSE_SECONDS * speed)
    async with App(settings, observers=[teller], clock=clock) as app:
        scheduler = app.scheduler(tasks)
        blocked: BlockedLoop | None = None
        watchdog = Watchdog()

        def stop(number: int) -> None:
            scheduler.request_stop(number)
            stopped.set()

        signals = StopSignals(
            lambda number: loop.call_soon_threadsafe(stop, number),  # type: ignore[arg-type]  # its result is of no use
            hard_stop_seconds=settings.grace_seconds + HARD_STOP_SECONDS,
            exit_code=ExitCode.SUCCEEDED,
            on_hard_stop=lambda number: blocked.stop(number) if blocked else None,
        )
        link.on_run = lambda name: loop.call_soon_threadsafe(scheduler.run_now, name)  # type: ignore[assignment]
        with signals:
            await app.serve(scheduler)
            watchdog.start()
            await scheduler.start()
            app.recall()
            blocked = BlockedLoop(scheduler.runner, app.close_observers)
            link.send({"event": "ready", "api": settings.business_api_url, "clock": _told(clock)})
            telling = asyncio.create_task(teller.tell_tasks(scheduler))
            await stopped.wait()
            telling.cancel()
            await scheduler.stop()
            watchdog.stop()
    return ExitCode.SUCCEEDED
