"""A real browser on real pages: Debian's chromium, driven by playwright."""

import contextlib
import importlib
import os
import shutil
import threading
from pathlib import Path

import pytest

from support.browser import Console
from support.seen_installation import ABOUT, SeenInstallation

ROOT = Path(__file__).parents[2]


@pytest.fixture
def console():
    with _served(Console()) as found:
        yield found


@pytest.fixture
def seen_console(tmp_path):
    """The pages of a console beside CronJobs."""
    installation = SeenInstallation(tmp_path / "console.sqlite3")
    with _served(Console(installation, **ABOUT)) as found:
        yield found
    installation.ledger.close()


@contextlib.contextmanager
def _served(found):
    ready = threading.Event()
    thread = threading.Thread(target=found.run, args=(ready,))
    thread.start()
    assert ready.wait(30)
    yield found
    found.end()
    thread.join(30)


@pytest.fixture(scope="session")
def browser():
    # Installed by `make browser` alone.
    playwright_api = importlib.import_module("playwright.sync_api")
    path = shutil.which("chromium")
    assert path, "no chromium: apt-get install chromium"
    with playwright_api.sync_playwright() as playwright:
        # Root may not have the sandbox, and the pages are ours.
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser, console):
    """Return a function that opens a page; whatever the browser complains of fails the test."""
    yield from _opening(browser, console)


@pytest.fixture
def open_seen_page(browser, seen_console):
    """Return such a function for the pages of a console beside CronJobs."""
    yield from _opening(browser, seen_console)


def _opening(browser, console):
    complaints = []
    contexts = contextlib.ExitStack()

    def opened(path="", *, width=1400, theme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, **options
        )
        contexts.callback(context.close)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(console.url + path)
        return page

    requests = []
    yield opened
    contexts.close()
    foreign = [each for each in requests if not each.startswith((console.url, "data:"))]
    assert foreign == []
    # Of each answer that is not 200 the browser writes, too; some tests are about those.
    assert [each for each in complaints if not each.startswith("Failed to load resource")] == []


@pytest.fixture
def screenshots(tmp_path):
    """Return where screenshots go: SCREENSHOTS below the project, else nowhere that stays."""
    wanted = os.environ.get("SCREENSHOTS")
    folder = ROOT / wanted if wanted else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder
