"""Addresses between the pages. All are relative, so that any path may stand before them."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from starlette.requests import Request

from rota.model.trace import trace_id_of
from rota.settings import Settings
from rota.web.pages.moments import slot_key


def root_of(request: Request) -> str:
    """Return the way from the page that is asked for to the first page: `./`, `../`, `../../`."""
    scope = request.scope
    raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    depth = raw_path.partition(b"?")[0].count(b"/") - scope.get("root_path", "").count("/") - 1
    return "../" * depth or "./"


def task_path(task: str) -> str:
    """Return where a task's page is, from the first page."""
    return f"tasks/{quote(task, safe='')}"


def slot_path(task: str, slot: int) -> str:
    """Return where a slot's page is, from the first page."""
    return f"{task_path(task)}/slots/{quote(slot_key(slot), safe=':')}"


def run_path(run_id: str) -> str:
    """Return where a run's page is, from the first page."""
    return f"runs/{quote(run_id, safe='')}"


def trace_of(run_id: str, settings: Settings | None) -> tuple[str, str] | None:
    """Return the trace of a run and the address of its page, which may be empty.

    None where runs are not traced. A run of a Job has the Job's uid as its id.
    """
    if settings is None or not settings.traces:
        return None
    trace_id = trace_id_of(run_id)
    return trace_id, settings.trace_url.replace("{trace_id}", trace_id)


def query(values: Mapping[str, object], **changed: object) -> str:
    """Return a query of `values` with some changed, less those that are empty; `?` alone clears."""
    merged = {**values, **changed}
    return "?" + urlencode({name: value for name, value in merged.items() if value not in ("", 1)})
