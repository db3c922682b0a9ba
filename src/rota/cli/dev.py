"""`rota dev`."""

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click

from rota.cli.numbers import FiniteRange
from rota.dev.travel import MOST_SPEED
from rota.model.errors import SettingsError, UsageError
from rota.model.exit_codes import ExitCode
from rota.runtime import streams
from rota.runtime.signals import StopSignals

if TYPE_CHECKING:
    from rota.dev.loop import DevLoop
    from rota.dev.view import View


@click.command(
    "dev",
    epilog="\b\nExamples:\n  ROTA_TASKS=shop.tasks rota dev\n"
    "  rota dev --at '2027-03-28 01:30 Europe/Berlin' --speed 60",
)
@click.option(
    "--api",
    metavar="URL",
    help="The Business API to call.  [default: BUSINESS_API_URL, else an embedded one]",
)
@click.option(
    "--at",
    metavar="INSTANT",
    help="The time at which each start begins: RFC 3339, or a local time with its zone.  "
    "[default: now]",
)
@click.option(
    "--speed",
    type=FiniteRange(1, MOST_SPEED),
    default=1.0,
    metavar="TIMES",
    help="How many seconds pass in one.  [default: 1]",
)
def dev_command(*, api: str | None, at: str | None, speed: float) -> int:
    """Run all tasks while you write them, and start anew when their files are saved.

    On a terminal it shows a table below the log: a task's key runs it now, `r` reloads, `q` quits.
    Code that cannot be imported is shown, and the next save is tried. Nothing is kept: each start
    has a new ledger. Ctrl-C ends all of it, with exit code 0.

    With --at and --speed the tasks live in another time: see what they do when the clocks change.
    """
    from rota.cli.moments import moment_of  # noqa: PLC0415 (--help works without)
    from rota.runtime.process import run_process  # noqa: PLC0415

    begin = None if at is None else moment_of("--at", at).timestamp()
    return run_process(_develop(None if api is None else _url(api), begin, speed))


def _url(text: str) -> str:
    from rota.net.addresses import parse_base_url  # noqa: PLC0415 (as above)

    try:
        return parse_base_url(text)
    except SettingsError as error:
        raise UsageError(f"--api: {error}") from None


async def _develop(api: str | None, at: float | None, speed: float) -> ExitCode:
    from rota.demo.business_api import create_app  # noqa: PLC0415 (as above)
    from rota.demo.store import DemoOptions, DemoStore  # noqa: PLC0415
    from rota.dev.loop import LONGEST_STOP_SECONDS, DevLoop  # noqa: PLC0415
    from rota.dev.messages import World  # noqa: PLC0415
    from rota.dev.sources import Watcher, places_here  # noqa: PLC0415
    from rota.web.server import serving  # noqa: PLC0415

    store = DemoStore(DemoOptions(refill=3, expired=7, expired_per_minute=60))
    store.add_numbered(12)
    live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    view, watcher, environment = _view(live=live), Watcher(places_here()), _environment(live=live)
    loop = asyncio.get_running_loop()
    async with serving(create_app(store), "127.0.0.1", 0) as demo:
        world = World(demo=demo, api=api, at=at, speed=speed)
        dev = DevLoop(view, watcher, world=world, environment=environment)
        signals = StopSignals(
            lambda _: _wake(loop, dev),
            hard_stop_seconds=LONGEST_STOP_SECONDS,
            exit_code=ExitCode.SUCCEEDED,
        )
        with signals:
            await _run(dev, keys=live)
            signals.settle(ExitCode.SUCCEEDED)
    return ExitCode.SUCCEEDED


async def _run(dev: "DevLoop", *, keys: bool) -> None:
    from rota.dev.child import Child  # noqa: PLC0415 (as above)
    from rota.dev.keys import pressed_at_once  # noqa: PLC0415

    child = Child(on_message=dev.on_message, on_line=dev.on_line, on_end=dev.on_end)
    try:
        with pressed_at_once() if keys else contextlib.nullcontext() as keyboard:
            if keyboard is not None:
                _listen(dev, keyboard)
            await dev.run(child)
            if keyboard is not None:
                asyncio.get_running_loop().remove_reader(keyboard)
    finally:
        await dev.end(child)


def _listen(dev: "DevLoop", keyboard: int) -> None:
    from rota.dev.keys import Quit, read_keys  # noqa: PLC0415 (as above)

    loop = asyncio.get_running_loop()

    def read() -> None:
        keys = read_keys(keyboard)
        if keys:
            dev.press(keys)
        else:
            # The terminal was closed.
            loop.remove_reader(keyboard)
            dev.ask(Quit())

    loop.add_reader(keyboard, read)


def _wake(loop: asyncio.AbstractEventLoop, dev: "DevLoop") -> None:
    from rota.dev.keys import Quit  # noqa: PLC0415 (as above)

    loop.call_soon_threadsafe(dev.ask, Quit())


def _view(*, live: bool) -> "View":
    from rota.dev.view import PlainView  # noqa: PLC0415 (as above)

    if not live:
        return PlainView()
    from rich.console import Console  # noqa: PLC0415

    from rota.dev.screen import Screen  # noqa: PLC0415

    no_color = True if streams.refuses_colour() else None
    return Screen(Console(no_color=no_color, highlight=False), keys=sys.stdin.isatty())


def _environment(*, live: bool) -> dict[str, str]:
    """Return the child's environment: prints at once, and no bytecode.

    A file that is saved twice within a second and keeps its size would be taken for its bytecode.
    """
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if live:
        environment.setdefault("ROTA_LOG_FORMAT", "console")
    return environment
