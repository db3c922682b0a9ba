"""The console of an installation, answered in this process."""

import contextlib

import httpx

from rota.web.access import AccessOptions
from rota.web.actions import Actions
from rota.web.answers import Answers
from rota.web.application import create_application
from rota.web.live import News
from rota.web.pages import About


def console(installation, *, access=None, hosts=(), routes=(), news=None, by_hand=None, **about):
    answers, news = Answers(lambda: installation.board), news or News()
    return create_application(
        answers,
        news,
        access=access or AccessOptions(),
        hosts=hosts,
        clock=installation.clock,
        about=About(**about),
        routes=routes,
        actions=None if by_hand is None else Actions(by_hand, answers, tell=news.note),
    )


@contextlib.asynccontextmanager
async def reader_of(app, *, host="localhost", peer="127.0.0.1", **options):
    transport = httpx.ASGITransport(app, client=(peer, 1234))
    async with httpx.AsyncClient(
        transport=transport, base_url=f"http://{host}", **options
    ) as client:
        yield client
