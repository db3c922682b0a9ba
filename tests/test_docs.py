"""The documentation names all that there is, and nothing that there is not."""

import asyncio
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click
import pytest

from rota.cli import cli
from rota.model.clock import rfc3339
from rota.model.errors import ScheduleError
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, SkipReason
from rota.model.run import Run, Trigger
from rota.model.slot import SlotState
from rota.schedules import (
    cronjob_schedule,
    parse_schedule,
    schedule_for_interval,
    warnings_for,
)
from rota.settings import CatchUp, Overlap, Settings, TaskOverrides, variable_name
from rota.settings.unknown_names import unknown_name_problems
from rota.tasks import FunctionTask

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]
# Those of the first design, then those that use showed, which stand at 100 and more.
FIRST_FAULTS = range(1, 76)
CANNOT_APPLY = "cannot apply"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MARK = re.compile(r"\bfault\((\d+)\)")
_CONSOLE_LINE = re.compile(r"^\$ (.+)$", re.MULTILINE)


def text_of(page):
    return (ROOT / page).read_text("utf-8")


def rows_of(page):
    """Return the cells of every row of every table in a page."""
    lines = [line for line in text_of(page).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]


def cells_of(page, column=0):
    """Return one column of all tables in a page."""
    return [row[column] for row in rows_of(page) if len(row) > column]


def blocks(page, language):
    return [body for found, body in _FENCE.findall(text_of(page)) if found == language]


def prose_of(page):
    return _FENCE.sub("", text_of(page))


def anchor(heading):
    """Return what GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def page_ids(pages):
    return [str(page.relative_to(ROOT)) for page in pages]


def command_lines(group, prefix=""):
    """Return every command that does something by what is typed after `rota `."""
    found = {}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            found |= command_lines(command, f"{prefix}{name} ")
        else:
            found[prefix + name] = command
    return found


def visible_options(command):
    return [
        max(parameter.opts, key=len)
        for parameter in command.params
        if isinstance(parameter, click.Option)
    ]


COMMAND_LINES = command_lines(cli)


@pytest.mark.parametrize("field", [each for each in Settings.model_fields if each != "task"])
def test_a_setting_has_a_row_in_its_page(field):
    assert f"`{variable_name(field)}`" in cells_of("docs/settings.md")


@pytest.mark.parametrize("field", [each for each in Settings.model_fields if each != "task"])
def test_the_default_in_a_settings_row_is_the_real_one(field):
    [row] = [row for row in rows_of("docs/settings.md") if row[0] == f"`{variable_name(field)}`"]
    shown = row[1].strip("`")
    default = Settings.model_fields[field].default

    match default:
        case None:
            assert shown == "unset"
        case "" | ():
            assert shown == "empty"
        case bool():
            assert shown == str(default).lower()
        case float():
            assert float(shown) == default
        case _:
            assert shown == str(default)


@pytest.mark.parametrize("field", TaskOverrides.model_fields)
def test_what_may_be_said_about_a_task_is_in_both_pages(field):
    assert f"`{field}`" in cells_of("docs/writing-tasks.md")
    assert f"`{field.upper()}`" in text_of("docs/settings.md")


@pytest.mark.parametrize("field", Run.__dataclass_fields__)
def test_what_a_task_knows_of_its_run_is_documented(field):
    assert f"`{field}`" in " ".join(cells_of("docs/writing-tasks.md"))


def test_no_page_names_a_setting_that_does_not_exist():
    written = "\n".join(text_of(page) for page in PAGES if page.name != "settings.md")
    names = {name for name in re.findall(r"\b(ROTA_[A-Z_]+[A-Z])\b", written) if "___" not in name}
    examples = {"ROTA_TASK", "ROTA_TASK__SLOW__TIMEOUT_SECONDS"}

    assert unknown_name_problems(names - examples) == []


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_a_command_and_its_options_are_in_the_index(name):
    [row] = [row for row in rows_of("docs/index.md") if re.match(rf"`rota {name}\b", row[0])]

    for option in visible_options(COMMAND_LINES[name]):
        assert option in " ".join(row)


@pytest.mark.parametrize("page", PAGES, ids=page_ids(PAGES))
def test_commands_that_a_page_shows_exist(page):
    for block in blocks(page, "console"):
        for line in re.findall(r"\brota [a-z][^;|\n]*", "\n".join(_CONSOLE_LINE.findall(block))):
            words = [word for word in shlex.split(line)[1:] if "=" not in word]
            depth = 2 if words[0] in {"add", "export", "import"} else 1
            command = COMMAND_LINES[" ".join(words[:depth])]

            used = {word for word in words[depth:] if word.startswith("--")}
            assert used <= set(visible_options(command)), line


@pytest.mark.parametrize("page", PAGES, ids=page_ids(PAGES))
def test_targets_of_make_that_a_page_shows_exist(page):
    # The project's own, and that of the projects that `rota new` makes.
    makefiles = [ROOT / "Makefile", ROOT / "src/rota/scaffold/example_worker/Makefile"]
    targets = "".join(each.read_text() for each in makefiles)
    used = set(re.findall(r"^(?:\$ |`)make ([a-z0-9]+)", text_of(page), re.MULTILINE))

    assert used <= set(re.findall(r"^([a-z0-9]+):", targets, re.MULTILINE))


@pytest.mark.parametrize("code", ExitCode, ids=lambda code: str(code.value))
def test_an_exit_code_stands_with_its_meaning_and_what_a_job_does(code):
    [row] = [row for row in rows_of("docs/exit-codes.md") if row[:2] == [str(code), code.meaning]]
    expected = "try again" if code.retryable else ("be complete" if code == 0 else "fail at once")

    assert row[3] == expected


def test_the_readme_has_every_exit_code():
    meanings = {row[0]: row[1] for row in rows_of("README.md") if re.fullmatch("[0-9, ]+", row[0])}
    signals = (ExitCode.INTERRUPTED_SIGINT, ExitCode.INTERRUPTED_SIGTERM)
    expected = {str(code): code.meaning for code in ExitCode if code not in signals}

    assert meanings.pop(", ".join(map(str, signals)))
    assert meanings == expected


@pytest.mark.parametrize("word", [*Outcome, *SkipReason])
def test_outcomes_and_reasons_are_documented(word):
    assert f"`{word.value}`" in cells_of("docs/exit-codes.md")


@pytest.mark.parametrize("trigger", Trigger)
def test_triggers_are_documented(trigger):
    assert f"`{trigger.value}`" in text_of("docs/writing-tasks.md")


CHART_PAGES = [*PAGES, ROOT / "deploy/helm/rota/README.md"]


def shown_commands(page, command):
    """Return the lines of a page's blocks, fenced or indented, that call a command."""
    return re.findall(rf"^(?:\$ |    ){command}\b.*", page.read_text("utf-8"), re.MULTILINE)


@pytest.mark.fault(134)
def test_an_upgrade_that_a_page_shows_takes_the_new_charts_defaults():
    found = [line for page in CHART_PAGES for line in shown_commands(page, "helm upgrade")]

    assert len(found) >= 2
    assert [line for line in found if "--reset-then-reuse-values" not in line] == []


@pytest.mark.fault(134)
def test_a_rendering_that_a_page_shows_leaves_out_the_pod_of_helm_test():
    found = [line for page in CHART_PAGES for line in shown_commands(page, "helm template")]

    assert found
    assert [line for line in found if "--skip-tests" not in line] == []


@pytest.mark.parametrize("page", PAGES, ids=page_ids(PAGES))
def test_links_lead_somewhere(page):
    for link in _LINK.findall(prose_of(page)):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (page.parent / parts.path).resolve() if parts.path else page

        assert target.is_file(), link
        if parts.fragment:
            headings = _HEADING.findall(_FENCE.sub("", target.read_text("utf-8")))
            assert parts.fragment in [anchor(heading) for heading in headings], link


def test_every_page_is_in_the_index():
    listed = {link.partition("#")[0] for link in _LINK.findall(text_of("docs/index.md"))}

    assert {page.name for page in ROOT.glob("docs/*.md")} - {"index.md"} <= listed


@pytest.mark.parametrize("page", PAGES, ids=page_ids(PAGES))
def test_python_in_a_page_is_python(page):
    for block in blocks(page, "python"):
        compile(block, str(page), "exec")


def test_the_task_of_the_readme_runs():
    [source] = [block for block in blocks("README.md", "python") if "@task" in block]
    scope = {"__name__": "shop"}
    exec(source, scope)  # noqa: S102 (that it runs is what is tested)
    [task] = [each for each in scope.values() if isinstance(each, FunctionTask)]
    sent = []

    async def pending():
        return {"items": [{"id": "a"}, {"id": "b"}]}

    async def send(notification_id):
        sent.append(notification_id)

    api_client = SimpleNamespace(get_pending_notifications=pending, send_notification=send)
    counts = asyncio.run(task(api_client))

    assert sorted(sent) == ["a", "b"]
    assert counts == {"sent": 2, "refused": 0, "failed": 0}


def log_events():
    """Return every event that the sources log, `item_%s` as its beginning."""
    call = re.compile(r"""\.(?:debug|info|warning|error|exception|log)\(\s*(?:\w+, )?"([a-z_.]+)""")
    sources = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    return sorted({event for text in sources for event in call.findall(text) if "." in event})


@pytest.mark.parametrize("event", log_events())
def test_an_event_of_the_log_is_documented(event):
    assert f"`{event}" in " ".join(cells_of("docs/scheduler.md"))


def section(page, heading):
    """Return what stands below a heading, up to the next one of any level."""
    _, _, after = text_of(page).partition(f" {heading}\n")
    return re.split(r"^#", after, flags=re.MULTILINE)[0]


def tables(text):
    """Return the tables in a text, each as the cells of its rows below the heading."""
    found = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in row[1:-1].split("|")] for row in table.splitlines()[2:]]
        for table in found
    ]


ACCEPTED, REFUSED, WARNED = tables(section("docs/schedules.md", "Cron texts"))[1:]
[INTERVALS] = tables(section("docs/schedules.md", "Intervals"))
UNITS = {"s": 1, "min": 60, "h": 3600, "day": 86_400, "days": 86_400, "week": 604_800}
CLOCK_CHANGES = re.findall(
    r"^`([^`]+)` in `([^`]+)`, where .*\n\n((?:\|.*\n)+)",
    text_of("docs/schedules.md"),
    re.MULTILINE,
)


@pytest.mark.parametrize("text", [each for row in REFUSED for each in row[0].split("`")[1::2]])
def test_a_text_that_the_page_calls_refused_is_refused(text):
    with pytest.raises(ScheduleError):
        parse_schedule(text)


@pytest.mark.parametrize("cell", [row[0] for row in WARNED])
def test_a_text_that_the_page_warns_of_has_a_warning(cell):
    text, *zone = cell.split("`")[1::2]

    assert warnings_for(text, *zone)


@pytest.mark.parametrize(("cell", "fire"), [(row[0], row[1]) for row in ACCEPTED])
def test_an_accepted_text_fires_when_the_page_says(cell, fire):
    following = parse_schedule(cell.strip("`")).next_after(datetime(2027, 1, 1, tzinfo=UTC))

    assert rfc3339(following) == fire.partition(",")[0]


@pytest.mark.parametrize(("interval", "cronjob", "fire"), INTERVALS)
def test_an_interval_is_the_cronjob_and_the_slots_that_the_page_says(interval, cronjob, fire):
    number, unit = interval.split()
    seconds = int(number) * UNITS[unit]
    following = schedule_for_interval(seconds).next_after(datetime(2027, 1, 1, 0, 40, tzinfo=UTC))

    assert fire.partition(",")[0] in rfc3339(following)
    if cronjob == "not possible":
        with pytest.raises(ScheduleError):
            cronjob_schedule(seconds)
    else:
        assert f"`{cronjob_schedule(seconds).text}`" == cronjob


@pytest.mark.parametrize(("text", "zone", "table"), CLOCK_CHANGES)
def test_fire_times_around_a_change_of_the_clock_are_those_of_the_page(text, zone, table):
    [rows] = tables(table)
    expected = [row[0] for row in rows if row[0] != "none"]
    moment = datetime.fromisoformat(expected[0]) - timedelta(seconds=1)
    found = []
    for _ in expected:
        moment = parse_schedule(text, zone).next_after(moment)
        local = moment.astimezone(ZoneInfo(zone))
        found.append(rfc3339(moment))
        shown = f"{local:%a %Y-%m-%d %H:%M} | {local.isoformat()[-6:]}"

        assert f"| {found[-1]} | {shown} |" in table

    assert found == expected


def test_the_page_shows_changes_of_the_clock_in_both_directions():
    assert len(CLOCK_CHANGES) == 5


def fault_rows():
    rows = {}
    for row in rows_of("docs/faults.md"):
        if row[0].isdecimal():
            assert int(row[0]) not in rows, f"fault {row[0]} has two rows"
            rows[int(row[0])] = row
    return rows


def test_every_fault_has_a_row_and_no_other_number_has_one():
    numbers = list(fault_rows())
    marked = {
        int(number)
        for file in (ROOT / "tests").rglob("test_*.py")
        for number in _MARK.findall(file.read_text("utf-8"))
    }

    assert numbers[: len(FIRST_FAULTS)] == list(FIRST_FAULTS)
    assert numbers == sorted(numbers)
    assert marked <= set(numbers)


@pytest.mark.parametrize("number", fault_rows())
def test_a_fault_is_answered_by_a_marked_test_or_cannot_apply(number):
    _, fault, answer, tests = fault_rows()[number]

    assert fault
    assert answer
    if tests == CANNOT_APPLY:
        return
    files = [(ROOT / "docs" / link).resolve() for link in _LINK.findall(tests)]
    assert files, f"fault {number}: no test is named; mark one with fault({number})"
    for file in files:
        assert str(number) in _MARK.findall(file.read_text("utf-8")), f"{file}: no fault({number})"


def test_the_glossary_has_every_word_of_the_vocabulary_and_no_name_that_is_not_there():
    page = text_of("docs/glossary.md")
    words = [Outcome, SkipReason, SlotState, Trigger, Overlap, CatchUp]

    assert {each.value for kind in words for each in kind} <= set(re.findall(r"`(\w+)`", page))
    code = "".join(path.read_text("utf-8") for path in (ROOT / "src/rota").rglob("*.py"))
    for row in rows_of("docs/glossary.md"):
        for name in re.findall(r"`([A-Z]\w+)(?:\.\w+)?`", row[2]):
            assert name.startswith("ROTA_") or re.search(rf"\b{name}\b", code), name
