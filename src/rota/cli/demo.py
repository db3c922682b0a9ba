"""`rota demo`."""

import asyncio

import click

from rota.model.context import Stop
from rota.model.exit_codes import ExitCode
from rota.net.addresses import parse_address
from rota.runtime.signals import StopSignals
from rota.settings import load_settings, setup_logging

# Pending answers and the stop of the scheduler take far less.
_HARD_STOP_SECONDS = 10.0


@click.command("demo", epilog="\b\nExamples:\n  rota demo\n  rota demo --serve 127.0.0.1:8080")
@click.option(
    "--api-only",
    metavar="HOST:PORT",
    help="Only serve the embedded Business API there, until SIGTERM or SIGINT.",
)
@click.option(
    "--serve",
    metavar="HOST:PORT",
    help="Show the console there, and go on until SIGTERM or SIGINT.",
)
def demo_command(*, api_only: str | None, serve: str | None) -> int:
    """Show rota at work with an embedded Business API; it touches nothing else."""
    from rota.runtime.process import run_process  # noqa: PLC0415 (--help works without)

    setup_logging()
    if serve:
        parse_address(serve, "--serve")
    return run_process(_serve(api_only) if api_only else _show(serve or ""))


async def _show(console: str) -> ExitCode:
    from rota.demo.tour import tour  # noqa: PLC0415 (as above)

    stop, signals = _stop_on_signal()
    with signals:
        return await tour(load_settings(), click.echo, stop, console=console)


async def _serve(address: str) -> ExitCode:
    from rota.demo.business_api import create_app  # noqa: PLC0415 (as above)
    from rota.demo.store import DemoOptions, DemoStore  # noqa: PLC0415
    from rota.web.server import serving  # noqa: PLC0415

    host, port = parse_address(address, "--api-only")
    store = DemoStore(DemoOptions(refill=3, expired=7, expired_per_minute=60))
    store.add_numbered(12)
    stop, signals = _stop_on_signal()
    with signals:
        async with serving(create_app(store), host, port) as url:
            click.echo(f"the demo Business API listens on {url}", err=True)
            await stop.wait()
    return ExitCode.SUCCEEDED


def _stop_on_signal() -> tuple[Stop, StopSignals]:
    stop = Stop()
    loop = asyncio.get_running_loop()
    signals = StopSignals(
        lambda number: _wake(loop, stop, number),
        hard_stop_seconds=_HARD_STOP_SECONDS,
    )
    return stop, signals


def _wake(loop: asyncio.AbstractEventLoop, stop: Stop, signal_number: int) -> None:
    loop.call_soon_threadsafe(stop.request, signal_number)
