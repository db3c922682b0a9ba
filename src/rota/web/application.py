"""The console: pages, JSON API and news of one installation, as one ASGI application."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route, Router

from rota.model.clock import Clock
from rota.web.access import AccessOptions, Guard
from rota.web.action_api import ActionApi
from rota.web.actions import Actions
from rota.web.answers import Answers
from rota.web.api import Api
from rota.web.changes import Changes
from rota.web.form_tokens import FormTokens
from rota.web.headers import SafeHeaders
from rota.web.hosts import AllowedHosts
from rota.web.live import Live, News
from rota.web.openapi import openapi_route
from rota.web.pages import About, Pages, page_routes
from rota.web.pages.forms import Forms


def create_application(
    answers: Answers,
    news: News,
    *,
    access: AccessOptions,
    hosts: Collection[str] = (),
    clock: Clock,
    about: About,
    routes: Sequence[BaseRoute] = (),
    actions: Actions | None = None,
) -> Starlette:
    """Return the application; `routes` are more of them, such as health and metrics.

    Whatever a request is for, it passes the checks of host, method and reader, in this order.
    Without `actions` nothing can be changed.
    """
    forms: Sequence[BaseRoute] = ()
    changes: Sequence[BaseRoute] = ()
    if actions is not None:
        tokens = FormTokens()
        about = replace(about, tokens=tokens)
        forms = Forms(actions, tokens, Pages(answers, clock, about), clock).routes()
        changes = ActionApi(actions, clock).routes()
    api = [
        *Api(answers, about).routes(),
        Route("/events", Live(news).events, name="api-events"),
        openapi_route(),
        *changes,
    ]
    app = Starlette(
        routes=[
            *routes,
            Mount("/api/v1", Router(api, redirect_slashes=False)),
            *forms,
            *page_routes(answers, clock=clock, about=about),
        ],
        middleware=[
            Middleware(SafeHeaders),
            Middleware(AllowedHosts, names=hosts),
            Middleware(Changes, allowed=actions is not None, names=hosts),
            Middleware(Guard, options=access),
        ],
    )
    # Where a proxy has taken a prefix off the path, a redirect to an absolute one would lose it.
    app.router.redirect_slashes = False
    return app
