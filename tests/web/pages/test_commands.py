"""Commands of a console's pages, with the names that the cluster has."""

from dataclasses import replace

import pytest

from rota.kubernetes.watching.cronjobs import span_of, span_of_facts
from rota.kubernetes.watching.seen_tasks import seen_task
from rota.ledger.attempts import Attempt
from rota.ledger.records import RecordedRun
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.web.pages import About
from rota.web.pages.commands import run_commands, slot_commands, task_commands
from support.kubernetes_objects import SLOT, cronjob
from support.statuses import text

NOW = SLOT + 1800.0
ABOUT = About(mode="console", namespace="shop")
KUBECTL = "kubectl --namespace shop"
LONG = "a-very-long-prefix-of-an-overlay-rota-send-reminders"


def task_of(name="shop-cleanup", **spec):
    return seen_task("cleanup", (span_of(cronjob(name=name, **spec), 0.0),))


def texts(commands):
    return [text for _, text in commands]


def test_a_job_is_made_from_the_cronjob_that_is_there():
    patch = '{"spec": {"suspend": true}}'

    assert texts(task_commands(task_of(), ABOUT, NOW)) == [
        f"{KUBECTL} create job shop-cleanup-hand-$(date +%H%M%S) --from=cronjob/shop-cleanup",
        f"{KUBECTL} patch cronjob shop-cleanup --patch '{patch}'",
        "kubectl --namespace shop get jobs --selector rota/task=cleanup",
        f"rota backfill cleanup --from {text(SLOT - 86_400)} --in-cluster --namespace shop",
        "rota history cleanup",
    ]


@pytest.mark.parametrize("name", ["shop-cleanup", LONG, "a" * 50 + "-b"])
def test_the_name_of_a_job_by_hand_is_short_enough_for_its_pods(name):
    first = texts(task_commands(task_of(name), ABOUT, NOW))[0]
    job = first.split("create job ")[1].split(" --from")[0]

    assert "--" not in job
    assert len(job.replace("$(date +%H%M%S)", "235959")) <= 63
    assert f"--from=cronjob/{name}" in first


def test_what_can_be_done_follows_what_the_cronjob_is():
    suspended = task_commands(task_of(suspend=True), ABOUT, NOW)
    gone = span_of_facts({**_facts(span_of(cronjob(), 0.0)), "since": 9.0, "is_gone": True})

    assert suspended[1][0] == "let it run again"
    assert '"suspend": false' in suspended[1][1]
    assert texts(task_commands(seen_task("cleanup", (gone,)), ABOUT, NOW)) == [
        "rota history cleanup"
    ]


def _facts(span):
    return {name: getattr(span, name) for name in span.__slots__}


def test_a_run_leads_to_the_log_of_its_last_pod():
    attempts = (Attempt("pod-1"), Attempt("pod-2"))
    run = RecordedRun(
        "cleanup", "u", Trigger.MANUAL, None, SlotState.FAILED, SLOT + 1.0, attempts=attempts
    )

    assert texts(run_commands(run, ABOUT)) == [
        "kubectl --namespace shop logs pod-2",
        "kubectl --namespace shop describe pod pod-2",
    ]


def test_a_slot_is_run_again_where_its_cronjob_is():
    assert texts(slot_commands("cleanup", SLOT, replace(ABOUT, instance="shop"))) == [
        "rota why cleanup 2025-11-26T02:00:00Z",
        "rota trigger cleanup --slot 2025-11-26T02:00:00Z --wait --namespace shop --instance shop",
    ]
