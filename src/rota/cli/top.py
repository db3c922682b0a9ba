"""`rota top`."""

import contextlib
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Self

import click

from rota.cli.numbers import FiniteRange
from rota.cli.sources import Source, open_source, url_option
from rota.cli.status import COLUMNS, task_rows
from rota.model.clock import SystemClock, instant
from rota.model.errors import RotaError, UsageError
from rota.model.exit_codes import ExitCode
from rota.runtime import streams
from rota.runtime.signals import StopSignals
from rota.status.table import make_table, printable

_DEFAULT_SECONDS = 2.0
_LEAST_SECONDS = 0.1
_MOST_SECONDS = 3600.0
# The terminal may not take what is written to it.
_HARD_STOP_SECONDS = 5.0


@click.command("top", epilog="\b\nExample:\n  rota top --url http://127.0.0.1:8080 --interval 5")
@click.option(
    "--interval",
    type=FiniteRange(_LEAST_SECONDS, _MOST_SECONDS),
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


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of the tasks, and what has kept the last look from telling more."""

    overview: Mapping[str, Any]
    problem: str = ""


class _Looking:
    """Asks a source again and again in a thread, since it may take long; `news` has the answers.

    An exception in there is what the thread has ended with, and None the wish to end. A signal's
    handler may put that there, at any moment: it would wait for itself with `threading.Event`,
    whose lock the interrupted code may hold.
    """

    def __init__(self, source: Source, interval_seconds: float) -> None:
        self._source = source
        self._interval_seconds = interval_seconds
        self._ended = threading.Event()
        self.last = _Look(source.overview())
        self.news: SimpleQueue[_Look | Exception | None] = SimpleQueue()

    def __enter__(self) -> Self:
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(self._interval_seconds):
            try:
                self.last = _Look(self._source.overview())
            except RotaError as error:
                # Such as a scheduler that is restarted: what was known is shown as of then.
                self.last = _Look(self.last.overview, str(error))
            except Exception as error:  # noqa: BLE001 (raised where it ends the command)
                self.news.put(error)
                return
            self.news.put(self.last)


def _watch(source: Source, interval: float) -> None:
    from rich.console import Console  # noqa: PLC0415 (--help works without)
    from rich.live import Live  # noqa: PLC0415

    console = Console(no_color=True if streams.refuses_colour() else None, highlight=False)
    looking = _Looking(source, interval)
    with (
        StopSignals(
            lambda _: looking.news.put(None),
            hard_stop_seconds=_HARD_STOP_SECONDS,
            exit_code=ExitCode.SUCCEEDED,
        ),
        # rich's own stdout would not say that it takes more than ASCII.
        Live(console=console, screen=True, auto_refresh=False, redirect_stdout=False) as live,
        looking,
    ):
        look: _Look | Exception | None = looking.last
        while look is not None:
            if isinstance(look, Exception):
                raise look
            now = SystemClock().timestamp()
            picture = screen_of(look.overview, now, console.width, look.problem)
            live.update(picture, refresh=True)
            with contextlib.suppress(Empty):
                look = looking.news.get(timeout=interval)


def screen_of(overview: Mapping[str, Any], now: float, width: int, problem: str = "") -> Any:
    """Return what is shown of the tasks at `now`, an epoch time, in lines of `width` characters.

    `problem` is told above them.
    """
    from rich.console import Group  # noqa: PLC0415 (as above)
    from rich.text import Text  # noqa: PLC0415

    items: Sequence[Mapping[str, Any]] = overview["items"]
    head = Text.assemble((_counts(overview), "bold"), f"  {instant(int(now)):%H:%M:%S} UTC")
    lines = [
        head,
        *([Text(f"as of {overview['as_of']}: {printable(problem)}", "red")] if problem else []),
    ]
    blind_since = overview.get("blind_since")
    if blind_since is not None:
        lines.append(Text(f"the console has not seen the cluster since {blind_since}", "red"))
    table, _ = make_table(COLUMNS, task_rows(items, now), width)
    return Group(*lines, Text(), table)


def _counts(overview: Mapping[str, Any]) -> str:
    counts: Mapping[str, int] = overview.get("counts") or {}
    told = [f"{number} {state}" for state, number in counts.items() if number]
    return f"{len(overview['items'])} tasks: {', '.join(told) or 'none'}"
