"""A run as pages, answers and commands show it."""

from typing import Any

from rota.ledger.records import RecordedRun
from rota.model.clock import instant, rfc3339
from rota.model.exit_codes import meaning_of


def run_facts(run: RecordedRun) -> dict[str, Any]:
    """Return a run JSON-ready: what the ledger has of it, its end, and what its exit code means."""
    ended_at = None
    if run.duration_seconds is not None:
        ended_at = rfc3339(instant(round(run.started_at + run.duration_seconds, 3)))
    meaning = None if run.exit_code is None else meaning_of(run.exit_code)
    return {**run.facts(), "ended_at": ended_at, "meaning": meaning}
