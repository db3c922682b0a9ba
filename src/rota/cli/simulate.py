"""`rota simulate`."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from rota.cli.completion import complete_task
from rota.cli.moments import moment_of
from rota.cli.numbers import FiniteRange
from rota.cli.table import echo_table
from rota.model.clock import SystemClock, duration_text, instant, rfc3339
from rota.model.errors import UsageError
from rota.settings import Settings, load_settings
from rota.status.table import Column

if TYPE_CHECKING:
    from rota.testing import Outage, Report

_DAY_SECONDS = 86_400
_MOST_DAYS = 3660
_BAR = 30
_FORMS = ("refused", "hangs", "errors", "cut")
_SHOWN_TASKS = 4


@click.command(
    "simulate",
    epilog="\b\nExamples:\n  rota simulate --days 30\n"
    "  rota simulate cleanup --days 2 --from 2027-03-27T00:00:00Z \\\n"
    "    --down 2027-03-28T01:00:00Z/2027-03-28T04:00:00Z",
)
@click.argument("tasks", nargs=-1, metavar="[TASK]...", shell_complete=complete_task)
@click.option("--days", type=click.IntRange(1, _MOST_DAYS), default=30, show_default=True)
@click.option(
    "--from",
    "start",
    metavar="INSTANT",
    help="When it begins: RFC 3339, or a local time with its zone.  [default: the last midnight]",
)
@click.option(
    "--down",
    multiple=True,
    metavar="A/B",
    help="The Business API is out of order from A to B: instants, or spans since the start such as "
    "1h; may be repeated.",
)
@click.option(
    "--how",
    type=click.Choice(_FORMS),
    default="errors",
    show_default=True,
    help="How it is out of order.",
)
@click.option(
    "--mode",
    type=click.Choice(["scheduler", "cronjobs"]),
    default="scheduler",
    show_default=True,
    help="What starts the runs.",
)
@click.option(
    "--takes",
    type=FiniteRange(0, _DAY_SECONDS),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="How long each run takes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every slot and every run.")
def simulate_command(
    *,
    tasks: tuple[str, ...],
    days: int,
    start: str | None,
    down: tuple[str, ...],
    how: str,
    mode: Any,
    takes: float,
    as_json: bool,
) -> None:
    """Show what the schedules of all tasks, or of TASKs, do in the days to come.

    The code of the tasks is not run: each run takes --takes seconds and sends one request to a
    Business API in memory. The time that passes is simulated.
    """
    from rota.tasks.discovery import discover  # noqa: PLC0415 (--help works without)
    from rota.testing import simulate  # noqa: PLC0415
    from rota.testing.stand_ins import stand_in_api, stand_ins  # noqa: PLC0415

    settings = load_settings()
    registry = discover(settings)
    found = [registry.get(name) for name in tasks] if tasks else registry.selected()
    report = simulate(
        stand_ins(found, takes),
        moment_of("--from", start) if start else _last_midnight(),
        f"{days}d",
        api=stand_in_api(),
        mode=mode,
        disruptions=[_outage(each, how) for each in down],
        settings=_without_files(settings),
    )
    if as_json:
        from rota.testing.day_view import day_view  # noqa: PLC0415 (as above)

        facts = {**report.facts(), "day": [asdict(hour) for hour in day_view(report.runs)]}
        click.echo(json.dumps(facts, indent=2))
        return
    _print(report)


def _last_midnight() -> str:
    now = SystemClock().timestamp()
    return rfc3339(instant(now - now % _DAY_SECONDS))


def _without_files(settings: Settings) -> Settings:
    """Return the settings without those of the client, which has nobody to talk to."""
    client = {name: None for name in Settings.model_fields if name.startswith(("api_c", "api_tok"))}
    return settings.model_copy(update={**client, "api_client": "rota.api:BusinessApiClient"})


def _outage(text: str, how: str) -> "Outage":
    from rota.testing import Outage  # noqa: PLC0415 (--help works without)

    first, slash, last = text.partition("/")
    if not slash:
        raise UsageError(
            f"--down {text!r} is not two instants or spans with a slash between them: write "
            "2027-03-28T01:00:00Z/2027-03-28T04:00:00Z, or 1h/4h"
        )
    return Outage(first, last, how)


def _print(report: "Report") -> None:
    from rota.testing.day_view import day_view  # noqa: PLC0415 (as above)

    days = duration_text((report.end - report.start).total_seconds())
    click.secho(f"{days} from {rfc3339(report.start)}, mode {report.mode}", bold=True)
    names = list(dict.fromkeys(slot.task for slot in report.slots))
    echo_table(_TASKS, [_row(report, name) for name in names])
    for slot in report.skipped[:_MOST_SKIPPED]:
        reason = slot.reason.value if slot.reason else ""
        click.echo(f"skipped: {slot.task} {rfc3339(slot.slot)} ({reason})")
    if len(report.skipped) > _MOST_SKIPPED:
        click.echo(f"… {len(report.skipped) - _MOST_SKIPPED} more; --json has all of them")
    for warning in report.warnings:
        click.secho(f"warning: {warning}", fg="yellow")
    click.secho("\nThe day (UTC): all runs, and the minute in which most begin", bold=True)
    hours = day_view(report.runs)
    most = max(1, *(hour.runs for hour in hours))
    rows = [
        (
            f"{hour.hour:02d}:00",
            str(hour.runs),
            "#" * -(-hour.runs * _BAR // most),
            str(hour.most),
            f"{hour.hour:02d}:{hour.minute:02d}" if hour.runs else "-",
            _names(hour.tasks),
        )
        for hour in hours
    ]
    echo_table(_HOURS, rows)


_MOST_SKIPPED = 20
_TASKS = (
    Column("TASK", least=16),
    *map(Column, ("SLOTS", "SUCCEEDED", "FAILED", "SKIPPED", "OPEN")),
    Column("FIRST FAILURE (UTC)", leaves=1),
)
_HOURS = (
    Column("HOUR"),
    Column("RUNS"),
    Column("", leaves=1),
    Column("AT ONCE"),
    Column("AT"),
    Column("TASKS", least=16),
)


def _row(report: "Report", name: str) -> tuple[str, ...]:
    slots = report.slots_of(name)
    states = [slot.state.value for slot in slots]
    counted = [states.count(state) for state in ("succeeded", "failed", "skipped")]
    first = next((slot for slot in slots if slot.state.value == "failed"), None)
    numbers = [len(slots), *counted, len(slots) - sum(counted)]
    return (name, *map(str, numbers), rfc3339(first.slot) if first else "-")


def _names(tasks: tuple[str, ...]) -> str:
    more = len(tasks) - _SHOWN_TASKS
    shown = ", ".join(tasks[:_SHOWN_TASKS])
    return f"{shown} and {more} more" if more > 0 else shown
