"""`rota backfill`."""

import json
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from rota.cli.backfill_place import Place, place_of
from rota.cli.cluster import cluster_options, instance_option, tell
from rota.cli.completion import complete_task
from rota.cli.sources import url_option
from rota.cli.table import echo_table, marked
from rota.model.clock import SystemClock, instant, rfc3339
from rota.model.errors import ConfigError, UsageError
from rota.model.exit_codes import ExitCode
from rota.model.slot import SlotState
from rota.settings import load_settings
from rota.status.table import Column

if TYPE_CHECKING:
    from rota.ledger.backfill_log import BackfillLog
    from rota.ledger.records import RecordedRun
    from rota.status.backfill import PlannedSlot

_MOST_SHOWN = 50


@dataclass(slots=True)
class _Backfill:
    """The slots of one task between two epoch times, both included, and what was done for them."""

    task: str
    place: Place
    first: int
    last: int
    log: "BackfillLog | None"
    planned: Sequence["PlannedSlot"] = ()
    chosen: Sequence["PlannedSlot"] = ()
    runs: list["RecordedRun"] = field(default_factory=list)
    is_noted: bool = True

    def note(self, run: "RecordedRun") -> None:
        """Remember a run that has ended."""
        self.runs.append(run)
        try:
            if self.log is not None and self.is_noted:
                self.log.note(self.place.key, run)
        except ConfigError as error:
            self.is_noted = False
            tell(f"{error}: the same command would run these slots again")

    @property
    def left(self) -> Sequence[int]:
        """The chosen slots that have not succeeded."""
        done = {run.slot for run in self.runs if run.state is SlotState.SUCCEEDED}
        return [each.slot for each in self.chosen if each.slot not in done]

    @property
    def command_for_the_rest(self) -> str | None:
        """What goes on where this has ended; None where nothing is left."""
        if not self.left:
            return None
        ends = [rfc3339(instant(end)) for end in (min(self.left), max(self.left))]
        stretch = ["--from", ends[0], "--to", ends[1]]
        return shlex.join(["rota", "backfill", self.task, *stretch, *self.place.options])


@click.command(
    "backfill",
    epilog="\b\nExamples:\n"
    "  rota backfill cleanup --from 2026-11-24T00:00:00Z --to 2026-11-25T00:00:00Z --dry-run\n"
    "  rota backfill send-bills --from 2026-11-01T00:00:00Z --yes --keep-going\n\n"
    "The exit code is that of the first run that failed, as of `rota run`.",
)
@click.argument("task", shell_complete=complete_task)
@click.option(
    "--from", "first", metavar="INSTANT", required=True, help="The first slot, or before."
)
@click.option("--to", "last", metavar="INSTANT", help="The last slot, or after.  [default: now]")
@click.option("--limit", type=click.IntRange(1), help="Run at most so many slots.")
@click.option("--newest-first", is_flag=True, help="Begin with the newest slot, not the oldest.")
@click.option("--keep-going", is_flag=True, help="Do not stop at a run that fails.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only list the slots.")
@url_option
@click.option("--in-cluster", is_flag=True, help="Make a Job from the CronJob for each slot.")
@cluster_options
@instance_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON; needs --yes or --dry-run.")
def backfill_command(
    *,
    task: str,
    first: str,
    last: str | None,
    limit: int | None,
    newest_first: bool,
    keep_going: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Run TASK for the slots of a stretch of time that have not succeeded, one after another.

    The runs are here, in this process, each like `rota run TASK --slot`, with the slot's own
    idempotency keys; with --in-cluster each is a Job, as of `rota trigger`. What has succeeded, by
    the ledger or --url, or in an earlier backfill, is left alone, so that the same command goes on
    where an earlier one has ended.
    """
    if as_json and not (yes or dry_run):
        raise UsageError("--json needs --yes or --dry-run: there is nobody to ask")
    backfill = _prepared(task, first, last, place_of(task, as_json=as_json, **options))
    wanted = [each for each in backfill.planned if each.wanted]
    backfill.chosen = (wanted[::-1] if newest_first else wanted)[:limit]
    if not as_json:
        _show(backfill)
    if dry_run or not backfill.chosen:
        if as_json:
            _print_json(backfill, ExitCode.SUCCEEDED)
        return ExitCode.SUCCEEDED
    if not yes:
        _ask(backfill, newest_first=newest_first)
    return _run(backfill, keep_going=keep_going, as_json=as_json)


def _prepared(task: str, first: str, last: str | None, place: Place) -> _Backfill:
    from rota.app import backfill_log  # noqa: PLC0415 (as above)
    from rota.status.backfill import plan_backfill, slots_to_plan  # noqa: PLC0415

    now = int(SystemClock().timestamp())
    begin, end = _epoch("--from", first), now if last is None else _epoch("--to", last)
    if end < begin:
        raise UsageError("--to is before --from")
    backfill = _Backfill(task, place, begin, min(end, now), backfill_log(load_settings()))
    done = {} if backfill.log is None else backfill.log.states(place.key)
    slots = slots_to_plan(place.schedule, begin, backfill.last)
    backfill.planned = plan_backfill(slots, known=place.known(begin, backfill.last), done=done)
    return backfill


def _epoch(option: str, text: str) -> int:
    from rota.cli.moments import moment_of  # noqa: PLC0415 (as above)

    return int(moment_of(option, text).timestamp())


def _show(backfill: _Backfill) -> None:
    counts = Counter(each.state.value.replace("_", " ") for each in backfill.planned)
    found = ", ".join(f"{number} {state}" for state, number in counts.items()) or "none"
    click.secho(f"{backfill.task}: {len(backfill.planned)} slots: {found}", bold=True)
    shown = backfill.chosen[:_MOST_SHOWN]
    if shown:
        rows = [(marked(each.state.value), each.at, each.reason or "") for each in shown]
        echo_table((Column("STATE"), Column("SLOT"), Column("REASON", least=20, wraps=True)), rows)
    if len(backfill.chosen) > len(shown):
        click.echo(f"and {len(backfill.chosen) - len(shown)} more")
    if not backfill.chosen:
        click.echo("There is nothing to run.")


def _ask(backfill: _Backfill, *, newest_first: bool) -> None:
    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask: add --yes to run these slots, or --dry-run")
    number, order = len(backfill.chosen), "newest" if newest_first else "oldest"
    slots = "this slot" if number == 1 else f"these {number} slots, the {order} first"
    click.confirm(f"Run {backfill.task} for {slots}?", abort=True, err=True)


def _run(backfill: _Backfill, *, keep_going: bool, as_json: bool) -> int:
    slots = [each.slot for each in backfill.chosen]
    exit_code = backfill.place.run(slots, keep_going=keep_going, on_ended=backfill.note)
    counts = Counter(run.state.value.replace("_", " ") for run in backfill.runs)
    ended = ", ".join(f"{number} {state}" for state, number in counts.items()) or "none ended"
    rest = backfill.command_for_the_rest
    text = f"{len(slots)} {'slot' if len(slots) == 1 else 'slots'}: {ended}"
    tell(f"{text}; go on with: {rest}" if rest else text)
    if as_json:
        _print_json(backfill, exit_code)
    return exit_code


def _print_json(backfill: _Backfill, exit_code: int) -> None:
    from rota.status.run_facts import run_facts  # noqa: PLC0415 (as above)

    facts = {
        "task": backfill.task,
        "from": rfc3339(instant(backfill.first)),
        "to": rfc3339(instant(backfill.last)),
        "slots": [each.facts() for each in backfill.planned],
        "runs": [run_facts(run) for run in backfill.runs],
        "left": [rfc3339(instant(slot)) for slot in backfill.left],
        "exit_code": int(exit_code),
    }
    click.echo(json.dumps(facts, indent=2))
