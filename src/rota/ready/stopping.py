"""Point 5: the worker is started as the seed starts it, and both signals end it."""

import asyncio
import signal
import sys
import time

from rota.ready.commands import Machine, end_group
from rota.ready.points import NotReadyError

START_SECONDS = 60.0
# Beyond the grace: time to cancel, and to leave in order.
SLACK_SECONDS = 10.0
_STARTED = b"worker.started"
_CHUNK_BYTES = 2**20
_LAST_LINES = 2
_LAST_CHARACTERS = 500


async def try_signals(machine: Machine, package: str, api: str, grace_seconds: float) -> str:
    """Start `python -m PACKAGE.main`, end it with SIGTERM, and again with SIGINT; return the times.

    `api` is the Business API that it calls. NotReadyError where it does not start, takes longer
    than the grace, or ends with another code than 0.
    """
    taken = []
    for number in (signal.SIGTERM, signal.SIGINT):
        seconds = await _end(machine, package, api, number, grace_seconds + SLACK_SECONDS)
        taken.append(f"{number.name} ended `python -m {package}.main` with 0 in {seconds:.1f} s")
    return ", ".join(taken)


async def _end(
    machine: Machine, package: str, api: str, number: signal.Signals, within_seconds: float
) -> float:
    command = f"python -m {package}.main"
    process = await machine.start(
        sys.executable,
        "-m",
        f"{package}.main",
        BUSINESS_API_URL=api,
        ROTA_STATE_PATH="off",
        ROTA_HEALTH_ADDRESS="",
        ROTA_WEB_ADDRESS="",
        # That it has started is a line of this level.
        LOG_LEVEL="INFO",
    )
    try:
        await _read_until_started(process, command)
        rest = asyncio.create_task(_drain(process))
        asked = time.monotonic()
        try:
            process.send_signal(number)
        except ProcessLookupError:
            raise NotReadyError(
                f"{command} ended by itself, with {process.returncode}, when it had started"
            ) from None
        try:
            async with asyncio.timeout(within_seconds):
                code = await process.wait()
                taken = time.monotonic() - asked
                # What it has started may hold its output open.
                await rest
        except TimeoutError:
            raise NotReadyError(
                f"{command}, or what it has started, still runs {within_seconds:.0f} s after "
                f"{number.name}"
            ) from None
    finally:
        await end_group(process)
    if code:
        raise NotReadyError(f"{command} ends with {code} after {number.name}, not with 0")
    return taken


async def _read_until_started(process: asyncio.subprocess.Process, command: str) -> None:
    output = _output(process)
    told = b""
    try:
        async with asyncio.timeout(START_SECONDS):
            while chunk := await output.read(_CHUNK_BYTES):
                # Enough for the line that is waited for, whatever else a task writes.
                told = (told + chunk)[-_CHUNK_BYTES:]
                if _STARTED in told:
                    return
    except TimeoutError:
        raise NotReadyError(f"{command} has not started within {START_SECONDS:.0f} s") from None
    raise NotReadyError(f"{command} ended before it had started: {_last_words(told)}")


def _last_words(output: bytes) -> str:
    """Return the last lines, less those of a traceback that are not the error itself."""
    lines = output.decode("utf-8", "replace").splitlines()
    words = [line for line in lines if line.strip() and not line.startswith((" ", "Traceback "))]
    return " / ".join(words[-_LAST_LINES:])[-_LAST_CHARACTERS:] or "it wrote nothing"


async def _drain(process: asyncio.subprocess.Process) -> None:
    output = _output(process)
    while await output.read(_CHUNK_BYTES):
        pass


def _output(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    if process.stdout is None:  # pragma: no cover (a pipe is asked for)
        raise NotReadyError("the worker has no output")
    return process.stdout
