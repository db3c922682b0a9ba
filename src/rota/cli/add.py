"""`rota add`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rota.model.errors import UsageError

if TYPE_CHECKING:
    from rota.scaffold.adding import Addition
    from rota.scaffold.names import ProjectNames
    from rota.scaffold.record import Record
    from rota.scaffold.task_stub import TaskStub


@click.group(
    "add", epilog="\b\nExample:\n  rota add task send-reminders --schedule '0 8 * * MON-FRI'"
)
def add_command() -> None:
    """Add to a project that `rota new` has made."""


@add_command.command(
    "task",
    epilog="\b\nExamples:\n  rota add task send-reminders --schedule '0 8 * * MON-FRI'\n"
    "  rota add task poll --schedule 5m --class",
)
@click.argument("name")
@click.option(
    "--schedule", required=True, help="Cron text, seconds, or a span as 5m, as `rota new --task`."
)
@click.option(
    "--class/--function",
    "class_task",
    default=None,
    help="Write a class, or a function.  [default: as the project was made]",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add_task_command(
    *, name: str, schedule: str, class_task: bool | None, dry_run: bool, as_json: bool
) -> None:
    """Add the task NAME: its module, its test, and its entry in the list TASKS.

    Run it anywhere in the project. The stub calls POST /api/v1/operations/NAME; put your own
    endpoint in its place.
    """
    from rota.scaffold.adding import add_task  # noqa: PLC0415 (--help works without)
    from rota.scaffold.record import RECORD_NAME, find_project  # noqa: PLC0415
    from rota.scaffold.task_stub import task_stub  # noqa: PLC0415
    from rota.scaffold.writing import write_into  # noqa: PLC0415

    folder, record = find_project(Path.cwd())
    stub = task_stub(name, schedule)
    as_class = record.wanted.class_tasks if class_task is None else class_task
    names = record.wanted.names
    before = _files(folder, names)
    addition = add_task(before, names, stub, class_task=as_class)
    after = _with_addition(record, addition, before, stub, class_task=as_class)
    if not dry_run:
        write_into(folder, addition.new, {**addition.changed, RECORD_NAME: after.text})
    _tell(folder, addition, dry_run=dry_run, as_json=as_json)


def _files(folder: Path, names: "ProjectNames") -> dict[str, str]:
    """Return the files that an addition may change. UsageError without a list of tasks."""
    from rota.scaffold.project import VALUES_PATH, task_list_path  # noqa: PLC0415 (as above)
    from rota.scaffold.reading import file_text  # noqa: PLC0415

    listed = task_list_path(names)
    texts = {path: file_text(folder / path) for path in (listed, VALUES_PATH)}
    if texts[listed] is None:
        raise UsageError(f"{folder / listed}: missing; the list TASKS belongs there")
    return {path: text for path, text in texts.items() if text is not None}


def _with_addition(
    record: "Record",
    addition: "Addition",
    before: dict[str, str],
    stub: "TaskStub",
    *,
    class_task: bool,
) -> "Record":
    """Return the record of the project afterwards: what was edited by hand stays so."""
    from dataclasses import replace  # noqa: PLC0415 (only here)

    from rota.scaffold.record import digest  # noqa: PLC0415 (--help works without)

    hashes = {**record.hashes} | {path: digest(text) for path, text in addition.new.items()}
    for path, text in addition.changed.items():
        if record.hashes.get(path) == digest(before[path]):
            hashes[path] = digest(text)
    return replace(record, hashes=hashes, added=(*record.added, (stub, class_task)))


def _tell(folder: Path, addition: "Addition", *, dry_run: bool, as_json: bool) -> None:
    commands = ["make test"] if addition.exported else ["make export", "make test"]
    if as_json:
        facts: dict[str, Any] = {
            "state": "dry run" if dry_run else "written",
            "directory": str(folder),
            "new": sorted(addition.new),
            "changed": sorted(addition.changed),
            "next": commands,
        }
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo(f"{folder}: {'dry run, nothing is written' if dry_run else 'written'}")
    for path in sorted(addition.new):
        click.echo(f"  new      {path}")
    for path in sorted(addition.changed):
        click.echo(f"  changed  {path}")
    click.echo("Next:")
    for command in commands:
        click.echo(f"  {command}")
