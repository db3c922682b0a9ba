"""`rota scheduler`."""

import click


@click.command(
    "scheduler",
    epilog="\b\nExample:\n  ROTA_HEALTH_ADDRESS=127.0.0.1:8080 rota scheduler",
)
def scheduler_command() -> int:
    """Run all tasks on their schedules until SIGTERM or SIGINT.

    Active runs get ROTA_GRACE_SECONDS to finish; a second signal ends the process at once. The exit
    code is 0.
    """
    from rota.processes.scheduler import run_scheduler  # noqa: PLC0415 (--help works without)

    return run_scheduler()
