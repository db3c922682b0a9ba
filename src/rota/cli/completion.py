"""`rota completion`."""

import click
from click.shell_completion import CompletionItem, get_completion_class

from rota.model.errors import RotaError
from rota.settings import load_settings


@click.command("completion", epilog='\b\nExample:\n  eval "$(rota completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script of SHELL."""
    from rota.cli import cli  # noqa: PLC0415 (the group imports this module)

    completion = get_completion_class(shell)
    if completion is not None:
        click.echo(completion(cli, {}, "rota", "_ROTA_COMPLETE").source())


def complete_task(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the matching names of tasks; none if settings or tasks are broken."""
    from rota.tasks.discovery import discover  # noqa: PLC0415 (--help works without)

    try:
        tasks = discover(load_settings()).selected()
    except RotaError:
        return []
    return [CompletionItem(task.name) for task in tasks if task.name.startswith(begun)]
