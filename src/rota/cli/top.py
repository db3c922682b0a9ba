"""`rota top`."""

import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import click

from rota.cli.numbers import FiniteRange
from rota.cli.sources import Source, open_source, url_option
from rota.cli.status import HEADINGS, task_rows
from rota.cli.table import make_table
from rota.model.clock import SystemClock, instant
from rota.model.errors import ConfigError, UsageError
from rota.model.exit_codes import ExitCode
from rota.runtime import streams
from rota.runtime.signals import StopSignals

_DEFAULT_SECONDS = 2.0
_LEAST_SECONDS = 0.1
_HARD_STOP_SECONDS = 15.0


@click.command("top", epilog="\b\nExample:\n  rota top --url http://127.0.0.1:8080 --interval 5")
@click.option(
    "--interval",
    type=FiniteRange(_LEAST_SECONDS),
    default=_DEFAULT_SECONDS,
    show_default=True,
    help="Seconds between two looks.",
)
@url_option
def top_command(*, interval: float, url: str | None) -> int:
    """Watch how each task is doing, problems first, until Ctrl-C.

    Needs a terminal; `rota status` says the same once, for a script or a file.
    """
    if not sys.stdout.isatty():
        raise UsageError("rota top needs a terminal; `rota status` says the same once")
    _watch(open_source(url), interval)
    return ExitCode.SUCCEEDED


def _watch(source: Source, interval: float) -> None:
    from rich.console import Console  # noqa: PLC0415 (--help works without)
    from rich.live import Live  # noqa: PLC0415

    stopped = threading.Event()
    console = Console(no_color=True if streams.refuses_colour() else None, highlight=False)
    overview: Mapping[str, Any] = source.overview()
    problem = ""
    with (
        StopSignals(lambda _: stopped.set(), hard_stop_seconds=_HARD_STOP_SECONDS) as signals,
        Live(console=console, screen=True, auto_refresh=False) as live,
    ):
        while not stopped.is_set():
            live.update(screen_of(overview, SystemClock().timestamp(), problem), refresh=True)
            stopped.wait(interval)
            try:
                overview, problem = source.overview(), ""
            except ConfigError as error:
                # Such as a scheduler that is restarted: what was known is shown as of then.
                problem = str(error)
        signals.decide(ExitCode.SUCCEEDED)


def screen_of(overview: Mapping[str, Any], now: float, problem: str = "") -> Any:
    """Return what is shown of the tasks at `now`, an epoch time; `problem` is told above them."""
    from rich.console import Group  # noqa: PLC0415 (as above)
    from rich.text import Text  # noqa: PLC0415

    items: Sequence[Mapping[str, Any]] = overview["items"]
    head = Text.assemble((_counts(overview), "bold"), f"  {instant(int(now)):%H:%M:%S} UTC")
    lines = [head, *([Text(f"as of {overview['as_of']}: {problem}", "red")] if problem else [])]
    blind_since = overview.get("blind_since")
    if blind_since is not None:
        lines.append(Text(f"the console has not seen the cluster since {blind_since}", "red"))
    return Group(*lines, Text(), make_table(HEADINGS, task_rows(items, now)))


def _counts(overview: Mapping[str, Any]) -> str:
    counts: Mapping[str, int] = overview.get("counts") or {}
    told = [f"{number} {state}" for state, number in counts.items() if number]
    return f"{len(overview['items'])} tasks: {', '.join(told) or 'none'}"
