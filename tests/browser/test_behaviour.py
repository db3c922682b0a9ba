"""What pages do in a browser, with JavaScript and without."""

import pytest

from support.browser import PAGES, until
from support.console import HOUR, NOW

pytestmark = pytest.mark.browser
NEWS = 'event: tasks\ndata: {"tasks": ["%s"]}\n\n'


@pytest.fixture
def live_page(open_page, console):
    """Return a function that opens a page and waits until it listens."""

    def opened(path="", **options):
        page = open_page(path, **options)
        until(page, "document.getElementById('live').textContent === 'live'")
        return page

    return opened


def looks_of(page):
    """Return a list that gets the address of each page that this one asks for from now on."""
    looks = []

    def note(request):
        # The browser asks for the icon when it likes.
        if "/static/" not in request.url:
            looks.append(request.url)

    page.on("request", note)
    return looks


def fail(console, task):
    console.installation.clock.now += HOUR
    console.installation.ran(task, console.installation.clock.now, "failed", reason="No luck.")
    console.tell(NEWS % task)


def test_a_row_changes_in_place_when_there_are_news(live_page, console):
    page = live_page("?sort=name")
    page.evaluate("window.row = document.getElementById('task-sessions')")
    page.evaluate("window.other = document.querySelector('#task-cleanup .name')")

    fail(console, "sessions")

    until(page, "window.row.textContent.includes('failing')")
    assert page.evaluate("window.row === document.getElementById('task-sessions')")
    assert page.evaluate("window.other === document.querySelector('#task-cleanup .name')")
    assert page.locator("#problem-sessions").inner_text().endswith("copy")
    assert page.title().startswith("3 problems")


def test_a_row_that_moves_up_is_the_same_row(live_page, console):
    page = live_page()
    page.evaluate("window.row = document.getElementById('task-sessions')")

    fail(console, "sessions")

    until(page, "document.querySelector('#task-rows tr:nth-child(3)') === window.row")
    assert page.locator("#task-rows tr").count() == 12


def test_focus_typed_text_and_what_is_open_stay(live_page, console):
    page = live_page("timeline")
    page.locator("summary").click()
    page.locator("#q").fill("typed, not sent")
    page.locator("#lane-sessions .name").focus()

    fail(console, "sessions")

    until(page, "document.querySelector('#lane-sessions rect.failed')")
    assert page.locator("details").get_attribute("open") is not None
    assert page.locator("#q").input_value() == "typed, not sent"
    assert page.evaluate("document.activeElement.textContent") == "sessions"


def test_the_page_of_a_task_looks_again_for_that_task_alone(live_page, console):
    page = live_page("tasks/letters")
    looks = looks_of(page)

    console.tell(NEWS % "cleanup")
    fail(console, "letters")
    until(page, "document.getElementById('strip').children.length === 61")

    assert looks == [page.url]


def test_many_news_are_one_look_a_second(live_page, console):
    page = live_page("?sort=name")
    looks = looks_of(page)

    for _ in range(50):
        console.tell(NEWS % "cleanup")
    fail(console, "sessions")
    until(page, "document.getElementById('task-sessions').textContent.includes('failing')")

    assert len(looks) < 10


def test_without_events_the_page_looks_every_ten_seconds(open_page, console):
    page = open_page()
    page.route("**/api/v1/events", lambda route: route.abort())
    page.clock.install()
    page.goto(console.url)
    fail(console, "sessions")
    console.tell("event: nothing\n\n")

    page.clock.run_for(11_000)

    until(page, "document.getElementById('task-sessions').textContent.includes('failing')")
    assert page.locator("#live").inner_text() == "every 10 s"


def test_a_server_that_is_away_is_reported_and_nothing_is_lost(live_page, console):
    page = live_page()
    page.route("**/rota/", lambda route: route.fulfill(status=503, body="away"))

    console.tell(NEWS % "cleanup")

    until(page, "document.getElementById('live').textContent.includes('not reachable')")
    assert page.locator("#task-rows tr").count() == 12


def test_the_arrow_keys_go_along_the_marks(live_page):
    page = live_page("tasks/letters")
    page.locator("#strip a").last.focus()

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    page.wait_for_url("**/runs/run-119")


def test_a_command_can_be_copied(live_page, browser):
    page = live_page("tasks/letters", permissions=["clipboard-read", "clipboard-write"])

    page.locator(".command button").first.click()

    until(page, "document.querySelector('.command button').textContent === 'copied'")
    assert page.evaluate("navigator.clipboard.readText()") == "rota run letters"


def test_without_javascript_all_can_be_reached_and_filtered(open_page):
    page = open_page(java_script_enabled=False)

    page.locator("#q").fill("letter")
    page.locator("#state").select_option("overdue")
    page.get_by_role("button", name="Show").click()
    assert page.url.endswith("?q=letter&state=overdue&sort=state")
    assert page.locator("#task-rows tr").count() == 1
    page.locator("#task-letters .name").click()
    page.locator("#runs-rows tr").first.get_by_role("link").first.click()
    assert page.locator("h1").inner_text().startswith("run-120")
    page.get_by_role("link", name="2026-11-28 02:00:00 UTC").click()
    assert "It was" not in page.locator("#why").inner_text()
    page.get_by_role("link", name="Timeline").click()
    assert page.locator("svg rect").count() > 100


def test_without_javascript_every_page_is_whole(open_page):
    for path in PAGES.values():
        page = open_page(path, java_script_enabled=False)
        assert page.locator("main").inner_text().strip()
        assert "reload for news" in page.locator("footer").inner_text()


def test_the_time_of_the_test_is_the_page_s(open_page):
    assert "2026-11-28 02:11:20 UTC" in open_page().locator("footer").inner_text()
    assert NOW % 60 == 20
