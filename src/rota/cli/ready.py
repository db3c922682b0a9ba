"""`rota ready`."""

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rota.cli.cluster import StoppedError, run_until_stopped
from rota.model.errors import UsageError
from rota.model.outcome import exit_code_of_signal

if TYPE_CHECKING:
    from rota.ready.points import Verdict

READY = 0
NOT_READY = 1
_ALL = range(1, 9)
# What docker-compose may take to stop and remove what it has started.
_TAKE_DOWN_SECONDS = 300.0


def _numbers(context: click.Context, option: click.Parameter, text: str | None) -> Collection[int]:
    """Return the points of `1,2,8`, or of `2-5`."""
    del context
    chosen: set[int] = set()
    for part in [] if text is None else text.split(","):
        first, dash, last = part.strip().partition("-")
        try:
            numbers = range(int(first), int(last if dash else first) + 1)
        except ValueError:
            numbers = range(0)
        if not numbers or not set(numbers) <= set(_ALL):
            raise UsageError(
                f"{option.opts[0]} {text!r}: {part!r} is not one of the points 1 to 8; "
                "write 6, or 1,2,6, or 1-5"
            )
        chosen |= set(numbers)
    return chosen


@click.command(
    "ready",
    epilog="\b\nExamples:\n  rota ready\n  rota ready --only 1-5\n"
    "  rota ready --skip 6,7,8 --json\n\n"
    "\b\nExit codes:\n  0  every point that was tried holds\n  1  one does not, or could not be "
    "tried\n  2  nothing was tried: bad usage or settings, not a project of `rota new`",
)
@click.option("--only", metavar="POINTS", callback=_numbers, help="Try these points alone.")
@click.option("--skip", metavar="POINTS", callback=_numbers, help="Leave these points out.")
@click.option(
    "--base-image",
    metavar="IMAGE",
    help="Image of rota to build on.  [default: what the Dockerfile says]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ready_command(
    *, only: Collection[int], skip: Collection[int], base_image: str | None, as_json: bool
) -> int:
    """Go through the WORKER_READY list of a project that `rota new` has made.

    Each point is tried: the package is imported, the worker started and stopped, the image built,
    and docker-compose brought up until the Business API has seen every task. Points 6 to 8 need
    Docker. Run it in the project's folder, with the rota that the project is installed beside.
    """
    chosen = (set(only) or set(_ALL)) - set(skip)
    if not chosen:
        raise UsageError("--skip leaves nothing of --only")
    try:
        return run_until_stopped(
            _try(chosen, base_image, as_json=as_json), hard_stop_seconds=_TAKE_DOWN_SECONDS
        )
    except StoppedError as stopped:
        return exit_code_of_signal(stopped.signal_number)


async def _try(chosen: Collection[int], base_image: str | None, *, as_json: bool) -> int:
    from rota.demo.business_api import create_app  # noqa: PLC0415 (--help works without)
    from rota.demo.store import DemoOptions, DemoStore  # noqa: PLC0415
    from rota.ready.checklist import Checklist, Circumstances  # noqa: PLC0415
    from rota.ready.commands import Machine  # noqa: PLC0415
    from rota.ready.points import NotReadyError  # noqa: PLC0415
    from rota.ready.structure import project_here  # noqa: PLC0415
    from rota.settings import load_settings  # noqa: PLC0415
    from rota.web.server import serving  # noqa: PLC0415

    project = project_here(Path.cwd())
    grace = load_settings().grace_seconds
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    if base_image:
        environment["BASE_IMAGE"] = base_image
    verdicts: list[Verdict] = []
    left_behind = False
    async with serving(create_app(DemoStore(DemoOptions())), "127.0.0.1", 0) as api:
        given = Circumstances(
            api=api,
            grace_seconds=grace,
            build_arguments=("--build-arg", f"BASE_IMAGE={base_image}") if base_image else (),
        )
        checklist = Checklist(project, Machine(project.folder, environment), given)
        if not as_json:
            click.echo(f"WORKER_READY of {project.package}\n")
        try:
            async for verdict in checklist.verdicts(chosen):
                verdicts.append(verdict)
                if not as_json:
                    click.echo(verdict.lines(project.service))
        except NotReadyError as error:
            left_behind = True
            click.echo(f"rota: error: {error}", err=True)
    if as_json:
        points = [verdict.facts(project.service) for verdict in verdicts]
        ready = all(verdict.passed for verdict in verdicts)
        click.echo(json.dumps({"ready": ready, "points": points}, indent=2, ensure_ascii=False))
    failed = left_behind or any(verdict.passed is False for verdict in verdicts)
    return NOT_READY if failed else READY
