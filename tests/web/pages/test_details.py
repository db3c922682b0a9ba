"""The pages of a task, a slot and a run."""

import hashlib
from dataclasses import replace

import pytest

from rota.kubernetes.watching.cronjobs import span_of
from rota.kubernetes.watching.seen_tasks import seen_task
from rota.ledger.attempts import Attempt
from rota.ledger.records import RecordedRun
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.settings import default_settings
from support.console import HOUR, NOW
from support.kubernetes_objects import cronjob
from support.seen_installation import ABOUT
from support.statuses import Installation, make_task, text

TRACE = hashlib.sha256(b"run-119").hexdigest()[:32]
LAST_HOUR = NOW - NOW % HOUR


def hourly(**fields):
    return make_task("t", interval_seconds=HOUR, **fields)


async def test_a_task_has_its_reason_limits_next_slots_durations_runs_and_commands(busy, read):
    page = await read(busy, "/tasks/letters")

    assert page.one("h1").text == "letters ! overdue"
    assert "the printer is out of paper" in page.one("p", id="reason").text
    assert page.one("p", id="strip-summary").text.startswith("54 succeeded, 6 failed")
    assert "A success was due by 2026-11-28 01:01:00 UTC." in page.text
    assert page.one("tbody", id="next-rows").text.startswith("in 48m40s 2026-11-28 03:00:00 UTC")
    assert "catch-up latest, within 1h" in page.text
    assert "CronJob 0 * * * *" in page.text
    assert page.one("p", id="schedule").text == "every 1h Etc/UTC"
    bars = [bar.text for bar in page.all("rect") if bar.text.startswith("2026-")]
    assert len(bars) == 2 * 60
    assert bars[59] == "2026-11-28 02:00:00 UTC: failed, 31.0 s"
    assert "median 1.5 s (dotted line), 95th percentile 1.8 s" in page.text
    assert len([e for e in page.all("tr") if e.attributes.get("id", "").startswith("run-")]) == 25
    for command in ("rota run letters", "ROTA_TASK__LETTERS__SUSPEND=true", "rota history letters"):
        assert command in page.text


async def test_a_task_counts_each_of_the_slots_that_share_a_mark(busy, read):
    page = await read(busy, "/tasks/notifications")

    assert page.one("p", id="strip-summary").text.startswith("97 succeeded, 3 skipped")
    assert page.one("h2", id="h-slots").text == "Last 100 slots"


async def test_beside_cronjobs_the_pages_of_a_renamed_task_lead_to_each_other(read):
    old, new = cronjob("rota-bill", "bill"), cronjob("rota-send", "send-bills")
    new["metadata"]["annotations"] = {"rota/formerly": "sold,bill"}
    spans = {each["metadata"]["labels"]["rota/task"]: span_of(each, 0.0) for each in (old, new)}
    gone = replace(spans["bill"], since=NOW - HOUR, is_gone=True)
    tasks = [
        seen_task("bill", (spans["bill"], gone)),
        seen_task("send-bills", (spans["send-bills"],)),
    ]
    installation = Installation(NOW, *tasks)

    page = await read(installation, "/tasks/send-bills")
    assert page.one("p", id="formerly").text == "What it did under its former name: bill."
    assert not page.all("p", id="renamed")
    page = await read(installation, "/tasks/bill")
    assert page.one("p", id="renamed").text == "It was renamed; what it does now: send-bills."
    assert "Its CronJob is gone: no slot comes due." in page.text
    assert "five years" not in page.text
    [link] = [each for each in page.all("a") if each.text == "send-bills"]
    assert link.attributes["href"].endswith("tasks/send-bills")
    assert not page.all("p", id="formerly")


async def test_a_schedulers_ledger_has_all_of_a_renamed_task_under_its_new_name(read):
    tasks = hourly(formerly=("bill",)), make_task("bill", interval_seconds=HOUR)

    page = await read(Installation(NOW, *tasks), "/tasks/t")

    assert not page.all("p", id="formerly")


async def test_next_slots_have_the_time_of_their_zone_and_mark_a_change_of_the_clock(read):
    task = make_task("t", schedule="30 6 * * *", timezone="Europe/Berlin")
    before_the_change = 1_792_713_600  # 2026-10-23, two days before winter time

    page = await read(Installation(before_the_change, task), "/tasks/t")

    rows = page.one("tbody", id="next-rows").text
    assert "2026-10-24 04:30:00 UTC Sat 2026-10-24 06:30:00 +02:00" in rows
    assert "2026-10-25 05:30:00 UTC Sun 2026-10-25 06:30:00 +01:00 clock changed" in rows
    assert rows.count("clock changed") == 1


async def test_a_task_that_has_never_run_says_when_it_will(read):
    page = await read(Installation(NOW, hourly()), "/tasks/t")

    assert "It has never run. Its first slot comes in 48m40s." in page.text
    assert not page.all("svg")
    assert "No runs." in page.text


async def test_a_suspended_task_has_no_next_slot(read):
    page = await read(Installation(NOW, hourly(suspend=True)), "/tasks/t")

    assert "Suspended: no slot comes due." in page.text
    assert "ROTA_TASK__T__SUSPEND=false" in page.text


async def test_what_is_odd_about_a_schedule_is_reported(read):
    page = await read(Installation(NOW, make_task("t", schedule="*/7 * * * *")), "/tasks/t")

    assert page.all("p", class_="note")


async def test_an_unknown_task_leads_to_the_nearest_name(busy, read):
    page = await read(busy, "/tasks/leters", status=404)

    assert "No task is named leters. Did you mean this one?" in page.text
    assert page.one("a", href="../tasks/letters")
    assert "Did you mean" not in (await read(busy, "/tasks/zzzzzzzz", status=404)).text


async def test_a_slot_says_why_it_did_not_run_and_what_was_active(read):
    installation = Installation(NOW, hourly())
    running = installation.ran("t", LAST_HOUR - 2 * HOUR, duration_seconds=2 * HOUR - 60)
    installation.skipped("t", LAST_HOUR - HOUR)

    page = await read(installation, f"/tasks/t/slots/{text(LAST_HOUR - HOUR)}")

    assert page.one("h1").text == "2026-11-28 01:00:00 UTC - skipped"
    assert "It was skipped: another run of the task was active" in page.one("div", id="why").text
    assert running in page.one("table", id="evidence").text
    assert "rota why t 2026-11-28T01:00:00Z" in page.text
    assert "rota run t --slot 2026-11-28T01:00:00Z" in page.text
    assert page.one("a", rel="prev").text == "← 2026-11-28 00:00:00 UTC"
    assert page.one("a", rel="next").text == "2026-11-28 02:00:00 UTC →"


async def test_a_slot_to_come_has_no_command_to_run_it(busy, read):
    page = await read(busy, "/tasks/letters/slots/2026-11-28T03:00:00Z")

    assert page.one("h1").text == "2026-11-28 03:00:00 UTC ○ upcoming"
    assert "rota run" not in page.text


async def test_a_slot_may_be_written_with_any_offset(busy, read):
    page = await read(busy, "/tasks/letters/slots/2026-11-28T03:00:00+01:00")

    assert page.one("h1").text == "2026-11-28 02:00:00 UTC ✗ failed"


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        pytest.param("2026-11-28T01:30:00Z", "is not a slot of letters", id="no slot"),
        pytest.param("2026-11-28T01:00:00", "is not an instant with a time zone", id="no zone"),
        pytest.param("yesterday", "yesterday is not an instant", id="no time"),
        pytest.param("0001-01-01T00:00:00+14:00", "is not", id="before all time"),
    ],
)
async def test_what_is_not_a_slot_leads_to_what_is(busy, read, slot, said):
    page = await read(busy, f"/tasks/letters/slots/{slot}", status=404)

    assert said in page.text
    if "01:30" in slot:
        links = [each.attributes["href"] for each in page.all("a")]
        near = [each for each in links if "/slots/" in each]
        assert [each.rpartition("/")[2] for each in near] == [
            "2026-11-28T01:00:00Z",
            "2026-11-28T02:00:00Z",
        ]


async def test_a_run_has_its_end_with_meaning_lateness_neighbours_and_a_command(busy, read):
    page = await read(busy, "/runs/run-119")

    facts = page.one("dl", id="facts").text
    assert "slot 2026-11-28 01:00:00 UTC" in facts
    assert "started 2026-11-28 01:00:00 UTC, 1h11m ago" in facts
    assert "lateness 0.50 s after its slot" in facts
    assert "duration 31.0 s median 1.5 s, p95 1.8 s" in facts
    assert "exit code 1 the task raised" in facts
    assert page.one("a", rel="prev").attributes["href"].endswith("run-118")
    assert page.one("a", rel="next").attributes["href"].endswith("run-120")
    assert "rota why letters 2026-11-28T01:00:00Z" in page.text


async def test_a_retry_that_waits_is_on_the_pages_of_its_run_slot_and_task(read):
    installation = Installation(NOW, hourly())
    slot = NOW - NOW % HOUR
    run = installation.ran("t", slot, "failed", retry_at=NOW + 40)

    assert (
        "next attempt due 2026-11-28 02:12:00 UTC, in 40s"
        in (await read(installation, f"/runs/{run}")).text
    )
    slots = await read(installation, f"/tasks/t/slots/{text(slot)}")
    assert "It waits to be tried again at 2026-11-28T02:12:00Z, in 40s." in slots.text
    task = await read(installation, "/tasks/t")
    assert "Waiting to try again at 2026-11-28 02:12:00 UTC, in 40s." in task.text
    overview = await read(installation, "/")
    assert "tries again in 40s" in overview.one("li", id="problem-t").text
    assert "tries again in 40s" in overview.one("tr", id="task-t").text


@pytest.mark.parametrize(
    ("url", "links"),
    [("", []), ("https://jaeger.test/trace/{trace_id}", [f"https://jaeger.test/trace/{TRACE}"])],
    ids=["without a place for traces", "with one"],
)
async def test_a_run_that_was_traced_names_its_trace(busy, read, url, links):
    settings = default_settings().model_copy(update={"traces": True, "trace_url": url})
    page = await read(busy, "/runs/run-119", settings=settings)
    assert f"trace {TRACE}" in page.one("dl", id="facts").text
    assert [each.attributes["href"] for each in page.all("a", id="trace")] == links


async def test_a_run_that_goes_on_says_for_how_long(busy, read):
    last = busy.board.task("webhooks").last_run

    page = await read(busy, f"/runs/{last.run_id}")

    assert page.one("h1").text == f"{last.run_id} » running"
    assert "duration 1m19s so far median 14.0 s" in page.text
    assert not page.all("a", rel="next")


async def test_a_run_without_a_slot_and_of_a_task_that_is_gone_is_shown(read):
    installation = Installation(NOW, hourly())
    run_id = installation.ran("gone", None, started_at=NOW - 60)

    page = await read(installation, f"/runs/{run_id}")

    assert "slot none" in page.one("dl", id="facts").text
    assert not page.all("a", rel="prev")


async def test_the_pods_of_a_run_are_shown_with_their_exit_codes(read):
    class OneRun(Installation):
        def __init__(self):
            super().__init__(NOW, hourly())
            pods = (Attempt("t-1-abc", "node-1", 137, "OOMKilled"), Attempt("t-1-def", None, 0))
            self.ledger._runs["r"] = RecordedRun(
                "t",
                "r",
                Trigger.SCHEDULE,
                LAST_HOUR,
                SlotState.SUCCEEDED,
                NOW,
                1.0,
                0,
                None,
                {"sent": 3},
                pods,
            )

    page = await read(OneRun(), "/runs/r")

    assert "t-1-abc node-1 – – 137 killed by SIGKILL OOMKilled" in page.text
    assert page.one("dl", id="counts").text == "sent 3"


async def test_a_run_that_is_not_known_may_have_been_deleted(busy, read):
    page = await read(busy, "/runs/no-such-run", status=404)

    assert "No run no-such-run is known. Its record may have been deleted" in page.text


async def test_a_failing_task_says_what_its_cronjob_said_otherwise_before(seen, read):
    page = await read(seen, "/tasks/letters", **ABOUT)

    changed = page.one("section", id="suspects").text
    assert "2026-11-27 21:40:00 UTC : image shop:1.4 → shop:1.5" in changed
    assert not (await read(seen, "/tasks/cleanup", **ABOUT)).all("section", id="suspects")


async def test_a_run_of_a_cronjob_says_where_its_lateness_came_from(seen, read):
    page = await read(seen, "/runs/letters-29930520", **ABOUT)

    assert "lateness 22.0 s after its slot" in page.one("dl", id="facts").text
    waits = [page.one("tr", id=f"wait-{number}").text for number in (1, 2, 3)]
    assert waits == [
        "until the controllers had made its pod 1.0 s",
        "until the pod had a node 3.0 s",
        "until its container had its image and volumes, and started 18.0 s",
    ]
    assert "137 killed by SIGKILL OOMKilled" in page.one("tr", id="attempt-1").text


async def test_a_run_of_a_scheduler_waits_for_no_pod(busy, read):
    assert not (await read(busy, "/runs/run-119")).all("table", id="lateness")
