"""Runs and their ends, as a scheduler tells a ledger of them."""

from rota.model.clock import instant
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.run import Run, RunRecord, Trigger

START = 1_795_478_400


def run(run_id, task="t", slot=START, trigger=Trigger.SCHEDULE, **fields):
    moment = None if slot is None else instant(slot)
    return Run(task, run_id, trigger, moment, instant(START), identity=run_id, **fields)


def record(run_id, outcome="succeeded", *, task="t", slot=START, started_at=START, **fields):
    exit_code = ExitCode.SUCCEEDED if outcome == "succeeded" else ExitCode.TASK_FAILED
    return RunRecord(
        run=run(run_id, task, slot, fields.pop("trigger", Trigger.SCHEDULE)),
        outcome=Outcome(outcome),
        exit_code=exit_code,
        started_at=started_at,
        duration_seconds=fields.pop("duration_seconds", 1.5),
        **fields,
    )
