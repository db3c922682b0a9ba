"""`rota run TASK`."""

import click

from rota.cli.completion import complete_task
from rota.model.exit_codes import ExitCode
from rota.settings import load_settings, setup_logging

_CODES = "\n".join(f"  {code.value:>3}  {code.meaning}" for code in ExitCode)


@click.command(
    "run",
    epilog=f"\b\nExit codes:\n{_CODES}\n\n"
    "\b\nExample:\n  BUSINESS_API_URL=http://shop rota run cleanup",
)
@click.argument("task", shell_complete=complete_task)
def run_command(task: str) -> int:
    """Run TASK once, to completion, as a CronJob's pod does."""
    from rota.processes.one_shot import run_task  # noqa: PLC0415 (--help works without)
    from rota.tasks.discovery import discover  # noqa: PLC0415

    settings = load_settings()
    setup_logging()
    found = discover(settings).get(task)
    # Again, since a module may have set up logging of its own while it was imported.
    setup_logging()
    return run_task(found, settings)
