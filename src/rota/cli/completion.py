"""`rota completion`."""

import click
from click.shell_completion import get_completion_class


@click.command("completion", epilog='\b\nExample:\n  eval "$(rota completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script of SHELL."""
    from rota.cli import cli  # noqa: PLC0415 (the group imports this module)

    completion = get_completion_class(shell)
    if completion is not None:
        click.echo(completion(cli, {}, "rota", "_ROTA_COMPLETE").source())
