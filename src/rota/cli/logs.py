"""`rota logs`."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from rota.cli.cluster import (
    StoppedError,
    cluster,
    cluster_options,
    end_text,
    run_until_stopped,
    tell,
)
from rota.model.clock import SystemClock
from rota.model.errors import UsageError
from rota.model.exit_codes import ExitCode
from rota.model.outcome import exit_code_of_signal

if TYPE_CHECKING:
    from rota.kubernetes.connection import Connection


@click.command(
    "logs",
    epilog="\b\nExamples:\n  rota logs shop-rota-cleanup-29402040 --namespace shop\n"
    "  rota logs 77f0a2f1-0000-4000-8000-0000000000b1 --follow",
)
@click.argument("run")
@cluster_options
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended.")
@click.option("--tail", type=click.IntRange(1), help="Only the last lines of each pod.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the lines of each pod.")
def logs_command(
    *,
    run: str,
    namespace: str | None,
    context: str | None,
    follow: bool,
    tail: int | None,
    as_json: bool,
) -> int:
    """Show the log of RUN in the cluster: of each pod of its Job, one after the other.

    RUN is the name of the Job or of a pod, the run's id in a console, or the run_id in the log of a
    pod that has ended. Exits with 0, whatever the run's end;
    with 1 if the Job or its pods are gone.
    """
    if follow and (as_json or tail is not None):
        raise UsageError("--follow goes with neither --json nor --tail")
    try:
        return run_until_stopped(
            _logs(run, namespace, context, follow=follow, tail=tail, as_json=as_json)
        )
    except StoppedError as stopped:
        return exit_code_of_signal(stopped.signal_number)


async def _logs(
    run: str,
    namespace: str | None,
    context: str | None,
    *,
    follow: bool,
    tail: int | None,
    as_json: bool,
) -> int:
    from rota.kubernetes.job_logs import find_job, pods_of  # noqa: PLC0415 (--help works without)

    async with cluster(
        context,
        purpose="reading logs in a cluster",
        otherwise="without a cluster the log is what `rota run` and `rota scheduler` write",
    ) as connection:
        namespace = namespace or connection.namespace
        job = await find_job(connection, run, namespace=namespace)
        if job is None:
            tell(
                f"no Job, pod or run {run!r} is in namespace {namespace!r}: it is in "
                "another one, or was deleted, as the history limits of its CronJob ask; a "
                "console still has the run's end: rota history --url URL"
            )
            return ExitCode.TASK_FAILED
        if follow:
            return await _follow(connection, job)
        pods = await pods_of(connection, job)
        if not pods:
            tell(
                f"Job {job['metadata']['name']} has no pod (any more), and a log goes with its "
                "pod: keep logs elsewhere, such as in Loki, to read them later"
            )
            return ExitCode.TASK_FAILED
        return await _print(connection, job, pods, tail=tail, as_json=as_json)


async def _follow(connection: "Connection", job: dict[str, Any]) -> int:
    from rota.kubernetes.job_follower import JobFollower  # noqa: PLC0415 (as above)

    follower = JobFollower(connection, job, write=click.echo, tell=tell, clock=SystemClock())
    run = await follower.follow()
    tell(f"Job {job['metadata']['name']}: {end_text(run)}")
    return ExitCode.SUCCEEDED


async def _print(
    connection: "Connection",
    job: dict[str, Any],
    pods: Sequence[dict[str, Any]],
    *,
    tail: int | None,
    as_json: bool,
) -> int:
    from rota.kubernetes.job_logs import log_of  # noqa: PLC0415 (as above)

    found = []
    for pod in pods:
        name = pod["metadata"]["name"]
        if as_json:
            lines = [line async for line in log_of(connection, pod, tail=tail)]
            found.append({"pod": name, "lines": lines})
            continue
        if len(pods) > 1:
            tell(f"pod {name}")
        async for line in log_of(connection, pod, tail=tail):
            click.echo(line)
    if as_json:
        click.echo(json.dumps({"job": job["metadata"]["name"], "pods": found}, indent=2))
    return ExitCode.SUCCEEDED
