import pytest

from support.console import busy_installation, make_app, pages_of
from support.html import Page
from support.seen_installation import SeenInstallation


@pytest.fixture(scope="session")
def busy():
    return busy_installation()


@pytest.fixture(scope="session")
def seen(tmp_path_factory):
    """What a console has seen; nobody may change it."""
    installation = SeenInstallation(tmp_path_factory.mktemp("console") / "console.sqlite3")
    yield installation
    installation.ledger.close()


@pytest.fixture
def read():
    """Return a function that reads a page of an installation, and checks what holds for all."""

    async def read_page(installation, path, status=200, error=None, **about):
        app = make_app(installation, **about)
        app.state.answers.error = error
        async with pages_of(app) as client:
            answer = await client.get(path)
        assert answer.status_code == status, answer.text
        page = Page(answer.text)
        assert page.problems == []
        return page

    return read_page
