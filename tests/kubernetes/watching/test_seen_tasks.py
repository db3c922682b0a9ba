import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.kubernetes.manifests.cronjob import cronjob as rendered
from rota.kubernetes.manifests.installation import Installation
from rota.kubernetes.watching.cronjobs import expected_slots, followed_by, span_of, span_of_facts
from rota.kubernetes.watching.seen_tasks import GONE_SECONDS, SeenTasks, seen_task, tasks_of_specs
from rota.kubernetes.watching.trimming import trimmed
from rota.ledger.console_notes import SeenSpec
from rota.model.task_fields import CatchUp, Overlap
from rota.schedules import fire_times, success_due
from rota.status.words import schedule_text, schedule_words
from rota.tasks.description import describe_cronjob
from rota.tasks.warnings import task_warnings
from support.kubernetes_objects import SLOT, cronjob, moment
from support.statuses import make_task

MADE = SLOT - 7200
INSTALLATION = Installation("rota", "1.0", 25.0)


def deployed(task):
    """A CronJob of rota's own manifests as an API server has it."""
    made = rendered(task, INSTALLATION)
    metadata = {**made["metadata"], "uid": "u", "creationTimestamp": moment(MADE)}
    return {"metadata": metadata, "spec": made["spec"]}


def seen(*cronjobs, at=MADE):
    spans = ()
    for number, found in enumerate(cronjobs):
        spans = followed_by(spans, span_of(trimmed(found), at + number * 3600))
    return seen_task("cleanup", spans)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="the defaults"),
        pytest.param({"interval_seconds": 300}, id="an interval of five fields"),
        pytest.param({"interval_seconds": 3600, "splay_minutes": 40}, id="a splayed interval"),
        pytest.param({"schedule": "30 6 * * 1-5", "timezone": "Asia/Tokyo"}, id="cron text"),
        pytest.param({"timeout_seconds": 12.5, "backoff_limit": 0}, id="limits"),
        pytest.param({"overlap": "replace", "catch_up_seconds": 600}, id="overlap and catch-up"),
        pytest.param({"catch_up": "none", "run_on_start": True}, id="no catch-up, run at start"),
        pytest.param({"shards": 4, "suspend": True}, id="shards, suspended"),
    ],
)
def test_what_the_manifests_say_of_a_task_is_what_the_console_shows(fields):
    task = make_task("cleanup", **fields)
    found = seen(deployed(task))

    for field in ("timeout_seconds", "overlap", "backoff_limit", "shards", "suspend", "catch_up"):
        assert getattr(found, field) == getattr(task, field), field
    assert found.latest_start_seconds == task.latest_start_seconds
    assert found.run_on_start == task.run_on_start
    assert found.interval_seconds == task.interval_seconds
    assert schedule_text(found) == schedule_text(task)
    assert schedule_words(found) == schedule_words(task)
    assert describe_cronjob(found) == describe_cronjob(task)
    assert task_warnings(found, SLOT) == task_warnings(task, SLOT)
    slots = list(fire_times(found.schedule, SLOT, SLOT + 86_400))
    assert slots == list(fire_times(task.schedule, SLOT, SLOT + 86_400))
    # With all attempts, which take longer than one run.
    assert found.budget_seconds > task.budget_seconds == task.timeout_seconds


def test_the_manifests_tell_the_console_what_a_task_was_called_before():
    task = make_task("cleanup", formerly=("clean", "tidy"))

    assert seen(deployed(task)).formerly == ("clean", "tidy")


@pytest.mark.parametrize("written", ["", " , ", None], ids=["empty", "a comma", "null"])
def test_an_annotation_without_a_former_name_is_none(written):
    found = cronjob()
    found["metadata"]["annotations"] = {"rota/formerly": written}

    assert seen(found).formerly == ()


def test_an_interval_without_five_fields_counts_from_the_cronjob():
    found = seen(deployed(make_task("cleanup", interval_seconds=5400)))

    assert schedule_text(found) == "every 1h30m"
    assert list(fire_times(found.schedule, MADE, MADE + 11_000)) == [MADE + 5400, MADE + 10_800]
    assert describe_cronjob(found) == {
        "schedule": "@every 5400s",
        "timeZone": "Etc/UTC",
        "exact": False,
    }
    assert task_warnings(found, SLOT) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({}, {"overlap": Overlap.FORBID, "timeout_seconds": 3600}, id="plain"),
        pytest.param({"concurrencyPolicy": None}, {"overlap": Overlap.ALLOW}, id="no policy"),
        pytest.param({"startingDeadlineSeconds": None}, {"catch_up_seconds": 3600}, id="no window"),
        pytest.param({"jobTemplate": {}}, {"backoff_limit": 6, "job_seconds": None}, id="no Job"),
        pytest.param(
            {"jobTemplate": {"spec": {"activeDeadlineSeconds": 90, "backoffLimit": 1}}},
            {"backoff_limit": 1, "budget_seconds": 90, "catch_up": CatchUp.LATEST},
            id="the Job's own limits",
        ),
        pytest.param(
            {"jobTemplate": {"spec": {"completionMode": "Indexed", "completions": 3}}},
            {"shards": 3},
            id="shards",
        ),
    ],
)
def test_a_cronjob_without_rotas_settings_says_what_kubernetes_acts_on(spec, expected):
    found = seen(cronjob(**spec))

    assert {name: getattr(found, name) for name in expected} == expected
    assert (found.interval_seconds, found.cronjob) == (None, "rota-cleanup")


def test_a_schedule_changed_by_hand_wins_over_the_pods_settings():
    found = deployed(make_task("cleanup", interval_seconds=300))
    found["spec"]["schedule"] = "0 4 * * *"

    assert schedule_text(seen(found)) == "0 4 * * *"


@pytest.mark.parametrize(
    "settings",
    ["ROTA_TASK__CLEANUP__TIMEOUT_SECONDS=soon", "ROTA_TASK__CLEANUP__TIMEOUT_SECONDS='", "%%"],
)
def test_settings_that_cannot_be_read_leave_the_defaults(settings):
    found = deployed(make_task("cleanup"))
    [container] = found["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    container["env"] = [{"name": "ROTA_SETTINGS", "value": settings}]

    assert seen(found).timeout_seconds == 3600


@pytest.mark.parametrize(
    "spec",
    [{"schedule": "0 0 31 2 *"}, {"schedule": "each day"}, {"timeZone": "Nowhere/City"}],
    ids=["never", "no-cron", "no-zone"],
)
def test_a_schedule_that_rota_cannot_read_is_shown_without_slots(spec):
    found = seen(cronjob(**spec))

    assert found.schedule.next_epoch(SLOT) is None
    assert schedule_words(found)
    assert describe_cronjob(found)
    assert len(task_warnings(found, SLOT)) >= 1


def test_slots_are_those_of_the_schedule_that_the_cronjob_had_then():
    found = seen(cronjob(), cronjob(schedule="30 * * * *"))

    assert [slot - SLOT for slot in fire_times(found.schedule, MADE, SLOT + 3600)] == [
        -3600,
        -1800,
        1800,
    ]
    assert schedule_text(found) == "30 * * * *"


def test_a_new_image_changes_nothing_about_the_slots():
    def of(image, **spec):
        containers = [{"name": "rota", "image": image}]
        return cronjob(
            jobTemplate={"spec": {"template": {"spec": {"containers": containers}}}}, **spec
        )

    found = seen(of("shop:1"), of("shop:2"), of("shop:3"), of("shop:3", schedule="5 * * * *"))

    assert [stretch.since for stretch in found.schedule.stretches] == [MADE, MADE + 3 * 3600]
    assert [each.after for each in found.changes] == ["shop:2", "shop:3", "5 * * * *"]
    every = seen(of("shop:1", schedule="@every 90s"), of("shop:2", schedule="@every 90s"))
    assert len(every.schedule.stretches) == 2


def test_one_whose_cronjob_is_gone_owes_nothing_more():
    hourly = span_of(cronjob(suspend=True), MADE)
    gone = span_of_facts({**asdict(hourly), "since": SLOT + 1.0, "is_gone": True})
    found = seen_task("cleanup", (hourly, gone))

    assert (found.gone_since, found.suspend) == (SLOT + 1.0, False)
    assert found.schedule.next_epoch(SLOT) is None
    assert success_due(found.schedule, SLOT - 1, catch_up_seconds=60, budget_seconds=60) == 0


def test_its_labels_are_those_of_the_application_and_not_those_of_tools():
    found = cronjob()
    found["metadata"]["labels"] |= {
        "team": "shop",
        "shop.example/tier": "1",
        "app.kubernetes.io/version": "3.1",
        "helm.sh/chart": "rota-0.1.0",
        "argocd.argoproj.io/instance": "shop",
    }

    labels = {"team": "shop", "shop.example/tier": "1", "argocd.argoproj.io/instance": "shop"}
    assert seen(found).labels == labels
    assert seen(cronjob()).labels == {}
    assert hash(seen(found)) == hash(seen(found))


def test_a_ledger_brings_the_same_tasks_back():
    spans = (span_of(trimmed(deployed(make_task("cleanup", interval_seconds=300))), MADE),)
    facts = json.loads(json.dumps(asdict(spans[0])))

    [found] = tasks_of_specs([SeenSpec("cleanup", "rota-cleanup", MADE, facts)], SLOT)
    assert found == seen_task("cleanup", spans)


def test_a_task_is_that_of_the_cronjob_that_is_there_and_gone_ones_are_forgotten():
    tasks = SeenTasks()
    old = span_of(cronjob(name="old"), MADE)
    gone = span_of_facts({**asdict(old), "since": SLOT + 60.0, "is_gone": True})
    new = span_of(cronjob(name="new"), SLOT)
    tasks.note("cleanup", "new", (new,))
    tasks.note("cleanup", "old", (old, gone))
    tasks.note("away", "old", (old, gone))

    assert [(each.name, each.cronjob) for each in tasks.all(SLOT + 60)] == [
        ("away", "old"),
        ("cleanup", "new"),
    ]
    month_later = SLOT + 60 + GONE_SECONDS
    assert [each.name for each in tasks.all(month_later - 1)] == ["away", "cleanup"]
    assert [each.name for each in tasks.all(month_later)] == ["cleanup"]


SPECS = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        st.sampled_from(
            [
                {"schedule": "* * * * *"},
                {"schedule": "*/7 * * * *"},
                {"schedule": "@every 90s"},
                {"schedule": "0 0 31 2 *"},
                {"suspend": True},
            ]
        ),
    ),
    min_size=1,
    max_size=5,
)


@given(SPECS)
def test_its_slots_are_those_that_the_ledger_expects(specs):
    spans = ()
    for since, spec in sorted(specs, key=lambda each: each[0]):
        spans = followed_by(spans, span_of(cronjob(**spec), MADE + since))
    expected = [each.slot for each in expected_slots(spans, MADE, MADE + 12_000, limit=1000)]

    assert list(fire_times(seen_task("x", spans).schedule, MADE, MADE + 12_000)) == expected
