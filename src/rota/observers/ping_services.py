"""How each service is told of a run. No I/O."""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from rota.model.exit_codes import meaning_of
from rota.net.ping_sender import PingRequest
from rota.net.ping_targets import PingService, PingTarget

# Of this project's own: what is derived from it is the same everywhere.
_NAMESPACE = uuid.UUID("5f0d1c39-8f6b-5d1e-9a44-5a3c7e1b2d60")
_HIGHEST_EXIT_CODE = 255


class PingEvent(StrEnum):
    """What is told. `log`: what is worth noting, but neither good nor bad."""

    START = "start"
    SUCCESS = "success"
    FAILURE = "failure"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Ping:
    """What is told of a run; `exit_code` and `duration_seconds` are None where unknown."""

    event: PingEvent
    task: str
    run_uuid: str
    exit_code: int | None = None
    duration_seconds: float | None = None
    note: str = ""

    @property
    def message(self) -> str:
        """One line without anything that the task itself wrote, which may be confidential."""
        if self.note or self.exit_code is None:
            return self.note
        return f"exit code {self.exit_code}: {meaning_of(self.exit_code)}"


def run_uuid(task: str, run_id: str) -> str:
    """Return the UUID of a run, from its id or the uid of its Job: Healthchecks takes no other."""
    return str(uuid.uuid5(_NAMESPACE, f"{task}/{run_id}"))


def request_of(target: PingTarget, ping: Ping, *, release: str) -> PingRequest | None:
    """Return the request that tells the service; None where it has no place for this event."""
    values = {
        "task": ping.task.removeprefix("@"),
        "release": release,
        "event": ping.event.value,
        "run_uuid": ping.run_uuid,
        "exit_code": "" if ping.exit_code is None else str(ping.exit_code),
        "duration": _seconds(ping),
    }
    url = target.template
    for name, value in values.items():
        url = url.replace(f"{{{name}}}", quote(value, safe=""))
    match target.service:
        case PingService.HEALTHCHECKS:
            return _healthchecks(url, ping)
        case PingService.CRONITOR:
            return _cronitor(url, ping)
        case PingService.SENTRY:
            return _sentry(url, ping)
        case PingService.BETTERSTACK:
            return _betterstack(url, ping)
        case PingService.KUMA:
            return _kuma(url, ping)
        case PingService.PLAIN:
            return _plain(url, ping, tells_event="{event}" in target.template)


def _healthchecks(url: str, ping: Ping) -> PingRequest:
    ends = {
        PingEvent.START: "/start",
        PingEvent.SUCCESS: "",
        PingEvent.FAILURE: f"/{_code(ping) or 'fail'}",
        PingEvent.LOG: "/log",
    }
    return PingRequest(_url(url, ends[ping.event], rid=ping.run_uuid), ping.message)


def _cronitor(url: str, ping: Ping) -> PingRequest | None:
    states = {PingEvent.START: "run", PingEvent.SUCCESS: "complete", PingEvent.FAILURE: "fail"}
    if ping.event not in states:
        return None
    duration = _seconds(ping)
    query = {
        "state": states[ping.event],
        "series": ping.run_uuid,
        "status_code": "" if ping.exit_code is None else str(ping.exit_code),
        "metric": f"duration:{duration}" if duration else "",
        "message": ping.message,
    }
    return PingRequest(_url(url, "", **query))


def _sentry(url: str, ping: Ping) -> PingRequest | None:
    states = {PingEvent.START: "in_progress", PingEvent.SUCCESS: "ok", PingEvent.FAILURE: "error"}
    if ping.event not in states:
        return None
    return PingRequest(_url(url, "/", status=states[ping.event], check_in_id=ping.run_uuid))


def _betterstack(url: str, ping: Ping) -> PingRequest | None:
    if ping.event is PingEvent.SUCCESS:
        return PingRequest(_url(url, ""))
    if ping.event is PingEvent.FAILURE:
        return PingRequest(_url(url, f"/{_code(ping) or 'fail'}"), ping.message)
    return None


def _kuma(url: str, ping: Ping) -> PingRequest | None:
    states = {PingEvent.SUCCESS: "up", PingEvent.FAILURE: "down"}
    if ping.event not in states:
        return None
    duration = ping.duration_seconds
    milliseconds = "" if duration is None else str(round(duration * 1000))
    message = ping.message or "OK"
    return PingRequest(_url(url, "", status=states[ping.event], msg=message, ping=milliseconds))


def _plain(url: str, ping: Ping, *, tells_event: bool) -> PingRequest | None:
    # A URL that cannot tell a failure from a success is one for successes.
    told = {PingEvent.START, PingEvent.SUCCESS, PingEvent.FAILURE}
    return (
        PingRequest(url) if ping.event in (told if tells_event else {PingEvent.SUCCESS}) else None
    )


def _code(ping: Ping) -> str:
    """Return the exit code of a failure as these services take it; empty where it is none."""
    code = ping.exit_code or 0
    return str(code) if 0 < code <= _HIGHEST_EXIT_CODE else ""


def _seconds(ping: Ping) -> str:
    return "" if ping.duration_seconds is None else f"{ping.duration_seconds:.3f}"


def _url(url: str, end: str, **query: str) -> str:
    """Return `url` with `end` after its path and `query` in its query; empty values are left out.

    What the URL has of these keys already, being copied with an example, is replaced.
    """
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key not in query]
    told = [(key, value) for key, value in query.items() if value]
    path = parts.path.rstrip("/") + end
    return urlunsplit(parts._replace(path=path, query=urlencode([*kept, *told])))
