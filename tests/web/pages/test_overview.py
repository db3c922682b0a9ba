import pytest

from support.console import HOUR, NOW
from support.seen_installation import ABOUT
from support.statuses import Installation, make_task


def shown(page):
    """Return the tasks in the table, in their order."""
    rows = [each for each in page.all("tr") if each.attributes.get("id", "").startswith("task-")]
    return [row.attributes["id"].removeprefix("task-") for row in rows]


def row(page, task):
    return page.one("tr", id=f"task-{task}").text


async def test_problems_come_first_with_reason_and_a_command(busy, read):
    page = await read(busy, "/")

    assert shown(page)[:4] == ["letters", "reports", "search-index", "webhooks"]
    problem = page.one("li", id="problem-letters").text
    assert "! overdue letters last success 5h11m ago · 5 failures since" in problem
    assert "the printer is out of paper" in problem
    assert "rota why letters 2026-11-28T02:00:00Z" in problem


async def test_the_counters_lead_to_the_tasks_in_that_state(busy, read):
    page = await read(busy, "/")

    counter = page.one("a", class_="counter running")
    assert counter.text == "2 » running"
    assert shown(await read(busy, "/" + counter.attributes["href"])) == ["search-index", "webhooks"]


async def test_a_row_has_schedule_zone_slots_last_run_duration_and_next_run(busy, read):
    page = await read(busy, "/")

    assert "every 1h Etc/UTC 25 succeeded, 5 failed" in row(page, "letters")
    assert "11m19s ago 02:00 UTC 31.0 s ▲ slow p95 1.8 s in 48m40s 03:00 UTC" in row(
        page, "letters"
    )
    assert "at 09:00, Monday through Friday 0 9 * * 1-5 · Asia/Tokyo" in row(page, "invoices")
    assert "never" in row(page, "invoices")
    assert "30 Nov 00:00 UTC 09:00 +09:00" in row(page, "invoices")
    assert "suspended" in row(page, "backup").split("p95")[1]


async def test_each_slot_is_a_mark_that_leads_to_its_run_or_says_why_there_is_none(busy, read):
    page = await read(busy, "/tasks/notifications")

    cells = [each for each in page.all("a") if each.attributes.get("class", "").startswith("cell")]
    [skipped] = [each for each in cells if "skipped" in each.attributes["class"]]
    assert len(cells) == 98
    assert skipped.text == "-"
    assert "skipped, 3 slots up to this one (overlap)" in skipped.attributes["title"]
    assert "/tasks/notifications/slots/" in skipped.attributes["href"]
    assert cells[-1].text == "✓"
    assert "/runs/" in cells[-1].attributes["href"]
    # The Tab key comes to the last one only; arrows lead on.
    assert [each.attributes.get("tabindex") for each in cells] == ["-1"] * 97 + [None]


@pytest.mark.parametrize(
    ("query", "tasks"),
    [
        pytest.param("q=LETTER", ["letters", "newsletter"], id="text of a name"),
        pytest.param("q=paper", ["letters"], id="text of a reason"),
        pytest.param("q=accountants", ["exports"], id="text of a doc"),
        pytest.param("q=Monday", ["invoices"], id="text of a schedule"),
        pytest.param("state=suspended", ["backup"], id="state"),
        pytest.param("q=e&state=running", ["search-index", "webhooks"], id="both"),
        pytest.param("q=nothing-like-that", [], id="nothing"),
    ],
)
async def test_a_filter_leaves_what_is_asked_for(busy, read, query, tasks):
    page = await read(busy, f"/?{query}")

    assert shown(page) == tasks
    assert f"{len(tasks)} of 12 tasks" in page.text


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        pytest.param("name", "backup", "webhooks", id="name"),
        pytest.param("last", "exchange-rates", "newsletter", id="last run, newest first"),
        pytest.param("duration", "backup", "newsletter", id="duration, longest first"),
        pytest.param("next", "webhooks", "backup", id="next run"),
        pytest.param("nonsense", "letters", "sessions", id="what there is not"),
    ],
)
async def test_tasks_are_in_the_order_that_is_asked_for(busy, read, sort, first, last):
    tasks = shown(await read(busy, f"/?sort={sort}"))

    assert (tasks[0], tasks[-1]) == (first, last)


async def test_the_form_and_the_heads_of_columns_keep_the_view_in_the_address(busy, read):
    page = await read(busy, "/?q=e&state=ok&sort=name")

    assert page.one("input", name="q").attributes["value"] == "e"
    chosen = [each for each in page.all("option") if "selected" in each.attributes]
    assert [each.attributes["value"] for each in chosen] == ["ok", "name"]
    assert page.one("form").attributes["method"] == "get"
    [head] = [each for each in page.all("th") if "aria-sort" in each.attributes]
    assert head.text == "Task"
    [link] = [each for each in page.all("a") if each.text == "Next run"]
    assert link.attributes["href"] == "?q=e&state=ok&sort=next"


async def test_fifty_tasks_are_on_a_page(read):
    many = Installation(NOW, *(make_task(f"t{n:03d}", interval_seconds=HOUR) for n in range(125)))

    first = await read(many, "/?sort=name")
    last = await read(many, "/?sort=name&page=3")
    beyond = await read(many, "/?sort=name&page=99")

    assert len(shown(first)) == 50
    assert first.one("a", rel="next").attributes["href"] == "?sort=name&page=2"
    assert shown(last) == shown(beyond) == [f"t{number}" for number in range(100, 125)]
    assert last.one("a", rel="prev").attributes["href"] == "?sort=name&page=2"
    assert not last.all("a", rel="next")


async def test_without_tasks_it_says_how_to_add_one(read):
    page = await read(Installation(NOW), "/")

    assert "ROTA_TASKS=my_package.tasks rota scheduler" in page.text
    assert not page.all("table")


async def test_a_new_installation_is_well_and_says_when_the_first_slot_comes(read):
    page = await read(Installation(NOW, make_task("t", interval_seconds=HOUR)), "/")

    assert "Nothing is failing or overdue." in page.text
    assert "never – in 48m40s 03:00 UTC" in row(page, "t")


async def test_many_problems_are_counted_and_the_first_ones_shown(read):
    tasks = [make_task(f"t{number}", interval_seconds=HOUR) for number in range(9)]
    installation = Installation(NOW, *tasks)
    for task in tasks:
        installation.ran(task.name, NOW - NOW % HOUR, "failed", reason="x" * 1000)

    page = await read(installation, "/")

    problems = [e for e in page.all("li") if e.attributes.get("id", "").startswith("problem")]
    assert len(problems) == 5
    assert "has never succeeded · 1 failure x" in problems[0].text
    assert "and 4 more" in page.text
    assert all(len(each.text) < 400 for each in problems)
    assert page.one("title").text.startswith("9 problems")


async def test_a_run_that_goes_on_for_too_long_is_slow_before_it_ends(read):
    installation = Installation(NOW, make_task("t", interval_seconds=HOUR))
    for back in range(2, 6):
        installation.ran("t", NOW - back * HOUR, duration_seconds=20.0)
    installation.runs("t", NOW - 300, late=40.0)

    page = await read(installation, "/")

    assert "40s late 4m20s so far ▲ slow p95 20.0 s" in row(page, "t")


async def test_a_console_s_tasks_are_filtered_by_the_labels_of_their_cronjobs(seen, read):
    every = await read(seen, "/", **ABOUT)
    page = await read(seen, "/?label=team%3Dbilling", **ABOUT)

    options = [
        each.attributes["value"] for each in every.one("select", id="label") and every.all("option")
    ]
    assert [each for each in options if "=" in each] == [
        "team=billing",
        "team=platform",
        "team=shop",
    ]
    rows = [
        e.attributes["id"] for e in page.all("tr") if e.attributes.get("id", "").startswith("task-")
    ]
    assert rows == ["task-letters", "task-exports", "task-invoices", "task-reports"]
    assert page.all("a", href="./api/v1/tasks?label=team%3Dbilling")
    assert "labels team=billing" in (await read(seen, "/tasks/letters", **ABOUT)).text


async def test_a_scheduler_s_tasks_have_no_labels_to_choose_from(busy, read):
    assert not (await read(busy, "/")).all("select", id="label")
