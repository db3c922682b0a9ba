"""What services are told of the runs of a process."""

import logging

import pytest

from rota.logs import redaction
from rota.model.clock import instant
from rota.model.events import RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome, SkipReason
from rota.model.run import Run, RunRecord, Trigger
from rota.net.ping_sender import Delivery
from rota.net.ping_targets import parse_ping_targets
from rota.observers.ping_services import run_uuid
from rota.observers.pings import PingLine, RunPings

KEY = "Zk3-canary-91"
SETTING = f"healthchecks+https://hc.test/{KEY}/{{task}}\nquiet off"
NOW = instant(1_764_140_400)
CODES = {
    Outcome.SUCCEEDED: ExitCode.SUCCEEDED,
    Outcome.FAILED: ExitCode.TASK_FAILED,
    Outcome.TIMED_OUT: ExitCode.TIMED_OUT,
    Outcome.INTERRUPTED: ExitCode.INTERRUPTED_SIGTERM,
}


class Told:
    """An observer on a clock that the test moves, and what it has sent."""

    def __init__(self, job_uid="", setting=SETTING):
        self.sent = []
        self.now = 1000.0
        line = PingLine(
            parse_ping_targets(setting),
            release="shop",
            send=lambda task, request: self.sent.append((task, request.url)),
        )
        self.observer = RunPings(line, job_uid=job_uid, monotonic=lambda: self.now)
        self.number = 0

    def run(self, *outcomes, task="cleanup", every=60.0, trigger=Trigger.SCHEDULE, **more):
        for outcome in outcomes:
            self.number += 1
            run = Run(task, f"r{self.number}", trigger, None, NOW, "r", **more)
            self.observer(RunStarted(run, 0.0))
            self.observer(RunFinished(RunRecord(run, outcome, CODES[outcome], 0.0, 1.0)))
            self.now += every

    @property
    def ends(self):
        """The ends of the paths, after the name of the task."""
        return [url.split("?")[0].partition(f"/{task}")[2] or "/" for task, url in self.sent]


@pytest.mark.parametrize(
    ("outcome", "ends"),
    [
        (Outcome.SUCCEEDED, ["/start", "/"]),
        (Outcome.FAILED, ["/start", "/1"]),
        (Outcome.TIMED_OUT, ["/start", "/5"]),
        (Outcome.INTERRUPTED, ["/start", "/log"]),
    ],
)
def test_a_run_is_told_of_at_its_start_and_end(outcome, ends):
    told = Told()
    told.run(outcome)
    assert told.ends == ends
    assert {url.partition("?")[2] for _, url in told.sent} == {f"rid={run_uuid('cleanup', 'r1')}"}


def test_a_task_without_a_target_is_not_told_of():
    told = Told()
    told.run(Outcome.SUCCEEDED, Outcome.FAILED, task="quiet")
    assert told.sent == []


def test_a_backfill_is_not_told_of():
    told = Told()
    told.run(Outcome.SUCCEEDED, Outcome.FAILED, trigger=Trigger.BACKFILL)
    assert told.sent == []


def test_in_a_job_its_uid_names_the_run_as_the_console_does():
    told = Told(job_uid="3b1f")
    told.run(Outcome.FAILED)
    assert all(url.endswith(f"?rid={run_uuid('cleanup', '3b1f')}") for _, url in told.sent)


def test_a_task_of_every_few_seconds_is_told_of_once_a_minute():
    told = Told()
    told.run(*[Outcome.SUCCEEDED] * 13, every=10)
    assert told.ends == ["/start", "/"] * 3


def test_a_change_from_well_to_failing_and_back_is_told_of_at_once():
    told = Told()
    good, bad = Outcome.SUCCEEDED, Outcome.FAILED
    told.run(good, good, bad, bad, Outcome.INTERRUPTED, good, good, every=1)
    assert told.ends == ["/start", "/", "/1", "/log", "/"]


def test_of_shards_the_first_tells_of_success_and_each_of_its_failure():
    told = Told()
    told.run(Outcome.SUCCEEDED, shard_index=1, shard_count=2)
    assert told.ends == []
    told.run(Outcome.FAILED, shard_index=1, shard_count=2)
    assert told.ends == ["/1"]
    told.run(Outcome.SUCCEEDED, shard_index=0, shard_count=2)
    assert told.ends == ["/1", "/start", "/"]


def test_a_run_that_died_with_its_process_has_failed():
    told = Told()
    told.observer(RunLost("cleanup", "r7", None))
    uuid = run_uuid("cleanup", "r7")
    assert told.sent == [("cleanup", f"https://hc.test/{KEY}/cleanup/fail?rid={uuid}")]


@pytest.mark.parametrize("reason", list(SkipReason))
def test_skipped_slots_fail_only_where_nothing_runs_instead(reason):
    told = Told()
    told.observer(SlotsSkipped("cleanup", 60, 120, 2, False, reason))
    fails = reason in (SkipReason.TOO_LATE, SkipReason.REFUSED)
    assert told.ends == ["/fail" if fails else "/log"]


def test_the_first_of_a_row_of_failures_is_logged_and_all_are_counted(caplog):
    caplog.set_level(logging.WARNING)
    line = PingLine(parse_ping_targets(SETTING), release="shop")
    results = []
    line.on_result = results.append
    for result in ("failed", "dropped", "failed", "delivered", "failed"):
        line.delivered(Delivery("cleanup", result, "ConnectError"))
    assert results == ["failed", "dropped", "failed", "delivered", "failed"]
    assert [record.message for record in caplog.records] == ["ping.failed"] * 2
    assert KEY not in str([vars(record) for record in caplog.records])


def test_a_target_is_masked_wherever_rota_writes():
    key = "5f0c1e9a-77aa-4bd1-9c1e-canary000001"
    PingLine(parse_ping_targets(f"healthchecks+https://hc.example/{key}"), release="shop")

    assert key not in redaction.redact(f"POST https://hc.example/{key}/start: refused")
