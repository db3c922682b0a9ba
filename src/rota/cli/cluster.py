"""What commands that talk to a cluster have in common."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rota.model.clock import duration_text
from rota.model.errors import UsageError
from rota.model.exit_codes import ExitCode, meaning_of
from rota.model.slot import SlotState
from rota.runtime.signals import StopSignals
from rota.status.table import printable

if TYPE_CHECKING:
    from rota.kubernetes.connection import Connection
    from rota.ledger.records import RecordedRun

_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_HARD_STOP_SECONDS = 10.0

Result = TypeVar("Result")
Command = TypeVar("Command", bound=Callable[..., Any])


instance_option = click.option(
    "--instance",
    help="Label app.kubernetes.io/instance of the CronJob: the release, where several have the "
    "task.",
)


class StoppedError(Exception):
    """A stop signal came before the work was done."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


def cluster_options(command: Command) -> Command:
    """Add `--namespace` and `--context`, as kubectl has them."""
    namespace = click.option(
        "--namespace",
        "-n",
        callback=check_namespace,
        help="Namespace in the cluster.  [default: the context's]",
    )
    context = click.option(
        "--context", help="Context of the kubeconfig.  [default: its current one]"
    )
    return namespace(context(command))


def check_namespace(_: click.Context, __: click.Parameter, namespace: str | None) -> str | None:
    """Return the namespace; UsageError for what cannot be the name of one."""
    if namespace is not None and not _NAMESPACE.fullmatch(namespace):
        raise UsageError(f"--namespace {namespace!r} is not the name of a namespace")
    return namespace


def tell(text: str) -> None:
    """Say something beside the command's result."""
    click.echo(f"rota: {printable(text)}", err=True)


def run_until_stopped(
    work: Coroutine[Any, Any, Result], *, hard_stop_seconds: float = _HARD_STOP_SECONDS
) -> Result:
    """Run `work` in a new event loop; StoppedError where a stop signal came before its end.

    It has `hard_stop_seconds` to end what it has begun, once a signal has come.
    """
    return asyncio.run(_until_stopped(work, hard_stop_seconds))


async def _until_stopped(work: Coroutine[Any, Any, Result], hard_stop_seconds: float) -> Result:
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(work)
    numbers: list[int] = []

    def stop(number: int) -> None:
        numbers.append(number)
        loop.call_soon_threadsafe(task.cancel)

    with StopSignals(stop, hard_stop_seconds=hard_stop_seconds):
        try:
            return await task
        except asyncio.CancelledError:
            if not numbers:
                raise
            raise StoppedError(numbers[0]) from None


@asynccontextmanager
async def cluster(
    context: str | None, *, purpose: str, otherwise: str
) -> AsyncIterator["Connection"]:
    """Give a connection to a context's API server until the block ends.

    Raises UsageError where there is no client library, or no usable kubeconfig: `purpose` needs
    them, and `otherwise` says what can be done without.
    """
    from rota.kubernetes.extra import client_library  # noqa: PLC0415 (--help works without)

    connected = client_library(purpose, otherwise)
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(connected(context))
        except UsageError as error:
            raise UsageError(f"{error} ({otherwise})") from None
        yield connection


def follow_command(job: Mapping[str, Any]) -> str:
    """Return the command that follows a Job."""
    metadata = job["metadata"]
    return shlex.join(
        ["rota", "logs", metadata["name"], "--namespace", metadata["namespace"], "--follow"]
    )


def exit_code_of_job(run: "RecordedRun") -> int:
    """Return the exit code of a Job's run; 1 where it failed and no pod says how."""
    if run.state is SlotState.SUCCEEDED:
        return ExitCode.SUCCEEDED
    return run.exit_code or ExitCode.TASK_FAILED


def end_text(run: "RecordedRun") -> str:
    """Return how a Job's run ended, as `failed after 4s, exit code 3 (…): the reason`."""
    text = run.state.value.replace("_", " ")
    if run.duration_seconds is not None:
        text += f" after {duration_text(round(run.duration_seconds, 1))}"
    if run.exit_code:
        meaning = meaning_of(run.exit_code)
        text += f", exit code {run.exit_code} ({meaning})"
        if run.reason == meaning:
            return text
    return f"{text}: {run.reason}" if run.reason else text
