"""Serves pages and API of one installation at the address of its settings."""

import contextlib
import logging
from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from rota.model.clock import Clock
from rota.net.addresses import parse_address
from rota.scheduler.by_hand import ByHand
from rota.settings import Settings
from rota.status.board import Board
from rota.web.access import AccessOptions, check_access
from rota.web.actions import Actions
from rota.web.answers import Answers
from rota.web.application import create_application
from rota.web.health import Probe, create_health_app, health_routes
from rota.web.live import News
from rota.web.pages import About
from rota.web.server import serving

_logger = logging.getLogger(__name__)


async def serve_health(
    settings: Settings,
    probe: Probe,
    routes: Sequence[BaseRoute],
    servers: contextlib.AsyncExitStack,
) -> None:
    """Serve health and `routes` at ROTA_HEALTH_ADDRESS, where it is set, until `servers` is left.

    Raises ConfigError for an address that cannot be had.
    """
    if not settings.health_address:
        return
    host, port = parse_address(settings.health_address, "ROTA_HEALTH_ADDRESS")
    app = create_health_app(probe, routes=routes)
    url = await servers.enter_async_context(serving(app, host, port))
    _logger.info("health.listening", extra={"url": url})


async def serve_pages(
    settings: Settings,
    make_board: Callable[[], Board],
    news: News,
    about: About,
    *,
    probe: Probe,
    routes: Sequence[BaseRoute],
    clock: Clock,
    servers: contextlib.AsyncExitStack,
    by_hand: ByHand | None = None,
) -> str:
    """Serve pages, API, health and `routes` at ROTA_WEB_ADDRESS until `servers` is left.

    `by_hand` takes orders where ROTA_WEB_ACTIONS allows them. Returns the URL. Raises ConfigError
    where the address cannot be had, or is open by mistake.
    """
    host, port = parse_address(settings.web_address, "ROTA_WEB_ADDRESS")
    access = AccessOptions(
        access=settings.web_access,
        secret_file=settings.web_secret_file,
        proxies=settings.web_proxies,
        user_header=settings.web_user_header,
    )
    check_access(access, host, actions=settings.web_actions)
    answers = Answers(make_board)
    servers.callback(answers.close)
    app = create_application(
        answers,
        news,
        access=access,
        hosts=settings.web_hosts,
        clock=clock,
        about=about,
        routes=[*health_routes(probe), *routes],
        actions=Actions(by_hand, answers, tell=news.note)
        if by_hand and settings.web_actions
        else None,
    )
    url = await servers.enter_async_context(serving(app, host, port))
    servers.callback(news.close)  # before the server waits for its streams
    _logger.info("web.listening", extra={"url": url})
    return url
