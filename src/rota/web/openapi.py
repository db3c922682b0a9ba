"""The OpenAPI document of the JSON API."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import rota
from rota.ledger.protocol import MOST_RUNS_READ
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.status.slots import Absence
from rota.status.task_status import TaskState
from rota.web.listing import tagged
from rota.web.task_list import MOST_CELLS, MOST_TASKS

_INSTANT = {"type": "string", "format": "date-time"}
_OPTIONAL_INSTANT = {"type": ["string", "null"], "format": "date-time"}
_TEXT, _OPTIONAL_TEXT = {"type": "string"}, {"type": ["string", "null"]}
_NUMBER, _OPTIONAL_NUMBER = {"type": "number"}, {"type": ["number", "null"]}
_OPTIONAL_INTEGER = {"type": ["integer", "null"]}


def openapi_route() -> Route:
    """Return the route of the document itself."""
    return Route("/openapi.json", _answer, name="api-openapi")


async def _answer(request: Request) -> Response:
    return tagged(request, document())


def document() -> dict[str, Any]:
    """Return the document. Clients ignore properties that they do not know: more may come."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "rota",
            "version": rota.__version__,
            "description": "What ran, what did not, and why. Instants are UTC, in RFC 3339; "
            "durations are seconds.",
        },
        # Relative to this document: it works below any path.
        "servers": [{"url": "."}],
        "paths": _paths(),
        "components": {"schemas": _SCHEMAS},
    }


def _paths() -> dict[str, Any]:
    return {
        "/tasks": _get("Tasks, problems first", _list_of("Task"), _TASK_QUERY),
        "/tasks/{task}": _get("One task, with its last 200 slots", _ref("WholeTask"), [_TASK]),
        "/tasks/{task}/slots": _get(
            "Each slot of a task between two instants (by default the last day), the oldest first",
            _list_of("Slot"),
            [_TASK, _query("from", _INSTANT), _query("to", _INSTANT)],
        ),
        "/tasks/{task}/slots/{slot}": _get(
            "What happened to one slot, and why",
            _ref("Explanation"),
            [_TASK, _path("slot", _INSTANT)],
        ),
        "/runs": _get("Runs, the newest first", _list_of("Run"), _RUN_QUERY),
        "/runs/{run_id}": _get(
            "One run, with its attempts: the pods of a Job",
            _ref("WholeRun"),
            [_path("run_id", _TEXT)],
        ),
        "/upcoming": _get(
            "The slots of all tasks that come next",
            _list_of("Upcoming"),
            [
                _query("hours", {"type": "integer"}),
                _query("limit", {"type": "integer"}),
                _query("cursor", _TEXT),
            ],
        ),
        "/summary": _get("How many tasks are in each state", _ref("Summary")),
        "/system": _get("What serves this, and how the watches of a console do", _ref("System")),
        "/events": {
            "get": {
                "summary": "Server-sent events: `tasks`, the names of those that changed; "
                "`reset`: begin anew",
                "responses": {"200": {"description": "a stream", "content": {_EVENTS: {}}}},
            }
        },
        "/openapi.json": _get("This document", {"type": "object"}),
    }


_EVENTS = "text/event-stream"


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list_of(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {"type": "array", "items": _ref(name)},
            "next": _OPTIONAL_TEXT,
            "as_of": _INSTANT,
            "complete": {"type": "boolean"},
            "gaps": _list("Gap"),
            "blind_since": _OPTIONAL_INSTANT,
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
    }


def _get(
    summary: str, schema: dict[str, Any], parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "get": {
            "summary": summary,
            "parameters": parameters or [],
            "responses": {
                "200": {
                    "description": "the answer, with an ETag",
                    "content": {"application/json": {"schema": schema}},
                },
                "304": {"description": "nothing is new since If-None-Match"},
                "default": {
                    "description": "a problem (RFC 9457)",
                    "content": {"application/problem+json": {"schema": _ref("Problem")}},
                },
            },
        }
    }


def _path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


_TASK = _path("task", _TEXT)
_TASK_QUERY = [
    _query("q", _TEXT),
    _query("state", {"type": "array", "items": {"enum": [*TaskState]}}),
    _query("label", {"type": "array", "items": _TEXT}),
    _query("sort", {"enum": ["state", "name"]}),
    _query("strip", {"type": "integer", "minimum": 0, "maximum": MOST_CELLS}),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_TASKS}),
    _query("cursor", _TEXT),
]
_RUN_QUERY = [
    _query("task", _TEXT),
    _query("state", {"type": "array", "items": {"enum": [*SlotState]}}),
    _query("trigger", {"type": "array", "items": {"enum": [*Trigger]}}),
    _query("exit_code", {"type": "integer"}),
    _query("q", _TEXT),
    _query("since", _INSTANT),
    _query("until", _INSTANT),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_RUNS_READ}),
    _query("cursor", _TEXT),
]


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}


_RUNS = _list("Run")
_A_RUN_OR_NONE = {"anyOf": [_ref("Run"), {"type": "null"}]}
_RUN = {
    "task": _TEXT,
    "run_id": _TEXT,
    "trigger": {"enum": [*Trigger]},
    "slot": _OPTIONAL_INSTANT,
    "state": {"enum": [*SlotState]},
    "started_at": _INSTANT,
    "ended_at": _OPTIONAL_INSTANT,
    "lateness_seconds": _NUMBER,
    "duration_seconds": _OPTIONAL_NUMBER,
    "exit_code": _OPTIONAL_INTEGER,
    "meaning": _OPTIONAL_TEXT,
    "reason": _OPTIONAL_TEXT,
    "counts": {"type": "object"},
    "actor": _OPTIONAL_TEXT,
    "purpose": _OPTIONAL_TEXT,
}
_SLOT = {
    "at": _INSTANT,
    "local": _TEXT,
    "state": {"enum": [*SlotState, *Absence]},
    "reason": _OPTIONAL_TEXT,
    "detail": _OPTIONAL_TEXT,
    "run": _A_RUN_OR_NONE,
}


_TASK_PROPERTIES = {
    "name": _TEXT,
    "doc": _OPTIONAL_TEXT,
    "state": {"enum": [*TaskState]},
    "reason": _OPTIONAL_TEXT,
    "schedule": _TEXT,
    "words": _TEXT,
    "time_zone": _TEXT,
    "labels": {"type": "object", "additionalProperties": _TEXT},
    "cronjob": {"type": ["object", "null"]},
    "pause": {"anyOf": [_ref("Pause"), {"type": "null"}]},
    "running": {"type": "array", "items": _TEXT},
    "next_slots": {"type": "array", "items": _INSTANT},
    "success_due": _OPTIONAL_INSTANT,
    "last_run": _A_RUN_OR_NONE,
    "last_success": _A_RUN_OR_NONE,
    "consecutive_failures": {"type": "integer"},
    "duration": {"anyOf": [_object(p50=_NUMBER, p95=_NUMBER), {"type": "null"}]},
    "strip": {"type": "array", "items": _ref("Cell")},
}
_SCHEMAS = {
    "Run": _object(**_RUN),
    "WholeRun": _object(
        **_RUN,
        attempts=_list("Attempt"),
        commands=_list("Command"),
        trace_id=_OPTIONAL_TEXT,
    ),
    "Command": _object(purpose=_TEXT, command=_TEXT),
    "Attempt": _object(
        pod=_TEXT,
        node=_OPTIONAL_TEXT,
        exit_code=_OPTIONAL_INTEGER,
        meaning=_OPTIONAL_TEXT,
        reason=_OPTIONAL_TEXT,
        run_id=_OPTIONAL_TEXT,
        created_at=_OPTIONAL_INSTANT,
        started_at=_OPTIONAL_INSTANT,
        ended_at=_OPTIONAL_INSTANT,
    ),
    "Slot": _object(**_SLOT),
    "Explanation": _object(
        task=_TEXT,
        **_SLOT,
        runs=_RUNS,
        evidence=_RUNS,
        why={"type": "array", "items": _TEXT},
        commands=_list("Command"),
    ),
    "Task": _object(**_TASK_PROPERTIES),
    "Pause": _object(since=_INSTANT, until=_INSTANT, actor=_OPTIONAL_TEXT, reason=_TEXT),
    "WholeTask": _object(**_TASK_PROPERTIES, commands=_list("Command")),
    "Cell": _object(
        at=_INSTANT,
        state={"enum": [*SlotState, *Absence]},
        reason=_OPTIONAL_TEXT,
        run_id=_OPTIONAL_TEXT,
        count={"type": "integer"},
    ),
    "Gap": {
        **_object(to=_OPTIONAL_INSTANT, **{"from": _INSTANT}),
        "description": "A stretch of time that nobody saw; `to` is null while it lasts",
    },
    "Upcoming": _object(at=_INSTANT, task=_TEXT),
    "Summary": _object(counts={"type": "object"}, problems={"type": "object"}),
    "System": _object(
        release=_TEXT,
        mode={"enum": ["scheduler", "console"]},
        namespace=_OPTIONAL_TEXT,
        versions={"type": "object"},
        tasks={"type": "integer"},
        ledger={"type": ["object", "null"]},
        watch={"type": ["object", "null"]},
    ),
    "Problem": _object(type=_TEXT, title=_TEXT, status={"type": "integer"}, detail=_TEXT),
}
