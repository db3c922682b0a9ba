"""Options and arguments that are an empty text, mostly a variable that is not set in a shell."""

from typing import Any

import click

from rota.model.errors import UsageError


class _Text(click.types.StringParamType):
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | Any:
        if value == "" and param is not None:
            if isinstance(param, click.Argument):
                raise UsageError(f"{param.human_readable_name}: the value is empty; give one")
            raise UsageError(
                f"{param.opts[0]}: the value is empty; give one, or leave the option out"
            )
        return super().convert(value, param, ctx)


def refuse_empty_values(command: click.Command) -> None:
    """Have a command and those below it refuse an empty text for any option or argument.

    Each would take it for something else: a file's name, none given, the current folder.
    """
    for parameter in command.params:
        if type(parameter.type) is type(click.STRING):
            parameter.type = _Text()
    if isinstance(command, click.Group):
        for each in command.commands.values():
            refuse_empty_values(each)
