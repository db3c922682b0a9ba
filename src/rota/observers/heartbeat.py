"""The ping of a scheduler or a console itself: that it is there, whether or not anything is due."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from rota.observers.ping_services import Ping, PingEvent, run_uuid
from rota.observers.pings import PingLine

HEARTBEAT_SECONDS = 60.0


def keep_beating(
    line: PingLine, process: str, is_well: Callable[[], bool], until: AsyncExitStack
) -> None:
    """Have `beat` run in this event loop until the stack is left."""
    beating = asyncio.ensure_future(beat(line, process, is_well))
    until.callback(beating.cancel)


async def beat(
    line: PingLine,
    process: str,
    is_well: Callable[[], bool],
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Ping for `process`, such as `@scheduler`, once a minute while it is well; until cancelled.

    Run it in the event loop of the process, so that a loop that is blocked keeps quiet, too.
    """
    number = 0
    while True:
        if is_well():
            number += 1
            uuid = run_uuid(process, str(number))
            line.tell(Ping(PingEvent.SUCCESS, process, uuid))
        await sleep(HEARTBEAT_SECONDS)
