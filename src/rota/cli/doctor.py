"""`rota doctor`."""

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rota.cli.cluster import cluster_options
from rota.model.exit_codes import ExitCode
from rota.settings import load_settings

if TYPE_CHECKING:
    from rota.doctor.finding import Finding

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(
    "doctor",
    epilog="\b\nExamples:\n  rota doctor\n"
    "  kubectl exec deploy/shop-rota-scheduler -- rota doctor --json | jq '.findings[]'",
)
@cluster_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor_command(*, namespace: str | None, context: str | None, as_json: bool) -> int:
    """Look for what may be wrong here: tasks, schedules, ledger, files, Business API, cluster.

    Each finding is a line: ok, warn or fail, and what to do. Nothing is changed, no task is run;
    the Business API is asked once for its root, and the API server, where there is a kubeconfig,
    what you may do. Exits with 0, with 1 if something fails, and with 2 for broken settings.
    """
    from rota.doctor.examination import examine  # noqa: PLC0415 (--help works without)
    from rota.doctor.finding import Health, worst  # noqa: PLC0415

    findings = asyncio.run(examine(load_settings(), context=context, namespace=namespace))
    health = worst(findings)
    if as_json:
        facts = {"health": health.value, "findings": [each.facts() for each in findings]}
        click.echo(json.dumps(facts, indent=2))
    else:
        _print(findings)
    return ExitCode.TASK_FAILED if health is Health.FAIL else ExitCode.SUCCEEDED


def _print(findings: Sequence["Finding"]) -> None:
    width = max(len(each.subject) for each in findings)
    for each in findings:
        mark = click.style(f"{each.health.value:4}", fg=_COLOURS[each.health.value])
        click.echo(f"{mark}  {each.subject:{width}}  {each.text}")
