"""A run as pages, answers and commands show it."""

from typing import Any

from rota.ledger.records import RecordedRun
from rota.model.clock import instant, rfc3339
from rota.model.exit_codes import ExitCode

_SIGNAL_BASE = 128


def run_facts(run: RecordedRun) -> dict[str, Any]:
    """Return a run JSON-ready: what the ledger has of it, its end, and what its exit code means."""
    ended_at = None
    if run.duration_seconds is not None:
        ended_at = rfc3339(instant(round(run.started_at + run.duration_seconds, 3)))
    return {**run.facts(), "ended_at": ended_at, "meaning": meaning_of(run.exit_code)}


def meaning_of(exit_code: int | None) -> str | None:
    """Return what an exit code says, also one that is not rota's own; None without one."""
    if exit_code is None:
        return None
    known = next((code.meaning for code in ExitCode if code == exit_code), None)
    if known is not None:
        return known
    if exit_code > _SIGNAL_BASE:
        return f"killed by signal {exit_code - _SIGNAL_BASE}"
    return "not one of rota's exit codes"
