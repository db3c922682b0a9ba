import json

import pytest

from rota.model.events import RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.model.outcome import SkipReason
from rota.web.live import MOST_STREAMS, Live, News
from support.ledger_runs import record, run

pytestmark = pytest.mark.virtual_time

EVENTS = [
    RunStarted(run("a", "started"), 0.0),
    RunFinished(record("b", task="finished")),
    SlotsSkipped("skipped", 0, 0, 1, capped=False, reason=SkipReason.OVERLAP),
    RunLost("lost", "c", None),
]


class Reader:
    """The request of somebody who leaves after some messages."""

    def __init__(self, last=None):
        self.headers = {} if last is None else {"last-event-id": last}
        self.gone = False

    async def is_disconnected(self):
        return self.gone


async def stream_of(news, reader):
    return (await Live(news).events(reader)).body_iterator


def parsed(message):
    return dict(line.split(": ", 1) for line in message.strip().splitlines())


async def test_a_stream_names_each_task_once_however_much_happened_to_it():
    news = News()
    stream = await stream_of(news, Reader())
    assert await anext(stream) == "retry: 3000\n\n"
    for event in EVENTS * 3:
        news(event)

    message = parsed(await anext(stream))

    assert message["event"] == "tasks"
    assert json.loads(message["data"]) == {"tasks": ["finished", "lost", "skipped", "started"]}


async def test_between_two_messages_there_is_a_second(clock):
    news = News()
    stream = await stream_of(news, Reader())
    await anext(stream)
    began = clock.timestamp()
    times = []
    for task in ("a", "b", "c"):
        news.note(task)
        await anext(stream)
        times.append(clock.timestamp() - began)

    assert times == [0, 1, 2]


async def test_a_stream_without_news_says_every_15_seconds_that_it_lives(clock):
    stream = await stream_of(News(), Reader())
    await anext(stream)
    began = clock.timestamp()

    assert await anext(stream) == ": nothing new\n\n"
    assert clock.timestamp() - began == 15


async def test_a_stream_that_was_cut_off_goes_on_where_it_was():
    news = News()
    news.note("a")
    stream = await stream_of(news, Reader())
    await anext(stream)
    news.note("b")
    last = parsed(await anext(stream))["id"]
    news.note("c")

    again = await stream_of(news, Reader(last))
    await anext(again)
    assert json.loads(parsed(await anext(again))["data"]) == {"tasks": ["c"]}


@pytest.mark.parametrize("last", ["0-5", "nonsense", "-"])
async def test_a_position_in_another_process_makes_the_reader_begin_anew(last):
    stream = await stream_of(News(), Reader(last))
    await anext(stream)

    assert parsed(await anext(stream))["event"] == "reset"


@pytest.mark.parametrize("end", ["the reader leaves", "the process ends"])
async def test_a_stream_ends_when(end):
    news, reader = News(), Reader()
    stream = await stream_of(news, reader)
    await anext(stream)
    assert news.streams == 1
    if end == "the reader leaves":
        reader.gone = True
    else:
        news.close()

    assert [message async for message in stream] == []
    assert news.streams == 0


async def test_readers_beyond_the_limit_are_reported_to_ask_in_turn():
    news = News()
    news.streams = MOST_STREAMS

    answer = await Live(news).events(Reader())
    assert answer.status_code == 503
