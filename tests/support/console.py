"""An installation with something of everything, and its pages without a server."""

import contextlib

import httpx
from starlette.applications import Starlette

from rota.web.pages import About, page_routes
from support.ledger_runs import START
from support.statuses import Installation, make_task

HOUR = 3600
DAY = 86_400
NOW = START + 4 * DAY + 2 * HOUR + 11 * 60 + 20


class Direct:
    """Answers in the event loop itself."""

    def __init__(self, board):
        self.board = board
        self.error = None

    async def ask(self, question, *, search=False):
        if self.error is not None:
            raise self.error
        return question(self.board)


def make_app(installation, **about):
    answers = Direct(installation.board)
    routes = page_routes(answers, clock=installation.clock, about=About(**about))
    app = Starlette(routes=routes)
    app.state.answers = answers
    return app


@contextlib.asynccontextmanager
async def pages_of(app, root_path=""):
    transport = httpx.ASGITransport(app, root_path=root_path)
    async with httpx.AsyncClient(transport=transport, base_url="http://pages.test") as client:
        yield client


def busy_installation(ledger=None):
    """Return tasks that are well, failing, overdue, running, suspended, slow and new."""
    tasks = (
        make_task(
            "cleanup", "Delete sessions and uploads that have expired.", interval_seconds=HOUR
        ),
        make_task("notifications", "Send what is pending.", interval_seconds=300),
        make_task(
            "invoices",
            "Make the invoices of the day and hand them to the printer.",
            schedule="0 9 * * 1-5",
            timezone="Asia/Tokyo",
        ),
        make_task(
            "letters",
            "Print the letters that were written since the last hour.",
            interval_seconds=HOUR,
        ),
        make_task(
            "search-index",
            "Bring the search index up to date.",
            interval_seconds=900,
            overlap="replace",
        ),
        make_task(
            "exports",
            "Export the orders of yesterday for the accountants.",
            schedule="0 1 * * *",
            timezone="Europe/Berlin",
        ),
        make_task(
            "backup",
            "Copy the uploads to the other data centre.",
            schedule="30 2 * * *",
            suspend=True,
        ),
        make_task("newsletter", "Write to everybody who asked for it.", schedule="0 8 1 * *"),
        make_task(
            "exchange-rates", "Fetch the rates of the central bank.", interval_seconds=7 * 60
        ),
        make_task(
            "reports",
            "Compute the figures of the dashboard.",
            interval_seconds=6 * HOUR,
            timeout_seconds=600,
        ),
        make_task("sessions", "Count who is there.", interval_seconds=600),
        make_task(
            "webhooks",
            "Deliver what partners subscribed to.",
            interval_seconds=120,
            timeout_seconds=90,
        ),
    )
    found = Installation(NOW, *tasks, ledger=ledger)
    for filled in (_hourly, _frequent, _rare):
        filled(found)
    return found


def _slots(interval, count, until=NOW):
    newest = until - until % interval
    return [newest - interval * back for back in reversed(range(count))]


def _hourly(found):
    for number, slot in enumerate(_slots(HOUR, 60)):
        found.ran(
            "cleanup",
            slot,
            late=0.2 + number * 11 % 7 * 0.1,
            duration_seconds=0.4 + number * 17 % 13 * 0.02,
            counts={"deleted": 0 if number > 56 else 40 + number * 37 % 53},
        )
    for number, slot in enumerate(_slots(HOUR, 60)):
        failed = number > 54 or number == 20
        reason = "POST /letters: the printer is out of paper (503 after 4 attempts)"
        found.ran(
            "letters",
            slot,
            "failed" if failed else "succeeded",
            duration_seconds=31.0 if failed else 1.2 + number % 7 * 0.1,
            reason=reason if failed else None,
        )
    for number, slot in enumerate(_slots(6 * HOUR, 16)):
        timed_out = number == 15
        found.ran(
            "reports",
            slot,
            "timed_out" if timed_out else "succeeded",
            duration_seconds=600.0 if timed_out else 210.0 + number * 17,
            reason="the task timed out after 10m" if timed_out else None,
        )


def _frequent(found):
    for number, slot in enumerate(_slots(300, 100)):
        skipped = number in (40, 41, 42)
        if number == 40:
            found.skipped("notifications", slot, slot + 600, count=3)
        if not skipped:
            counts = {"sent": 120 + number * 29 % 41, "failed": number % 23 // 22 * 3}
            found.ran(
                "notifications",
                slot,
                late=0.1 + number * 29 % 17 * 0.02,
                duration_seconds=2.0 + number * 37 % 23 * 0.15,
                counts=counts,
            )
    for number, slot in enumerate(_slots(900, 80)[:-1]):
        cut = number % 19 == 5
        found.ran(
            "search-index",
            slot,
            "interrupted" if cut else "succeeded",
            duration_seconds=880.0 if cut else 240.0 + number % 11 * 30,
        )
    found.runs("search-index", _slots(900, 1)[0], late=1.0)
    for number, slot in enumerate(_slots(420, 60)):
        found.ran("exchange-rates", slot, duration_seconds=0.8 if number < 59 else 4.6)
    for slot in _slots(600, 60):
        found.ran("sessions", slot, duration_seconds=0.2)
    for slot in _slots(120, 60)[:-1]:
        found.ran("webhooks", slot, duration_seconds=14.0)
    found.runs("webhooks", _slots(120, 1)[0])


def _rare(found):
    for back in range(1, 5):
        found.ran("exports", START + (4 - back) * DAY, duration_seconds=95.0)
    for slot in _slots(DAY, 4, until=START + 3 * DAY):
        found.ran("backup", slot + 2.5 * HOUR, duration_seconds=1800.0)
