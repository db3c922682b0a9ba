"""What the console tells dead-man services on behalf of pods."""

import pytest

from rota.kubernetes.watching.jobs import Gone, run_of
from rota.ledger.console_notes import ConsoleNotes
from rota.ledger.records import RecordedSkip
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.net.ping_targets import parse_ping_targets
from rota.observers.console_pings import ConsolePings
from rota.observers.ping_services import run_uuid
from rota.observers.pings import PingLine
from support.kubernetes_objects import JOB_UID, SLOT, ended, job, pod, waiting

UUID = run_uuid("cleanup", JOB_UID)
FAILED = [("Failed", "BackoffLimitExceeded")]
DEADLINE = [("Failed", "DeadlineExceeded")]


def told_by_pod(outcome):
    return {"run_id": "69270000-0123456789", "outcome": outcome}


@pytest.fixture
def sent():
    return []


@pytest.fixture
def pings(sent):
    targets = parse_ping_targets("healthchecks+https://hc.test/{task}")
    line = PingLine(targets, release="rota", send=lambda _, request: sent.append(request))
    return ConsolePings(line)


def attempts(*states):
    return [
        pod(f"pod-{number}", created=SLOT + number, state=state)
        for number, state in enumerate(states)
    ]


KILLED = ended(137, reason="OOMKilled")
TOLD = ended(1, message=told_by_pod("failed"))


@pytest.mark.parametrize(
    ("conditions", "states", "end"),
    [
        (FAILED, [KILLED], "/137"),
        (FAILED, [TOLD, KILLED], "/137"),
        (FAILED, [KILLED, TOLD], None),
        (FAILED, [TOLD], None),
        (FAILED, [ended(5, message=told_by_pod("timed_out"))], None),
        (FAILED, [ended(2, message="rota: error: ROTA_GRACE_SECOND: no such setting")], "/2"),
        (FAILED, [ended(1, message={"level": "error"})], "/1"),
        (FAILED, [], "/fail"),
        (DEADLINE, [waiting("ImagePullBackOff")], "/fail"),
        (DEADLINE, [ended(143, message=told_by_pod("interrupted"))], "/143"),
        (FAILED, [ended(143, message=told_by_pod("interrupted"))], None),
        ([("Complete", "CompletionsReached")], [KILLED, ended(0)], None),
        ([], [KILLED], None),
    ],
    ids=[
        "killed",
        "killed-after-one-that-told",
        "told-after-one-that-was-killed",
        "told",
        "told-its-timeout",
        "refused-its-settings",
        "last-words-of-another",
        "without-a-pod",
        "never-started",
        "stopped-by-the-deadline",
        "interrupted",
        "succeeded-in-the-end",
        "goes-on",
    ],
)
def test_a_failure_is_told_where_no_pod_has(pings, sent, conditions, states, end):
    run = run_of(job(conditions=conditions), attempts(*states))
    pings.noted(ConsoleNotes(), [run])
    urls = [request.url for request in sent]
    assert urls == ([] if end is None else [f"https://hc.test/cleanup{end}?rid={UUID}"])


@pytest.mark.parametrize("gone", list(Gone))
def test_a_job_that_went_away_is_no_failure(pings, sent, gone):
    run = run_of(job(), attempts(KILLED), gone=gone, gone_at=SLOT + 60.0)
    pings.noted(ConsoleNotes(), [run])
    assert sent == []


@pytest.mark.parametrize(("since", "number"), [(SLOT + 9, 1), (SLOT + 10, 0)])
def test_what_ended_before_anybody_watched_is_not_told(pings, sent, since, number):
    pings.since = since
    pings.noted(ConsoleNotes(), [run_of(job(conditions=FAILED), attempts(KILLED))])
    assert len(sent) == number


def test_it_tells_what_the_exit_code_means_and_nothing_of_the_cluster(pings, sent):
    pings.noted(ConsoleNotes(), [run_of(job(conditions=FAILED), attempts(KILLED))])
    pings.noted(ConsoleNotes(), [run_of(job(conditions=FAILED), [])])
    assert [request.body for request in sent] == [
        "exit code 137: killed by SIGKILL",
        "no pod of the Job has run to an end",
    ]


def test_a_slot_without_a_job_is_told(pings, sent):
    for reason in (SkipReason.REFUSED, SkipReason.OVERLAP):
        skipped = SlotsSkipped("cleanup", SLOT, SLOT, 1, capped=False, reason=reason)
        pings.noted(ConsoleNotes(skips=[RecordedSkip(skipped, SLOT + 90.0)]), [])
    assert [request.url.split("?")[0] for request in sent] == [
        "https://hc.test/cleanup/fail",
        "https://hc.test/cleanup/log",
    ]


def test_without_a_setting_nothing_is_told():
    ConsolePings(None).noted(ConsoleNotes(), [run_of(job(conditions=FAILED), attempts(KILLED))])
