"""`rota pause`."""

from typing import Any

import click

from rota.cli.cluster import cluster_options, instance_option
from rota.cli.completion import complete_task
from rota.cli.moments import moment_of, span_of
from rota.cli.pausing import Change, ask_for, refuse_options, show_for_cronjob
from rota.model.clock import rfc3339
from rota.model.errors import UsageError

_DEFAULT_SECONDS = 3600


@click.command(
    "pause",
    epilog="\b\nExamples:\n"
    "  rota pause cleanup --url http://127.0.0.1:8081 --for 2h --reason 'the disk is replaced'\n"
    "  rota pause cleanup --url http://127.0.0.1:8081 --until '2027-03-28 06:00 Europe/Berlin' \\\n"
    "    --reason 'migration'\n"
    "  rota pause cleanup --namespace shop",
)
@click.argument("task", shell_complete=complete_task)
@click.option("--url", metavar="URL", help="Ask the scheduler whose pages are there.")
@click.option("--reason", help="With --url, which needs it: others will ask.")
@click.option(
    "--for", "span", metavar="TIME", help="With --url: how long, as 30m or 1d12h.  [default: 1h]"
)
@click.option(
    "--until",
    metavar="INSTANT",
    help="With --url: its end instead, RFC 3339 or a local time with its zone.",
)
@cluster_options
@instance_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def pause_command(
    *,
    task: str,
    url: str | None,
    reason: str | None,
    span: str | None,
    until: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Have a scheduler start no slot of TASK for a time; active runs go on.

    Its pages must have actions; ROTA_WEB_SECRET_FILE says who you are. The slots of that time are
    skipped, and not made up for.

    Without --url it prints how to suspend the task's CronJob, which has no end: as a command for
    now, and as values of the chart for good. It changes nothing itself.
    """
    if url is None:
        refuse_options({"reason": reason, "for": span, "until": until})
        show_for_cronjob(task, suspend=True, as_json=as_json, **options)
        return
    if reason is None:
        raise UsageError("a pause needs a --reason: others will ask")
    order = {"reason": reason, **_end(span, until)}
    told = ask_for(Change(url, task, "pause", options), order, as_json=as_json)
    if not as_json:
        pause = told["pause"]
        click.echo(f"task {task} is paused until {pause['until']}: {pause['reason']}")


def _end(span: str | None, until: str | None) -> dict[str, Any]:
    if until is not None:
        if span is not None:
            raise UsageError("--for and --until: choose one of them")
        return {"until": rfc3339(moment_of("--until", until))}
    if span is None:
        return {"seconds": _DEFAULT_SECONDS}
    seconds = span_of("--for", span)
    if seconds < 1:
        raise UsageError(f"--for {span!r} must be longer than 0: write 30m or 1d12h, for example")
    return {"seconds": seconds}
