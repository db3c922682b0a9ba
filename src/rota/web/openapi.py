"""The OpenAPI document of the JSON API."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import rota
from rota.ledger.protocol import MOST_RUNS_READ
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.status.task_status import TaskState
from rota.web.listing import tagged
from rota.web.openapi_schemas import (
    INSTANT,
    OPTIONAL_INSTANT,
    OPTIONAL_TEXT,
    SCHEMAS,
    TEXT,
    array_of,
    object_of,
    ref,
)
from rota.web.task_list import MOST_CELLS, MOST_TASKS


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
        "components": {"schemas": SCHEMAS},
    }


def _paths() -> dict[str, Any]:
    return {
        "/tasks": _get("Tasks, problems first", _list_of("Task"), _TASK_QUERY),
        "/tasks/{task}": _get("One task, with its last 200 slots", ref("WholeTask"), [_TASK]),
        "/tasks/{task}/slots": _get(
            "Each slot of a task between two instants (by default the last day), the oldest first",
            _list_of("Slot"),
            [_TASK, _query("from", INSTANT), _query("to", INSTANT)],
        ),
        "/tasks/{task}/slots/{slot}": _get(
            "What happened to one slot, and why",
            ref("Explanation"),
            [_TASK, _path("slot", INSTANT)],
        ),
        **_orders(),
        "/runs": _get("Runs, the newest first", _list_of("Run"), _RUN_QUERY),
        "/runs/{run_id}": _get(
            "One run, with its attempts: the pods of a Job",
            ref("WholeRun"),
            [_path("run_id", TEXT)],
        ),
        "/upcoming": _get(
            "The slots of all tasks that come next", _list_of("Upcoming"), _UPCOMING_QUERY
        ),
        "/calendar": _get("The load of a week, and a splay against it", ref("Calendar")),
        "/summary": _get("How many tasks are in each state", ref("Summary")),
        "/system": _get("What serves this, and how the watches of a console do", ref("System")),
        "/events": {
            "get": {
                "summary": "Server-sent events: `tasks`, the names of those that changed; "
                "`reset`: begin anew",
                "responses": {"200": {"description": "a stream", "content": {_EVENTS: {}}}},
            }
        },
        "/openapi.json": _get("This document", {"type": "object"}),
    }


def _orders() -> dict[str, Any]:
    return {
        "/tasks/{task}/runs": _post(
            "Run a task now",
            "202",
            ref("OrderedRun"),
            slot=OPTIONAL_INSTANT,
            arguments={"type": "object", "additionalProperties": TEXT},
            reason=OPTIONAL_TEXT,
        ),
        "/tasks/{task}/pause": _post(
            "Pause a task, until an instant or for some seconds",
            "200",
            ref("PauseOfTask"),
            until=OPTIONAL_INSTANT,
            seconds={"type": "integer"},
            reason=TEXT,
        ),
        "/tasks/{task}/resume": _post(
            "End a pause", "200", ref("PauseOfTask"), reason=OPTIONAL_TEXT
        ),
    }


_EVENTS = "text/event-stream"


def _post(
    summary: str, status: str, schema: dict[str, Any], **properties: dict[str, Any]
) -> dict[str, Any]:
    body = {"application/json": {"schema": object_of(**properties)}}
    return {
        "post": {
            "summary": f"{summary}; 403 where the scheduler has no actions",
            "parameters": [_TASK],
            "requestBody": {"content": body},
            "responses": {
                status: {
                    "description": "it is done",
                    "content": {"application/json": {"schema": schema}},
                },
                "default": _PROBLEM,
            },
        }
    }


def _list_of(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {"type": "array", "items": ref(name)},
            "next": OPTIONAL_TEXT,
            "as_of": INSTANT,
            "complete": {"type": "boolean"},
            "gaps": array_of("Gap"),
            "blind_since": OPTIONAL_INSTANT,
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
                "default": _PROBLEM,
            },
        }
    }


def _path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


_PROBLEM = {
    "description": "a problem (RFC 9457)",
    "content": {"application/problem+json": {"schema": ref("Problem")}},
}
_TASK = _path("task", TEXT)
_UPCOMING_QUERY = [
    _query("hours", {"type": "integer"}),
    _query("limit", {"type": "integer"}),
    _query("cursor", TEXT),
]
_TASK_QUERY = [
    _query("q", TEXT),
    _query("state", {"type": "array", "items": {"enum": [*TaskState]}}),
    _query("label", {"type": "array", "items": TEXT}),
    _query("sort", {"enum": ["state", "name"]}),
    _query("strip", {"type": "integer", "minimum": 0, "maximum": MOST_CELLS}),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_TASKS}),
    _query("cursor", TEXT),
]
_RUN_QUERY = [
    _query("task", TEXT),
    _query("state", {"type": "array", "items": {"enum": [*SlotState]}}),
    _query("trigger", {"type": "array", "items": {"enum": [*Trigger]}}),
    _query("exit_code", {"type": "integer"}),
    _query("q", TEXT),
    _query("since", INSTANT),
    _query("until", INSTANT),
    _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST_RUNS_READ}),
    _query("cursor", TEXT),
]
