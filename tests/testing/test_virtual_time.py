import asyncio
import threading

import pytest

from rota.testing import VirtualClock, VirtualLoop

START = 1_795_478_400
DAY_SECONDS = 86_400


def run(main):
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


def test_a_year_passes_at_once_and_timers_fire_in_their_order():
    woken = []

    async def sleeper(seconds):
        await asyncio.sleep(seconds)
        woken.append((seconds, asyncio.get_running_loop().time()))

    async def main():
        await asyncio.gather(*map(sleeper, (365 * DAY_SECONDS, 0.001, 3600)))

    run(main)

    assert woken == [(seconds, seconds) for seconds in (0.001, 3600, 365 * DAY_SECONDS)]


def test_the_clock_follows_the_loop_and_jumps_when_it_is_set():
    async def main():
        clock = VirtualClock(START)
        await asyncio.sleep(60)
        passed = clock.timestamp()
        clock.jump(-3600)
        return passed, clock.timestamp()

    assert run(main) == (START + 60, START + 60 - 3600)


def test_time_waits_for_a_thread():
    release = threading.Event()

    async def main():
        loop = asyncio.get_running_loop()
        work = asyncio.create_task(asyncio.to_thread(release.wait, 20))
        await asyncio.sleep(0)
        threading.Timer(0.01, release.set).start()
        timer = asyncio.create_task(asyncio.sleep(DAY_SECONDS))
        await work
        timer.cancel()
        return loop.time()

    assert run(main) == 0


def test_an_error_in_a_callback_is_not_only_logged():
    def broken():
        raise ValueError("in a callback")

    async def main():
        asyncio.get_running_loop().call_soon(broken)
        await asyncio.sleep(1)

    with pytest.raises(AssertionError, match="in a callback"):
        run(main)


def test_waiting_for_what_never_happens_is_an_error(monkeypatch):
    monkeypatch.setattr("rota.testing.virtual_time._NOTHING_EVER_HAPPENS_SECONDS", 0.01)

    async def main():
        await asyncio.get_running_loop().create_future()

    with pytest.raises(AssertionError, match="something that will never happen"):
        run(main)
