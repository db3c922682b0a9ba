"""A clock that begins elsewhere and runs faster, and a loop at its pace."""

import asyncio
import logging
import time

import pytest

from rota.dev import work
from rota.dev.board import Board
from rota.dev.messages import World
from rota.dev.screen import picture_of
from rota.dev.travel import FastClock, FastLoop, StampedBy
from rota.settings import Settings

START = 1_806_193_800.0  # 2027-03-28T00:30:00Z


def test_a_fast_clock_begins_at_its_start_and_keeps_its_pace():
    ticks = [100.0]
    clock = FastClock(start=START, speed=60, began=100.0, monotonic=lambda: ticks[0])

    assert clock.timestamp() == START
    ticks[0] += 1.5
    assert clock.timestamp() == START + 90


@pytest.mark.parametrize("speed", [60, 300])
def test_a_timer_of_a_fast_loop_is_that_much_shorter(speed):
    asked = 0.1 * speed

    async def nap():
        loop = asyncio.get_running_loop()
        before, really_before = loop.time(), time.monotonic()
        await asyncio.sleep(asked)
        return loop.time() - before, time.monotonic() - really_before

    with asyncio.Runner(loop_factory=lambda: FastLoop(speed)) as runner:
        passed, really_passed = runner.run(nap())

    assert passed >= asked
    assert 0.099 <= really_passed < asked


def test_a_fast_loop_waits_for_a_socket_at_its_own_pace():
    async def ask():
        async def answer(reader, writer):
            writer.write(await reader.readline())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"hello\n")
            line = await reader.readline()
            writer.close()
            return line

    with asyncio.Runner(loop_factory=lambda: FastLoop(60)) as runner:
        assert runner.run(ask()) == b"hello\n"


def test_the_log_is_dated_by_the_clock_of_the_travel():
    record = logging.LogRecord("shop", logging.INFO, "", 0, "sent", None, None)
    clock = FastClock(start=START, began=0.0, monotonic=lambda: 5.0)

    assert StampedBy(clock).filter(record)
    assert record.created == START + 5


@pytest.mark.parametrize(
    ("speed", "said"),
    [(60, "at 2027-03-28T00:30:00Z, 60 times as fast"), (1, "at 2027-03-28T00:30:00Z")],
)
def test_the_table_shows_the_time_that_is_travelled_in(speed, said):
    board = Board()
    clock = {"start": START, "speed": speed, "began": time.monotonic()}
    board.take({"event": "ready", "api": "http://demo", "clock": clock})

    head = picture_of(board, START, 80, keys=False).renderables[1]
    assert head.plain == f"running  0 tasks, Business API http://demo, {said}"


def test_without_a_travel_no_time_is_shown():
    board = Board()
    board.take({"event": "ready", "api": "http://demo", "clock": None})

    assert board.where() == "Business API http://demo"


@pytest.mark.parametrize(
    ("world", "traces"), [({}, True), ({"at": START}, False), ({"speed": 60}, False)]
)
def test_no_spans_are_sent_of_a_travel(world, traces):
    settings = Settings(_env_file=None, traces=True)

    assert work._for_development(settings, World(demo="http://demo", **world)).traces is traces
