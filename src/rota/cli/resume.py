"""`rota resume`."""

from typing import Any

import click

from rota.cli.cluster import cluster_options, instance_option
from rota.cli.completion import complete_task
from rota.cli.pausing import Change, ask_for, refuse_options, show_for_cronjob


@click.command(
    "resume",
    epilog="\b\nExamples:\n  rota resume cleanup --url http://127.0.0.1:8081\n"
    "  rota resume cleanup --namespace shop",
)
@click.argument("task", shell_complete=complete_task)
@click.option("--url", metavar="URL", help="Ask the scheduler whose pages are there.")
@click.option("--reason", help="With --url: why.")
@cluster_options
@instance_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def resume_command(
    *, task: str, url: str | None, reason: str | None, as_json: bool, **options: Any
) -> None:
    """End the pause of TASK in a scheduler; see `rota pause`.

    Without --url it prints how to end the suspension of the task's CronJob, and changes nothing.
    """
    if url is None:
        refuse_options({"reason": reason})
        show_for_cronjob(task, suspend=False, as_json=as_json, **options)
        return
    ask_for(Change(url, task, "resume", options), {"reason": reason}, as_json=as_json)
    if not as_json:
        click.echo(f"task {task} is not paused any more; what was skipped is not made up for")
