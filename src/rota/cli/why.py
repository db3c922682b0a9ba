"""`rota why`."""

import json

import click

from rota.cli.completion import complete_task
from rota.cli.moments import moment_of
from rota.cli.sources import open_source, url_option
from rota.status.table import printable


@click.command("why", epilog="\b\nExample:\n  rota why cleanup 2026-11-25T03:00:00Z")
@click.argument("task", shell_complete=complete_task)
@click.argument("slot", metavar="SLOT")
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def why_command(*, task: str, slot: str, url: str | None, as_json: bool) -> None:
    """Say what happened to the slot of TASK at SLOT, and why.

    SLOT is an instant in RFC 3339, or a local time with its zone.
    """
    facts = open_source(url).explain(task, int(moment_of("SLOT", slot).timestamp()))
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    click.secho(f"{task}  {facts['at']}  ({facts['local']})  {facts['state']}", bold=True)
    for sentence in facts["why"]:
        click.echo(printable(sentence))
