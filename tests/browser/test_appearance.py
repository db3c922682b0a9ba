"""What a page looks like: it fits, can be read, and shows where the keyboard is."""

import pytest

from support.browser import CONTRAST, PAGES, SEEN_PAGES, SLOT, THEMES, WIDTHS

pytestmark = pytest.mark.browser
# What has to be pushed to be read; the hours of a day are many for a narrow window.
SIDEWAYS = """[...document.querySelectorAll(".scroll")]
    .filter((each) => !each.querySelector(".grid") && each.scrollWidth > each.clientWidth)
    .map((each) => each.getAttribute("aria-label"))"""


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_never_wider_than_its_window(open_page, path):
    page = open_page(path)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")

    wide, sideways = {}, {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide[width] = page.evaluate("document.documentElement.scrollWidth")
        sideways[width] = page.evaluate(SIDEWAYS)

    assert {width: found for width, found in wide.items() if found > width} == {}
    assert {width: found for width, found in sideways.items() if found} == {}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_text_and_marks_stand_out_from_their_ground(open_page, path):
    page = open_page(path, reduced_motion="reduce")

    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert page.evaluate(CONTRAST) == [], theme


def test_the_themes_differ(open_page):
    grounds = {
        theme: open_page(theme=theme).evaluate("getComputedStyle(document.body).backgroundColor")
        for theme in THEMES
    }

    assert len(set(grounds.values())) == 2


@pytest.mark.parametrize(
    "path", ["", "tasks/letters", "timeline"], ids=["overview", "task", "time"]
)
def test_the_tab_key_goes_through_the_page_in_order_and_is_seen(open_page, path):
    page = open_page(path)

    seen = []
    for _ in range(18):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => { const e = document.activeElement, s = getComputedStyle(e);
                const all = [...document.querySelectorAll('*')];
                return {at: all.indexOf(e), text: e.textContent.trim().slice(0, 30),
                        outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
                        shown: e.getBoundingClientRect().left >= 0}; }"""
            )
        )

    places = [each["at"] for each in seen]
    assert seen[0]["text"] == "Skip to the content"
    assert places == sorted(places)
    assert [each for each in seen if not (each["outline"] and each["shown"])] == []


def test_the_way_past_the_head_leads_to_the_content(open_page):
    page = open_page()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_no_control_is_without_a_name(open_page):
    nameless = """() => [...document.querySelectorAll('a[href], button, input, select')]
        .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.title
                       || (e.labels && e.labels.length) || e.closest('[aria-hidden]')))
        .map(e => e.outerHTML)"""

    for path in PAGES.values():
        assert open_page(path).evaluate(nameless) == [], path


def test_nothing_moves_for_those_who_do_not_want_it(open_page):
    page = open_page(reduced_motion="reduce")

    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].map(e => getComputedStyle(e))
        .filter(s => s.transitionDuration !== '0s' || s.animationName !== 'none').length"""
    )

    assert moving == 0


@pytest.mark.parametrize("path", SEEN_PAGES.values(), ids=SEEN_PAGES)
def test_a_console_s_page_fits_and_stands_out_from_its_ground(open_seen_page, path):
    page = open_seen_page(path, reduced_motion="reduce")

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert page.evaluate(CONTRAST) == [], theme


@pytest.mark.parametrize(
    ("name", "path", "size"),
    [
        pytest.param("overview-light", "", (1400, 900), id="overview in light"),
        pytest.param("overview-narrow", "", (390, 844), id="overview on a telephone"),
        pytest.param("task", "tasks/notifications", (1400, 960), id="task"),
        pytest.param("slot", SLOT, (1400, 400), id="slot"),
        pytest.param("timeline", "timeline", (1400, 680), id="timeline"),
        pytest.param("calendar", "calendar", (1400, 900), id="calendar"),
    ],
)
def test_a_screenshot_is_made_for_the_docs(open_page, screenshots, name, path, size):
    _shoot(open_page, screenshots / f"{name}.png", path, size)


@pytest.mark.parametrize(
    ("name", "path", "size"),
    [
        pytest.param("console-light", "", (1400, 900), id="overview in light"),
        pytest.param("console-dark", "", (1400, 900), id="overview in dark"),
        pytest.param("console-run", SEEN_PAGES["run"], (1400, 860), id="run with three attempts"),
        pytest.param("console-timeline-dark", "timeline", (1400, 680), id="timeline in dark"),
    ],
)
def test_a_screenshot_is_made_of_the_console_beside_cronjobs(
    open_seen_page, screenshots, name, path, size
):
    _shoot(open_seen_page, screenshots / f"{name}.png", path, size)


def _shoot(open_page, file, path, size):
    page = open_page(path, width=size[0], theme="dark" if file.stem.endswith("dark") else "light")
    page.set_viewport_size({"width": size[0], "height": size[1]})

    page.screenshot(path=file)

    assert file.stat().st_size > 10_000
