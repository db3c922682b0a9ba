"""The commands. Each module is imported when its command is called, so that starting is cheap."""

import difflib
import errno
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from rota import __version__
from rota.cli.empty_values import refuse_empty_values
from rota.model.errors import ConfigError, RotaError
from rota.model.exit_codes import ExitCode
from rota.runtime import streams

# command → module; the function in it has the command's name.
COMMANDS = {
    "run": "rota.cli.run",
    "trigger": "rota.cli.trigger",
    "backfill": "rota.cli.backfill",
    "pause": "rota.cli.pause",
    "resume": "rota.cli.resume",
    "scheduler": "rota.cli.scheduler",
    "console": "rota.cli.console",
    "status": "rota.cli.status",
    "history": "rota.cli.history",
    "why": "rota.cli.why",
    "top": "rota.cli.top",
    "logs": "rota.cli.logs",
    "list": "rota.cli.list",
    "next": "rota.cli.next",
    "simulate": "rota.cli.simulate",
    "check": "rota.cli.check",
    "doctor": "rota.cli.doctor",
    "export": "rota.cli.export",
    "diff": "rota.cli.diff",
    "new": "rota.cli.new",
    "add": "rota.cli.add",
    "ready": "rota.cli.ready",
    "import": "rota.cli.importing",
    "demo": "rota.cli.demo",
    "dev": "rota.cli.dev",
    "health": "rota.cli.health",
    "completion": "rota.cli.completion",
}
_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), f"{cmd_name}_command")
        if not isinstance(command, click.Command):
            return None
        refuse_empty_values(command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader has seen enough, as in `rota list | head -1`; click would exit with 1.
            return ExitCode.SUCCEEDED

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint} Commands: {', '.join(COMMANDS)}.")
        return super().resolve_command(ctx, args)


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: ROTA_TASKS=shop.tasks:SendBills rota run send-bills",
)
@click.version_option(__version__, prog_name="rota")
@click.pass_context
def cli(context: click.Context) -> None:
    """Run an application's periodic tasks: once, on schedule, or as CronJobs."""
    if streams.refuses_colour():
        context.color = False


def run_command_line(arguments: Sequence[str]) -> int:  # noqa: PLR0911 (one for each kind of end)
    """Run the command line; return the exit code. Errors are printed as a sentence."""
    try:
        result = cli.main([*arguments], prog_name="rota", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:  # what click ends with once it has completed a word
        return end.code if isinstance(end.code, int) else ExitCode.SUCCEEDED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return ExitCode.INTERRUPTED_SIGINT
    except RotaError as error:
        return _refuse(error, arguments)
    except OSError as error:
        if error.errno not in _CANNOT_WRITE:
            raise
        click.echo(f"rota: error: cannot write the output: {error.strerror}", err=True)
        return ExitCode.TASK_FAILED
    return result if isinstance(result, int) else ExitCode.SUCCEEDED


def _refuse(error: RotaError, arguments: Sequence[str]) -> int:
    from rota.logs.redaction import redact  # noqa: PLC0415 (only for what went wrong)
    from rota.status.table import printable  # noqa: PLC0415

    text = redact(str(error))
    for line in text.splitlines() or [repr(error)]:
        click.echo(f"rota: error: {printable(line)}", err=True)
    if isinstance(error, ConfigError) and arguments[:1] == ["run"]:
        _leave_message(text)
    return error.exit_code


def _leave_message(reason: str) -> None:
    from rota.observers.termination_message import write_message  # noqa: PLC0415 (as above)

    path = os.environ.get("ROTA_TERMINATION_MESSAGE_PATH", "/dev/termination-log")
    facts = {"outcome": "failed", "exit_code": int(ExitCode.USAGE), "reason": reason}
    write_message(Path(path), facts)
