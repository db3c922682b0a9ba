"""What holds for every page."""

import asyncio
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest

from rota.model.errors import ConfigError
from support.console import HOUR, NOW, busy_installation, make_app, pages_of
from support.html import Page
from support.statuses import Installation, make_task

HOSTILE = """<img src=x onerror=alert(1)>"'`{{ 7 * 7 }}<title>&amp;"""
TWINS = {"/": "/tasks", "/timeline": "/runs", "/calendar": "/calendar"}


async def crawl(app, start="/", root_path="", most=150):
    """Return the pages that links lead to, by path; a link into nowhere is a failure."""
    found, waiting = {}, [start]
    async with pages_of(app, root_path) as client:
        while waiting and len(found) < most:
            path = waiting.pop(0)
            if path in found:
                continue
            answer = await client.get(path)
            assert answer.status_code == 200, path
            if "html" not in answer.headers["content-type"]:
                found[path] = None
                continue
            page = found[path] = Page(answer.text)
            assert page.problems == [], path
            links = [link for link in page.links if not link.startswith("#")]
            targets = [urljoin(path, link) for link in links]
            waiting += [each for each in targets if not each.startswith(f"{root_path}/api/")]
    return {path: page for path, page in found.items() if page is not None}


@pytest.fixture(scope="module")
def site():
    return asyncio.run(crawl(make_app(busy_installation()), most=120))


def kind(path):
    parts = urlsplit(path).path.strip("/").split("/")
    return "/".join("*" if number % 2 else part for number, part in enumerate(parts))


def test_every_link_leads_to_a_page_that_is_well_formed(site):
    assert {
        "",
        "runs",
        "timeline",
        "calendar",
        "system",
        "tasks/*",
        "tasks/*/slots/*",
        "runs/*",
    } <= {kind(path) for path in site}


async def test_the_pages_work_below_any_path():
    site = await crawl(make_app(busy_installation()), "/team/rota/", "/team/rota", most=40)

    assert all(path.startswith("/team/rota/") for path in site)


def test_nothing_is_loaded_from_elsewhere_and_no_link_is_absolute(site):
    for path, page in site.items():
        for link in page.links:
            parts = urlsplit(link)
            assert not parts.scheme, path
            assert not parts.netloc, path
            assert not link.startswith("/"), path


def test_no_page_has_a_script_or_style_of_its_own(site):
    for path, page in site.items():
        for element in page.elements:
            assert element.tag not in ("style", "base", "iframe"), path
            assert "style" not in element.attributes, path
            assert not [name for name in element.attributes if name.startswith("on")], path
            if element.tag == "script":
                assert element.text == ""
                assert element.attributes["src"].split("?")[0].endswith("static/rota.js")


def test_every_page_names_itself_and_its_tables_and_has_one_heading_and_a_way_past_the_head(site):
    titles = [page.all("title")[0].text for path, page in site.items() if "?" not in path]
    for path, page in site.items():
        assert len(page.all("h1")) == 1, path
        assert len(page.all("caption")) == len(page.all("table")), path
        assert page.all("a")[0].attributes["href"] == "#main", path
        assert page.one("main").attributes["id"] == "main"
        assert all(each.attributes["datetime"].endswith("Z") for each in page.all("time"))
    assert len(set(titles)) == len(titles)


def test_every_page_links_its_json(site):
    for path, page in site.items():
        [link] = [each for each in page.all("a") if each.text == "this page as JSON"]
        twin = urljoin(path, link.attributes["href"])
        at = urlsplit(path).path
        expected = f"/api/v1{TWINS.get(at, at)}"
        assert twin.split("?")[0] == expected


@pytest.fixture
def hostile():
    """Return an installation whose names, reasons and docs are markup."""
    safe = make_task("t", HOSTILE, interval_seconds=HOUR)
    installation = Installation(NOW, replace(safe, name=HOSTILE))
    installation.ran(HOSTILE, NOW - NOW % HOUR, "failed", reason=HOSTILE, counts={HOSTILE: HOSTILE})
    installation.runs(HOSTILE, NOW - NOW % HOUR - HOUR)
    return installation


async def test_markup_in_names_reasons_and_docs_is_text(hostile):
    site = await crawl(make_app(hostile, release=HOSTILE, notes=lambda: [HOSTILE]))

    assert {"", "tasks/*", "runs/*"} <= {kind(path) for path in site}
    for path, page in site.items():
        assert not page.all("img"), path
        assert HOSTILE in page.text, path
        assert HOSTILE in page.all("title")[0].text


async def test_what_an_address_says_is_text(hostile, read):
    for path in (f"/?q={HOSTILE}", f"/?state={HOSTILE}&sort={HOSTILE}&page={HOSTILE}"):
        page = await read(hostile, path)
        assert not page.all("img")
    page = await read(hostile, "/runs/%3Cimg%20src=x%3E", status=404)
    assert "No run <img src=x> is known" in page.text


async def test_an_unknown_path_says_so_and_leads_back(busy, read):
    page = await read(busy, "/no/such/page", status=404)

    assert "There is no page at /no/such/page." in page.text
    assert page.all("a", href="../../")


async def test_an_unknown_path_of_the_api_is_no_page(busy):
    async with pages_of(make_app(busy)) as client:
        answer = await client.get("/api/v1/nothing")

    assert answer.status_code == 404
    assert "html" not in answer.headers["content-type"]


async def test_a_ledger_that_cannot_be_read_is_reported_in_a_sentence(busy, read):
    error = ConfigError("the ledger /data/rota.db cannot be read: disk I/O error")
    for path in ("/", "/tasks/cleanup", "/runs/run-1"):
        page = await read(busy, path, status=503, error=error)
        assert "The ledger /data/rota.db cannot be read: disk I/O error." in page.text
        assert "Traceback" not in page.text


async def test_notes_of_the_process_stand_on_every_page(busy, read):
    for path in ("/", "/tasks/cleanup", "/no-such-page"):
        page = await read(
            busy,
            path,
            404 if "such" in path else 200,
            notes=lambda: ["The data is 4m old."],
            release="shop",
        )
        assert page.one("p", class_="note").text == "The data is 4m old."
        assert page.one("span", class_="release").text == "shop"


async def test_the_files_that_pages_load_may_be_kept_since_their_address_changes(busy, read):
    page = await read(busy, "/")
    async with pages_of(make_app(busy)) as client:
        style = await client.get("/" + page.one("link", rel="stylesheet").attributes["href"])
        other = await client.get("/static/other.css")

    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["cache-control"]
    assert "http" not in style.text
    assert other.status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_pages_only_show(busy, method):
    async with pages_of(make_app(busy)) as client:
        for path in ("/", "/tasks/cleanup", "/runs/run-1"):
            answer = await client.request(method, path)
            assert answer.status_code == 405
