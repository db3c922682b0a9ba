"""`rota run TASK`."""

import click

from rota.cli.completion import complete_task
from rota.model.exit_codes import ExitCode
from rota.settings import load_settings, setup_logging

_CODES = "\n".join(f"  {code.value:>3}  {code.meaning}" for code in ExitCode)


arguments_option = click.option(
    "--arg",
    "arguments",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for a parameter of the task that has a default; may be repeated.",
)


@click.command(
    "run",
    epilog=f"\b\nExit codes:\n{_CODES}\n\n"
    "\b\nExamples:\n  BUSINESS_API_URL=http://shop rota run cleanup\n"
    "  rota run send-bills --slot 2026-11-25T06:00:00Z --arg limit=10",
)
@click.argument("task", shell_complete=complete_task)
@arguments_option
@click.option(
    "--slot",
    metavar="INSTANT",
    help="The slot that the run is for: RFC 3339, or a local time with its zone.",
)
def run_command(task: str, arguments: tuple[str, ...], slot: str | None) -> int:
    """Run TASK once, to completion, as a CronJob's pod does."""
    from rota.processes.one_shot import run_task  # noqa: PLC0415 (--help works without)
    from rota.tasks.discovery import discover  # noqa: PLC0415

    settings = load_settings()
    setup_logging()
    found = discover(settings).get(task)
    # Again, since a module may have set up logging of its own while it was imported.
    setup_logging()
    return run_task(found, settings, slot=slot, arguments=arguments)
