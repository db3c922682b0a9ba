"""`rota trigger`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from rota.cli.cluster import (
    StoppedError,
    cluster,
    cluster_options,
    end_text,
    exit_code_of_job,
    follow_command,
    instance_option,
    run_until_stopped,
    tell,
)
from rota.cli.completion import complete_task
from rota.cli.run import arguments_option
from rota.model.clock import SystemClock, rfc3339
from rota.model.errors import UsageError
from rota.model.exit_codes import ExitCode
from rota.model.outcome import exit_code_of_signal

if TYPE_CHECKING:
    from rota.kubernetes.connection import Connection


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for."""

    task: str
    arguments: Sequence[str]
    slot: str | None
    namespace: str | None
    context: str | None
    instance: str | None
    wait: bool
    dry_run: bool
    as_json: bool


@click.command(
    "trigger",
    epilog="\b\nExamples:\n  rota trigger cleanup --namespace shop --wait\n"
    "  rota trigger cleanup --url http://127.0.0.1:8081 --reason 'the disk is full'\n"
    "  rota trigger send-bills --slot 2026-11-25T06:00:00Z --arg limit=10\n\n"
    "With --wait the exit code is the run's, as of `rota run`; 1 if it is not known.",
)
@click.argument("task", shell_complete=complete_task)
@click.option(
    "--slot",
    metavar="INSTANT",
    help="The slot that the run is for: RFC 3339, or a local time with its zone.",
)
@arguments_option
@click.option("--wait", is_flag=True, help="Follow the run's log, and end with its exit code.")
@click.option("--url", metavar="URL", help="Ask the scheduler whose pages are there.")
@click.option("--reason", help="With --url: what the run is for.")
@cluster_options
@instance_option
@click.option("--dry-run", is_flag=True, help="Print the Job as YAML, and do not make it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; the log then goes to stderr.")
def trigger_command(
    *,
    slot: str | None,
    arguments: tuple[str, ...],
    url: str | None,
    reason: str | None,
    **options: Any,
) -> int:
    """Run TASK now in the cluster: make a Job from its CronJob, with your own rights.

    The Job is the one that `kubectl create job --from` makes, so it needs the right to get and list
    CronJobs and to create Jobs; --wait also needs to get and list Jobs and pods, and pods/log. It
    runs whether or not the CronJob is suspended, and beside a scheduled run.

    With --url it asks a scheduler instead, whose pages must have actions; ROTA_WEB_SECRET_FILE says
    who you are. Then the task's overlap policy holds, and --wait shows no log.
    """
    if url is not None:
        return _asked(url, reason, _checked(arguments), _parsed(slot), options)
    if reason is not None:
        raise UsageError("--reason needs --url: a Job has no place for it")
    trigger = _Trigger(_Order(arguments=_checked(arguments), slot=_parsed(slot), **options))
    try:
        return run_until_stopped(trigger.run())
    except StoppedError as stopped:
        tell(trigger.what_goes_on)
        return exit_code_of_signal(stopped.signal_number)


class _Trigger:
    """Carries out one order."""

    def __init__(self, order: _Order) -> None:
        self._order = order
        self._made: dict[str, Any] | None = None

    async def run(self) -> int:
        from rota.kubernetes.manifests.manual_job import manual_job, new_suffix  # noqa: PLC0415 (as above)
        from rota.kubernetes.resources import JOBS  # noqa: PLC0415 (as above)
        from rota.kubernetes.task_cronjob import find_cronjob  # noqa: PLC0415 (as above)

        order = self._order
        async with cluster(
            order.context,
            purpose="triggering a task in a cluster",
            otherwise=f"without a cluster: rota run {order.task}, or its scheduler with --url",
        ) as connection:
            namespace = order.namespace or connection.namespace
            cronjob = await find_cronjob(
                connection, order.task, namespace=namespace, instance=order.instance
            )
            self._check_slot(cronjob)
            job = manual_job(
                cronjob, suffix=new_suffix(), slot=order.slot, arguments=order.arguments
            )
            if order.dry_run:
                return self._show(job)
            self._made = await connection.create(JOBS.path(namespace), job)
            if order.wait:
                return await self._wait(connection, self._made)
        self._report(self._made)
        return ExitCode.SUCCEEDED

    @property
    def what_goes_on(self) -> str:
        """What a stop has not stopped."""
        if self._made is None:
            return "stopped before a Job was made"
        return f"the Job goes on; follow it with: {follow_command(self._made)}"

    def _check_slot(self, cronjob: dict[str, Any]) -> None:
        """Refuse what is no slot of the CronJob's schedule before a Job is made in vain.

        A pod knows better where `@every` counts from the CronJob's creation, or without a zone.
        """
        from rota.runs.manual import check_slot  # noqa: PLC0415 (as above)
        from rota.schedules import Cron, parse_schedule  # noqa: PLC0415 (as above)

        spec, slot = cronjob["spec"], self._order.slot
        if slot is None or not spec.get("timeZone"):
            return
        schedule = parse_schedule(spec["schedule"], spec["timeZone"])
        if isinstance(schedule, Cron):
            check_slot(datetime.fromisoformat(slot), self._order.task, schedule, SystemClock())

    async def _wait(self, connection: "Connection", job: dict[str, Any]) -> int:
        from rota.kubernetes.job_follower import JobFollower  # noqa: PLC0415 (as above)
        from rota.status.run_facts import run_facts  # noqa: PLC0415 (as above)

        name = job["metadata"]["name"]
        tell(f"Job {name} was made in namespace {job['metadata']['namespace']}")
        as_json = self._order.as_json
        follower = JobFollower(
            connection,
            job,
            write=lambda line: click.echo(line, err=as_json),
            tell=tell,
            clock=SystemClock(),
        )
        run = await follower.follow()
        tell(f"Job {name}: {end_text(run)}")
        if as_json:
            click.echo(json.dumps({**self._facts(job), "run": run_facts(run)}, indent=2))
        return exit_code_of_job(run)

    def _show(self, job: dict[str, Any]) -> int:
        if self._order.as_json:
            click.echo(json.dumps(job, indent=2))
            return ExitCode.SUCCEEDED
        from rota.kubernetes.manifests.yaml_text import yaml_document  # noqa: PLC0415 (as above)

        click.echo(yaml_document(job), nl=False)
        return ExitCode.SUCCEEDED

    def _report(self, job: dict[str, Any]) -> None:
        if self._order.as_json:
            click.echo(json.dumps(self._facts(job), indent=2))
            return
        metadata = job["metadata"]
        click.echo(f"Job {metadata['name']} was made in namespace {metadata['namespace']}")
        click.echo(f"follow it with: {follow_command(job)}")

    def _facts(self, job: dict[str, Any]) -> dict[str, Any]:
        metadata = job["metadata"]
        return {
            "task": self._order.task,
            "slot": self._order.slot,
            "arguments": list(self._order.arguments),
            "namespace": metadata["namespace"],
            "cronjob": metadata["ownerReferences"][0]["name"],
            "job": metadata["name"],
            "run_id": metadata["uid"],
        }


def _asked(
    url: str,
    reason: str | None,
    arguments: Sequence[str],
    slot: str | None,
    options: Mapping[str, Any],
) -> int:
    from rota.cli.scheduler_order import SchedulerOrder  # noqa: PLC0415 (HTTP: only where asked for)

    for name in ("namespace", "context", "instance", "dry_run"):
        if options[name]:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} is for a Job in a cluster, and has no meaning with --url")
    order = SchedulerOrder(
        url=url,
        task=options["task"],
        slot=slot,
        arguments=arguments,
        reason=reason,
        wait=options["wait"],
        as_json=options["as_json"],
    )
    return order.carry_out()


def _checked(arguments: Sequence[str]) -> Sequence[str]:
    for text in arguments:
        name, equals, _ = text.partition("=")
        if not name or not equals:
            raise UsageError(f"--arg {text!r} is not of the form name=value")
    return arguments


def _parsed(slot: str | None) -> str | None:
    from rota.cli.moments import moment_of  # noqa: PLC0415 (--help works without)

    return None if slot is None else rfc3339(moment_of("--slot", slot))
