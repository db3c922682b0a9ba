"""The forms of a task's page in a browser, with all checks, with JavaScript and without."""

import pytest

from support.acting import acting_server
from support.browser import CONTRAST, THEMES, WIDTHS, until

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["with-javascript", "without"])
def test_a_task_is_paused_resumed_and_run_by_its_forms(browser, script):
    with acting_server() as url:
        context = browser.new_context(java_script_enabled=script)
        page = context.new_page()
        answers = []
        page.on("response", lambda answer: answers.append((answer.request.method, answer.status)))
        page.goto(f"{url}/tasks/bills")

        page.get_by_label("Why").nth(1).fill("stocktaking")
        page.get_by_label("For", exact=True).select_option("4 hours")
        page.get_by_role("button", name="Pause it").click()
        assert "paused by somebody until" in page.locator("#reason").inner_text()
        assert page.url == f"{url}/tasks/bills"

        page.get_by_role("button", name="End the pause").click()
        assert page.locator("#reason").count() == 0

        page.locator("#run-reason").fill("the printer works again")
        page.get_by_role("button", name="Run it now").click()
        assert page.locator("#asked-for").inner_text() == "by somebody: the printer works again"
        assert [status for method, status in answers if method == "POST"] == [303] * 3
        context.close()


def test_a_form_follows_what_was_done_elsewhere_and_keeps_what_is_typed(browser):
    with acting_server() as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/tasks/bills")
        until(page, "document.getElementById('live').textContent === 'live'")
        page.locator("#run-reason").fill("typed, not sent")
        order = {"data": {"seconds": 600, "reason": "stocktaking"}}
        context.request.post(f"{url}/api/v1/tasks/bills/pause", **order)

        until(page, "document.getElementById('resume') !== null")
        assert page.locator("#run-reason").input_value() == "typed, not sent"
        context.close()


def test_another_sites_form_is_refused(browser):
    with acting_server() as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/tasks/bills")
        token = page.locator("#run-now [name=token]").input_value()
        page.goto("about:blank")
        page.set_content(
            f"<form method=post action={url}/tasks/bills/run>"
            f"<input name=token value={token}><button>go</button></form>"
        )
        with page.expect_response(f"{url}/tasks/bills/run") as answered:
            page.get_by_role("button").click()
        assert answered.value.status == 403
        context.close()


def test_the_forms_fit_stand_out_and_have_fields_of_one_line(browser):
    with acting_server() as url:
        context = browser.new_context(reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{url}/tasks/bills")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            heights = "[...document.querySelectorAll('.action input')].map(e => e.offsetHeight)"
            assert max(page.evaluate(heights)) < 60, width
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            assert page.evaluate(CONTRAST) == [], theme
        context.close()
