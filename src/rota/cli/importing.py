"""`rota import`."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rota.cli.cluster import cluster_options
from rota.cli.table import echo_table
from rota.model.clock import SystemClock
from rota.model.errors import UsageError
from rota.status.table import Column

if TYPE_CHECKING:
    from rota.importing.job import ImportedJob
    from rota.importing.verification import Verification

DONE = 0
BY_HAND = 1
_SYSTEM_PATHS = ("/etc/crontab", "/etc/cron.d/")
_EXIT_CODES = (
    "\b\nExit codes:\n  0  every job is converted or left out\n"
    "  1  something is left to do by hand, or --verify found a difference\n"
    "  2  nothing was imported: bad usage, an unreadable file or cluster"
)


@click.group("import", epilog="\b\nExample:\n  crontab -l | rota import crontab - --verify")
def import_command() -> None:
    """Write stubs of tasks for the jobs of a crontab, or for plain CronJobs.

    Reads only. No job is run, and commands stand in comments alone, without what looks like a
    secret.
    """


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for decorate in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--from",
            "start",
            help="Compare after: RFC 3339, or a local time with its zone.  [default: now]",
        ),
        click.option(
            "--verify", is_flag=True, help="Compare the next 400 instants with those of the source."
        ),
        click.option(
            "--output",
            metavar="FILE",
            help="Write the stubs to FILE, which must not exist, instead of stdout.",
        ),
    ):
        command = decorate(command)
    return command


@import_command.command(
    "crontab",
    epilog="\b\nExamples:\n  crontab -l | rota import crontab - --timezone Europe/Berlin --verify\n"
    "  rota import crontab /etc/crontab --output shop/imported.py\n\n" + _EXIT_CODES,
)
@click.argument("file")
@click.option(
    "--timezone",
    help="Time zone of the machine, for lines without CRON_TZ.  [default: Etc/UTC]",
)
@click.option(
    "--user-column/--no-user-column",
    default=None,
    help="Whether the sixth column is a user.  [default: for /etc/crontab and /etc/cron.d/]",
)
@_options
def import_crontab_command(
    *, file: str, timezone: str | None, user_column: bool | None, **options: Any
) -> int:
    """Make tasks of the jobs in a crontab; - reads it from stdin."""
    from rota.importing.crontab import import_crontab  # noqa: PLC0415 (--help works without)

    system = file.startswith(_SYSTEM_PATHS) if user_column is None else user_column
    machine = "Etc/UTC" if timezone is None else timezone
    jobs = list(import_crontab(_read(file), timezone=machine, user_column=system))
    if timezone is None and any(job.timezone == machine for job in jobs):
        click.echo(
            f"note: a crontab does not state its machine's time zone; {machine} is assumed, "
            "--timezone states another",
            err=True,
        )
    return _report(jobs, "rota import crontab", **options)


@import_command.command(
    "cronjobs",
    epilog="\b\nExamples:\n"
    "  rota import cronjobs --namespace shop --verify\n"
    "  rota import cronjobs -A --selector team=shop --output shop/imported.py\n"
    "  helm template shop ./chart | rota import cronjobs -\n\n" + _EXIT_CODES,
)
@click.argument("file", required=False)
@cluster_options
@click.option("--all-namespaces", "-A", is_flag=True, help="Read the CronJobs of all namespaces.")
@click.option("--selector", "-l", help="Label selector of the CronJobs to read.")
@click.option(
    "--timezone",
    default="Etc/UTC",
    show_default=True,
    help="Time zone of the controller, for CronJobs without timeZone.",
)
@_options
def import_cronjobs_command(
    *,
    file: str | None,
    namespace: str | None,
    context: str | None,
    all_namespaces: bool,
    selector: str | None,
    timezone: str,
    **options: Any,
) -> int:
    """Make tasks of the CronJobs in manifests, or of those in a cluster.

    FILE is YAML or JSON; - reads it from stdin. Without FILE, they are read from the API server
    that the kubeconfig names. That needs the right to list CronJobs, and nothing is changed.
    """
    from rota.cli.cronjob_source import ClusterSource  # noqa: PLC0415 (--help works without)
    from rota.importing.cronjobs import import_cronjobs  # noqa: PLC0415
    from rota.kubernetes.manifests.yaml_text import read_documents  # noqa: PLC0415
    from rota.schedules import load_zone  # noqa: PLC0415

    load_zone(timezone)
    cluster = ClusterSource(namespace, context, all_namespaces, selector)
    if file is None:
        objects = cluster.read()
    else:
        cluster.refuse_beside(file)
        objects = read_documents(_read(file), "stdin" if file == "-" else file)
    jobs = list(import_cronjobs(objects, timezone=timezone))
    return _report(jobs, "rota import cronjobs", **options)


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        # Editors of Windows begin a file with a byte order mark.
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        name = "stdin" if file == "-" else file
        raise UsageError(f"{name}: not UTF-8; convert it, for example with iconv") from None


def _report(
    jobs: Sequence["ImportedJob"],
    command: str,
    *,
    output: str | None,
    verify: bool,
    start: str | None,
    as_json: bool,
) -> int:
    from rota.importing.job import State  # noqa: PLC0415 (--help works without)
    from rota.importing.stubs import stubs  # noqa: PLC0415

    if start is not None and not verify:
        raise UsageError("--from requires --verify")
    module = stubs(jobs, command)
    verdicts = _verify(jobs, module, _moment(start)) if verify else {}
    if output is not None:
        _write(output, module)
    if as_json:
        facts = {
            "jobs": [_facts(job, verdicts.get(job.name)) for job in jobs],
            "module": module if output is None else None,
        }
        click.echo(json.dumps(facts, indent=2))
    else:
        _print(jobs, verdicts, module if output is None else None)
    differs = any(verdict.differs for verdict in verdicts.values())
    return BY_HAND if differs or any(job.state is State.BY_HAND for job in jobs) else DONE


def _verify(jobs: Sequence["ImportedJob"], module: str, after: int) -> "dict[str, Verification]":
    from rota.importing.stubs import written_schedules  # noqa: PLC0415 (only with --verify)
    from rota.importing.verification import verify  # noqa: PLC0415

    # What the module says is compared, rather than what it was meant to say.
    written = written_schedules(module)
    return {job.name: verify(job, *written[job.name], after) for job in jobs if job.name in written}


def _moment(text: str | None) -> int:
    from rota.cli.moments import moment_of  # noqa: PLC0415 (only with --verify)

    if text is None:
        return int(SystemClock().timestamp())
    return int(moment_of("--from", text).timestamp())


def _write(output: str, module: str) -> None:
    try:
        with Path(output).open("x", encoding="utf-8") as file:
            file.write(module)
    except FileExistsError:
        raise UsageError(
            f"--output {output}: the file exists, and may have been edited: choose another"
        ) from None
    except OSError as error:
        raise UsageError(f"--output {output}: {error.strerror}") from None


def _facts(job: "ImportedJob", verdict: "Verification | None") -> dict[str, Any]:
    facts: dict[str, Any] = {
        "where": job.where,
        "task": job.name,
        "state": str(job.state),
        "reason": job.reason or None,
        "schedule": job.schedule,
        "timezone": job.timezone,
        "fields": dict(job.fields),
        "notes": list(job.notes),
    }
    if verdict is not None:
        facts["verified"] = {
            "compared": verdict.compared,
            "only_old": verdict.old_only,
            "only_rota": verdict.new_only,
        }
    return facts


def _print(
    jobs: Sequence["ImportedJob"], verdicts: "dict[str, Verification]", module: str | None
) -> None:
    columns = [
        Column("WHERE", least=12, leaves=3),
        Column("TASK", least=16),
        Column("STATE"),
        Column("SCHEDULE", least=12),
        Column("TIMEZONE", least=8, leaves=1),
        Column("WHY", least=24, wraps=True),
    ]
    rows = [
        [
            job.where,
            job.name,
            str(job.state),
            job.schedule or "-",
            job.timezone,
            job.reason or "; ".join(job.notes) or "-",
        ]
        for job in jobs
    ]
    if verdicts:
        columns.insert(-1, Column("VERIFIED", leaves=2))
        for row, job in zip(rows, jobs, strict=True):
            row.insert(-1, str(verdicts.get(job.name, "-")))
    if module is not None:
        click.echo(module, nl=False)
    if rows:
        echo_table(columns, rows, to_stderr=module is not None)
    else:
        click.echo("no jobs were found", err=module is not None)
