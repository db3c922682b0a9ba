"""The ping of a process itself."""

import asyncio

import pytest

from rota.net.ping_targets import parse_ping_targets
from rota.observers.heartbeat import HEARTBEAT_SECONDS, beat
from rota.observers.pings import PingLine


class Sleep:
    """Ends the loop after so many sleeps."""

    def __init__(self, number):
        self._left = number
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)
        self._left -= 1
        if not self._left:
            raise asyncio.CancelledError


async def beats(setting, *well):
    sent = []
    line = PingLine(
        parse_ping_targets(setting),
        release="shop",
        send=lambda task, request: sent.append((task, request.url)),
    )
    sleep, answers = Sleep(len(well)), iter(well)
    with pytest.raises(asyncio.CancelledError):
        await beat(line, "@scheduler", lambda: next(answers), sleep=sleep)
    assert set(sleep.seconds) == {HEARTBEAT_SECONDS}
    return sent


async def test_a_process_pings_for_itself_while_it_is_well():
    sent = await beats("@scheduler https://x.test/{task}/{event}", True, False, True)
    assert sent == [("@scheduler", "https://x.test/scheduler/success")] * 2


@pytest.mark.parametrize("setting", ["https://x.test/{task}", "@console https://x.test/c"])
async def test_a_process_has_no_check_that_nobody_asked_for(setting):
    assert await beats(setting, True) == []
