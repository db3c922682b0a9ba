"""What the objects of the JSON API look like, as JSON Schema for its OpenAPI document."""

from typing import Any

from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.status.slots import Absence
from rota.status.task_status import TaskState

INSTANT = {"type": "string", "format": "date-time"}
OPTIONAL_INSTANT = {"type": ["string", "null"], "format": "date-time"}
TEXT, OPTIONAL_TEXT = {"type": "string"}, {"type": ["string", "null"]}
NUMBER, OPTIONAL_NUMBER = {"type": "number"}, {"type": ["number", "null"]}
OPTIONAL_INTEGER = {"type": ["integer", "null"]}


def ref(name: str) -> dict[str, Any]:
    """Return a reference to one of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_of(**properties: Any) -> dict[str, Any]:
    """Return an object with these properties."""
    return {"type": "object", "properties": properties}


def array_of(name: str) -> dict[str, Any]:
    """Return an array of one of `SCHEMAS`."""
    return {"type": "array", "items": ref(name)}


_RUNS = array_of("Run")
_A_RUN_OR_NONE = {"anyOf": [ref("Run"), {"type": "null"}]}
_RUN = {
    "task": TEXT,
    "run_id": TEXT,
    "trigger": {"enum": [*Trigger]},
    "slot": OPTIONAL_INSTANT,
    "state": {"enum": [*SlotState]},
    "started_at": INSTANT,
    "ended_at": OPTIONAL_INSTANT,
    "lateness_seconds": NUMBER,
    "duration_seconds": OPTIONAL_NUMBER,
    "exit_code": OPTIONAL_INTEGER,
    "meaning": OPTIONAL_TEXT,
    "reason": OPTIONAL_TEXT,
    "counts": {"type": "object"},
    "actor": OPTIONAL_TEXT,
    "purpose": OPTIONAL_TEXT,
    "retry_at": OPTIONAL_INSTANT,
}
# In seconds; null where that is not known.
_LATENESS = {
    "anyOf": [
        object_of(controller=NUMBER, scheduling=OPTIONAL_NUMBER, pull=OPTIONAL_NUMBER),
        {"type": "null"},
    ]
}
_SLOT = {
    "at": INSTANT,
    "local": TEXT,
    "state": {"enum": [*SlotState, *Absence]},
    "reason": OPTIONAL_TEXT,
    "detail": OPTIONAL_TEXT,
    "retry_at": OPTIONAL_INSTANT,
    "run": _A_RUN_OR_NONE,
}


_TASK_PROPERTIES = {
    "name": TEXT,
    "doc": OPTIONAL_TEXT,
    "state": {"enum": [*TaskState]},
    "reason": OPTIONAL_TEXT,
    "schedule": TEXT,
    "words": TEXT,
    "time_zone": TEXT,
    "labels": {"type": "object", "additionalProperties": TEXT},
    "cronjob": {"type": ["object", "null"]},
    "pause": {"anyOf": [ref("Pause"), {"type": "null"}]},
    "running": {"type": "array", "items": TEXT},
    "next_slots": {"type": "array", "items": INSTANT},
    "success_due": OPTIONAL_INSTANT,
    "retry_at": OPTIONAL_INSTANT,
    "last_run": _A_RUN_OR_NONE,
    "last_success": _A_RUN_OR_NONE,
    "consecutive_failures": {"type": "integer"},
    "duration": {"anyOf": [object_of(p50=NUMBER, p95=NUMBER), {"type": "null"}]},
    "slow": {"type": "boolean"},
    "strip": {"type": "array", "items": ref("Cell")},
}
SCHEMAS = {
    "Run": object_of(**_RUN),
    "WholeRun": object_of(
        **_RUN,
        lateness=_LATENESS,
        attempts=array_of("Attempt"),
        commands=array_of("Command"),
        trace_id=OPTIONAL_TEXT,
    ),
    "Command": object_of(purpose=TEXT, command=TEXT),
    "Attempt": object_of(
        pod=TEXT,
        node=OPTIONAL_TEXT,
        exit_code=OPTIONAL_INTEGER,
        meaning=OPTIONAL_TEXT,
        reason=OPTIONAL_TEXT,
        run_id=OPTIONAL_TEXT,
        created_at=OPTIONAL_INSTANT,
        scheduled_at=OPTIONAL_INSTANT,
        started_at=OPTIONAL_INSTANT,
        ended_at=OPTIONAL_INSTANT,
    ),
    "Slot": object_of(**_SLOT),
    "Explanation": object_of(
        task=TEXT,
        **_SLOT,
        runs=_RUNS,
        evidence=_RUNS,
        why={"type": "array", "items": TEXT},
        commands=array_of("Command"),
    ),
    "Task": object_of(**_TASK_PROPERTIES),
    "Pause": object_of(since=INSTANT, until=INSTANT, actor=OPTIONAL_TEXT, reason=TEXT),
    "PauseOfTask": object_of(task=TEXT, pause={"anyOf": [ref("Pause"), {"type": "null"}]}),
    "OrderedRun": object_of(
        task=TEXT,
        run_id=TEXT,
        slot=OPTIONAL_INSTANT,
        started={"type": "boolean"},
        url=TEXT,
    ),
    "WholeTask": object_of(
        **_TASK_PROPERTIES,
        changed_before_failure={"type": ["array", "null"], "items": ref("SpecChange")},
        commands=array_of("Command"),
    ),
    "SpecChange": object_of(at=INSTANT, what=TEXT, before=OPTIONAL_TEXT, after=OPTIONAL_TEXT),
    "Cell": object_of(
        at=INSTANT,
        state={"enum": [*SlotState, *Absence]},
        reason=OPTIONAL_TEXT,
        run_id=OPTIONAL_TEXT,
        count={"type": "integer"},
    ),
    "Gap": {
        **object_of(to=OPTIONAL_INSTANT, **{"from": INSTANT}),
        "description": "A stretch of time that nobody saw; `to` is null while it lasts",
    },
    "Upcoming": object_of(at=INSTANT, task=TEXT),
    "Calendar": object_of(
        slots={"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        collisions={"type": "array", "items": {"type": "object"}},
        splay_minutes={"type": ["object", "null"]},
        peak=OPTIONAL_INTEGER,
        peak_with_splay=OPTIONAL_INTEGER,
        **{"from": INSTANT},
    ),
    "Summary": object_of(counts={"type": "object"}, problems={"type": "object"}),
    "System": object_of(
        release=TEXT,
        mode={"enum": ["scheduler", "console"]},
        namespace=OPTIONAL_TEXT,
        versions={"type": "object"},
        tasks={"type": "integer"},
        ledger={"type": ["object", "null"]},
        watch={"type": ["object", "null"]},
    ),
    "Problem": object_of(type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT),
}
