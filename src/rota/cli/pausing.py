"""What `rota pause` and `rota resume` have in common: a scheduler is asked, a CronJob is not."""

import asyncio
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from rota.cli.asking import ask_scheduler
from rota.cli.cluster import cluster, tell
from rota.model.errors import ConfigError, UsageError


@dataclass(frozen=True, slots=True)
class Change:
    """What a scheduler is asked to do about a task; `options` are those of a cluster."""

    url: str
    task: str
    deed: str
    options: Mapping[str, str | None]


def ask_for(change: Change, order: Mapping[str, Any], *, as_json: bool) -> Mapping[str, Any]:
    """Have it done; return the answer, which is printed if `as_json`. Raises RotaError."""
    for name, value in change.options.items():
        if value is not None:
            raise UsageError(f"--{name} is for a CronJob, and has no meaning with --url")
    ends = "suspend it" if change.deed == "pause" else "end its suspension"
    instead = f"`rota {change.deed}` prints how to {ends}"
    told = ask_scheduler(change.url, change.task, change.deed, order, instead=instead)
    if not _is_told(told, is_paused=change.deed == "pause"):
        raise ConfigError(f"{change.url} is not a page of rota: its answer has no pause")
    if as_json:
        click.echo(json.dumps(dict(told), indent=2))
    return told


def _is_told(answer: Mapping[str, Any], *, is_paused: bool) -> bool:
    """Whether an answer has the pause that there is now, or says that there is none any more."""
    pause = answer.get("pause", "")
    if not is_paused:
        return pause is None
    return isinstance(pause, dict) and {"until", "reason"} <= pause.keys()


def refuse_options(given: Mapping[str, str | None]) -> None:
    """Raise UsageError where an option is given that only a scheduler understands."""
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"--{name} needs --url: a CronJob has no place for it")


def show_for_cronjob(
    task: str,
    *,
    suspend: bool,
    namespace: str | None,
    context: str | None,
    instance: str | None,
    as_json: bool,
) -> None:
    """Print how to suspend the CronJob of a task, or to end that, with the reader's own rights."""
    from rota.kubernetes.manifests.yaml_text import yaml_document  # noqa: PLC0415 (--help works without)

    cronjob = asyncio.run(_cronjob(task, namespace, context, instance))
    name = cronjob["metadata"]["name"]
    if bool(cronjob["spec"].get("suspend")) is suspend:
        tell(f"CronJob {name} is {'suspended already' if suspend else 'not suspended'}")
    where = ["--namespace", cronjob["metadata"]["namespace"]]
    where += [] if context is None else ["--context", context]
    patch = json.dumps({"spec": {"suspend": suspend}})
    command = shlex.join(["kubectl", *where, "patch", "cronjob", name, "--patch", patch])
    values = {"tasks": {task: {"suspend": suspend}}}
    if as_json:
        click.echo(json.dumps({"task": task, "command": command, "values": values}, indent=2))
        return
    click.echo("# Nothing was changed. For now:")
    click.echo(command)
    click.echo("# For good, in the chart's values:")
    click.echo(yaml_document(values), nl=False)


async def _cronjob(
    task: str, namespace: str | None, context: str | None, instance: str | None
) -> dict[str, Any]:
    from rota.kubernetes.task_cronjob import find_cronjob  # noqa: PLC0415 (as above)

    async with cluster(
        context,
        purpose="looking for the CronJob of a task",
        otherwise="of a scheduler: --url URL",
    ) as connection:
        return await find_cronjob(
            connection, task, namespace=namespace or connection.namespace, instance=instance
        )
