"""Pages out of templates, and what all templates may call."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from rota.model.clock import Clock
from rota.status.board import Board
from rota.status.marks import MARKS
from rota.web.pages import links, moments
from rota.web.pages.about import About
from rota.web.pages.assets import asset_path
from rota.web.pages.strips import strip_markup, strip_summary

T = TypeVar("T")
_STATE = Markup('<span class="state {}"><span aria-hidden="true">{}</span> {}</span>')
_NAVIGATION = (
    ("", "Overview"),
    ("runs", "Runs"),
    ("timeline", "Timeline"),
    ("calendar", "Calendar"),
    ("system", "System"),
)


class Answers(Protocol):
    """Who asks the board, away from the event loop."""

    async def ask(self, question: Callable[[Board], T], *, search: bool = False) -> T:
        """Return what `question` answers; raises what it raises. A `search` may take long."""
        ...


@functools.cache
def state_markup(state: str) -> Markup:
    """Return a state as its mark and its word."""
    return _STATE.format(state, MARKS[state].glyph, state.replace("_", " "))


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rota.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "asset": asset_path,
        "navigation": _NAVIGATION,
        "query": links.query,
        "run_path": links.run_path,
        "seconds": moments.seconds_text,
        "slot_key": moments.slot_key,
        "slot_path": links.slot_path,
        "span": moments.span_text,
        "state": state_markup,
        "strip": strip_markup,
        "strip_summary": strip_summary,
        "task_path": links.task_path,
        "zone_clock": moments.zone_clock,
        "zone_of": moments.zone_of,
        "zone_text": moments.zone_text,
    }
    return environment


class Pages:
    """What every page needs: answers, the time, and a way to be written."""

    def __init__(self, answers: Answers, clock: Clock, about: About) -> None:
        self.answers = answers
        self.about = about
        self._clock = clock

    def now(self) -> float:
        """Return the epoch time."""
        return self._clock.timestamp()

    def render(
        self,
        request: Request,
        template: str,
        *,
        here: str,
        twin: str | None,
        now: float | None = None,
        status: int = 200,
        **values: Any,
    ) -> Response:
        """Return a page. `here` is its entry of the navigation, `twin` the path of its JSON.

        `now` is the moment that the page shows; None: this one.
        """
        moment = self.now() if now is None else now
        text = (
            _environment()
            .get_template(template)
            .render(
                root=links.root_of(request),
                about=self.about,
                here=here,
                twin=twin,
                now=moment,
                relative=functools.partial(moments.relative_tag, now=moment),
                clock=functools.partial(moments.clock_tag, now=moment),
                full=functools.partial(moments.full_tag, now=moment),
                **values,
            )
        )
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


Handler = Callable[[Request], Awaitable[Response]]
# Called where questions are answered: a page of a hundred tasks takes a while to write, too.
PageHandler = Callable[[Pages, Board, Request], Response]
