"""`rota new`."""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rota import __version__
from rota.model.errors import UsageError

if TYPE_CHECKING:
    from rota.scaffold.names import ProjectNames
    from rota.scaffold.project import ProjectInput

ALREADY_SO = "already so"


@click.command(
    "new",
    epilog="\b\nExamples:\n  rota new shop\n"
    "  rota new shop --task send-reminders='0 8 * * MON-FRI' --task poll=5m\n"
    "  rota new my-shop --directory . --dry-run --json\n"
    "  cd services/shop_worker && rota new --diff | git apply -3",
)
@click.argument("context", required=False)
@click.option(
    "--directory",
    default="services",
    show_default=True,
    metavar="DIR",
    help="Folder to make the project's folder in.",
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="NAME=SCHEDULE",
    help="A task of your own in place of the two examples: cron text, seconds, or a span as 5m. "
    "May be repeated.",
)
@click.option("--class-tasks", is_flag=True, help="Write tasks as classes, not as functions.")
@click.option(
    "--diff",
    is_flag=True,
    help="Print what this rota would write otherwise in the project of this folder, as a patch.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def new_command(
    *,
    context: str | None,
    directory: str,
    tasks: Sequence[str],
    class_tasks: bool,
    diff: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make a worker for the application CONTEXT: tasks, tests, image, compose file, deployment.

    `rota new shop` makes services/shop_worker. The folder must be absent or empty.
    """
    from rota.scaffold.project import ProjectInput  # noqa: PLC0415 (--help works without)
    from rota.scaffold.task_stub import parse_tasks  # noqa: PLC0415

    if diff:
        if context or tasks or class_tasks or dry_run or as_json:
            raise UsageError(
                "--diff is about the project of this folder, as .rota-new.json has it: give "
                "nothing beside it"
            )
        _print_update()
        return

    wanted = ProjectInput(_names(context), parse_tasks(tasks), class_tasks)
    target = Path(directory, wanted.names.package)
    state, files, made_by = _make(wanted, target, dry_run=dry_run)
    update = ["rota new --diff"] if made_by != __version__ else []
    next_commands = [f"cd {shlex.quote(str(target))}", *update, "make test"]
    if as_json:
        click.echo(json.dumps(_facts(wanted.names, target, state, files, next_commands), indent=2))
    else:
        written = [] if state == ALREADY_SO else sorted(files)
        _print(wanted.names, target, f"{state} (rota {made_by})", written, next_commands)


def _print_update() -> None:
    """Print the patch to stdout, and what is left out of it to stderr."""
    from rota.scaffold.history import History  # noqa: PLC0415 (--help works without)
    from rota.scaffold.patch import patch_text  # noqa: PLC0415
    from rota.scaffold.reading import file_text  # noqa: PLC0415
    from rota.scaffold.record import find_project  # noqa: PLC0415
    from rota.scaffold.updating import plan, todays_files  # noqa: PLC0415

    folder, record = find_project(Path.cwd())
    history = History(folder)
    update = plan(
        record,
        todays_files(record),
        here=lambda path: file_text(folder / path),
        written=history.text_of,
    )
    # The paths of a patch are those of the repository; git passes over what is not below the folder
    # that it is applied in.
    click.echo(patch_text(update.changes, history.prefix), nl=False)
    for path, why in update.left_out.items():
        click.echo(f"rota: left out: {path}: {why}", err=True)
    if not update.changes:
        click.echo(f"rota: nothing to change since rota {record.version}", err=True)
    elif Path.cwd() != folder:
        click.echo(f"rota: apply it in {folder}", err=True)


def _names(context: str | None) -> "ProjectNames":
    from rota.scaffold.names import parse_context  # noqa: PLC0415 (--help works without)

    if context is not None:
        names = parse_context(context)
        if names.context != context.replace("_", "-"):
            click.echo(f"note: {context!r} is taken for the worker of {names.context!r}", err=True)
        return names
    if not _is_terminal():
        raise UsageError("CONTEXT is missing: name the application, for example `rota new shop`")

    def parsed(text: str) -> "ProjectNames":
        try:
            return parse_context(text.strip())
        except UsageError as error:
            raise click.UsageError(str(error)) from None

    asked: ProjectNames = click.prompt(
        "Name of the application, such as shop", value_proc=parsed, err=True
    )
    return asked


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _make(
    wanted: "ProjectInput", target: Path, *, dry_run: bool
) -> tuple[str, dict[str, str], str]:
    """Make the project; return what became of it, its files by path, and the rota that made it."""
    from rota.scaffold.local_rota import LOCAL_NAME, local_makefile, local_rota  # noqa: PLC0415
    from rota.scaffold.names import check_free  # noqa: PLC0415
    from rota.scaffold.project import project_files  # noqa: PLC0415
    from rota.scaffold.record import RECORD_NAME, read_record, record_text  # noqa: PLC0415
    from rota.scaffold.writing import check_target, write_project  # noqa: PLC0415

    files = dict(project_files(wanted))
    files[RECORD_NAME] = record_text(wanted, files)
    path = local_rota()
    if path is not None:
        files[LOCAL_NAME] = local_makefile(path)
    record = read_record(target)
    if record is not None and record.wanted == wanted:
        return ALREADY_SO, files, record.version
    check_target(target, files, is_project=record is not None)
    check_free(wanted.names)
    if dry_run:
        return "dry run", files, __version__
    write_project(target, files)
    return "written", files, __version__


def _facts(
    names: "ProjectNames",
    target: Path,
    state: str,
    files: Mapping[str, str],
    next_commands: Sequence[str],
) -> dict[str, Any]:
    return {
        "rota": __version__,
        "state": state,
        "directory": str(target),
        "package": names.package,
        "service": names.service,
        "class_prefix": names.class_prefix,
        "title": names.title,
        "files": [
            {"path": path, "bytes": len(text.encode())} for path, text in sorted(files.items())
        ],
        "next": list(next_commands),
    }


def _print(
    names: "ProjectNames",
    target: Path,
    state: str,
    paths: Sequence[str],
    next_commands: Sequence[str],
) -> None:
    client = f"{names.class_prefix}Client"
    click.echo(f"{names.title}: package {names.package}, service {names.service}, client {client}")
    click.echo(f"{target}: {state}")
    for path in paths:
        click.echo(f"  {path}")
    click.echo("Next:")
    for command in next_commands:
        click.echo(f"  {command}")
