"""What goes wrong in a simulation, and when: at an instant, or so long after the start.

Instants are those of a clock that nobody sets: after a ClockJump the simulated clock shows others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from rota.model.clock import instant, rfc3339
from rota.model.errors import UsageError
from rota.model.plain import plain_repr, plain_text
from rota.testing.moments import Moment, Span, elapsed_of, seconds_of


class Down(StrEnum):
    """How the Business API is out of order.

    `refused`: no connection. `hangs`: it never answers, and does nothing. `errors`: it answers 503,
    and does nothing. `cut`: it does what is asked for, and the answer is cut.
    """

    REFUSED = "refused"
    HANGS = "hangs"
    ERRORS = "errors"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Outage:
    """The Business API is out of order from `start` until `end`."""

    start: Moment
    end: Moment
    how: Down | str = Down.ERRORS


@dataclass(frozen=True, slots=True)
class ClockJump:
    """Somebody sets the clock: forward by a positive span, back by a negative one, as `-1h`."""

    at: Moment
    by: Span


@dataclass(frozen=True, slots=True)
class Restart:
    """SIGTERM at `at`; what ends so is started again `down` after `at`, at the earliest."""

    at: Moment
    down: Span = "0s"


@dataclass(frozen=True, slots=True)
class Shutdown:
    """SIGTERM, and nothing is started again."""

    at: Moment


@dataclass(frozen=True, slots=True)
class Crash:
    """SIGKILL, at an instant or after a request; then as with Restart.

    `after_request` counts all requests that reached the API, from 1: it has acted on that one, and
    its answer does not arrive.
    """

    at: Moment | None = None
    after_request: int | None = None
    down: Span = "0s"


# A disruption at the instant of a slot comes before it, however the two are computed.
EARLY_SECONDS = 0.001

Disruption = Outage | ClockJump | Restart | Shutdown | Crash
_D = TypeVar("_D")


@dataclass(frozen=True, slots=True)
class PlannedOutage:
    """An outage in seconds since the start."""

    start: float
    end: float
    how: Down


@dataclass(frozen=True, slots=True)
class PlannedEnd:
    """The end of a process, in seconds since the start. `returns_at` is None for good."""

    at: float
    crash: bool
    returns_at: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """All disruptions of a simulation, ordered; `jumps` are pairs of when and by how much."""

    outages: tuple[PlannedOutage, ...] = ()
    jumps: tuple[tuple[float, float], ...] = ()
    ends: tuple[PlannedEnd, ...] = ()
    crash_after: tuple[tuple[int, float], ...] = ()

    def outage_at(self, elapsed: float) -> Down | None:
        """Return how the API is out of order then, or None if it is well."""
        for each in self.outages:
            if each.start <= elapsed < each.end:
                return each.how
        return None


def plan_of(disruptions: Sequence[Disruption], start: float, seconds: float) -> Plan:
    """Return the plan of a simulation that begins at `start` and lasts `seconds`.

    Raises UsageError, also for what would happen before or after it.
    """
    listed = disruptions if isinstance(disruptions, list | tuple) else (disruptions,)
    for each in listed:
        if not isinstance(each, Disruption):
            raise UsageError(
                f"disruptions: {plain_repr(each, 80)} is none: write a list of Outage, ClockJump, "
                "Restart, Shutdown and Crash"
            )
    when = _When(start, seconds)
    jumps = [
        (when.at(each), seconds_of(each.by, "ClockJump.by")) for each in _all(ClockJump, listed)
    ]
    crashes = [each for each in _all(Crash, listed) if each.after_request is not None]
    return Plan(
        outages=tuple(_outage(each, when) for each in _all(Outage, listed)),
        jumps=tuple(sorted((at - EARLY_SECONDS, by) for at, by in jumps)),
        ends=tuple(
            _one_after_another([_end(each, when) for each in listed if _is_timed_end(each)])
        ),
        crash_after=tuple(sorted((_number(each.after_request), _down(each)) for each in crashes)),
    )


def _all(kind: type[_D], listed: Sequence[Disruption]) -> list[_D]:
    return [each for each in listed if isinstance(each, kind)]


@dataclass(frozen=True, slots=True)
class _When:
    """The simulated time, `seconds` from the epoch time `start` on."""

    start: float
    seconds: float

    def at(self, disruption: ClockJump | Restart | Shutdown | Crash) -> float:
        """Return when it happens, in seconds since the start. Raises UsageError outside of it."""
        name = f"{type(disruption).__name__}.at"
        at: Any = disruption.at  # None by mistake alone: a Crash after a request is none of these
        elapsed = elapsed_of(at, self.start, name)
        if not 0 < elapsed <= self.seconds:
            raise UsageError(
                f"{name} {plain_text(at, 80)} is not within the simulated time: write "
                f"an instant after {rfc3339(instant(self.start))}, up to "
                f"{rfc3339(instant(self.start + self.seconds))}, or how long after the start"
            )
        return elapsed


def _is_timed_end(disruption: Disruption) -> bool:
    if not isinstance(disruption, Crash):
        return isinstance(disruption, Restart | Shutdown)
    if (disruption.at is None) == (disruption.after_request is None):
        raise UsageError("Crash needs `at` or `after_request`, and not both")
    return disruption.at is not None


def _end(disruption: Any, when: _When) -> PlannedEnd:
    at = when.at(disruption)
    returns_at = None if isinstance(disruption, Shutdown) else at + _down(disruption)
    return PlannedEnd(at - EARLY_SECONDS, isinstance(disruption, Crash), returns_at)


def _one_after_another(ends: list[PlannedEnd]) -> Iterator[PlannedEnd]:
    """Yield them in order, without those that find nothing that runs. Raises UsageError."""
    up_again: float | None = 0.0
    for end in sorted(ends, key=lambda each: each.at):
        if up_again is None:
            raise UsageError("nothing can be stopped or killed after a Shutdown: it is for good")
        if end.at >= up_again - EARLY_SECONDS:
            yield end
            up_again = end.returns_at


def _number(after_request: int | None) -> int:
    return check_request_number(after_request, "Crash.after_request")


def check_request_number(number: Any, name: str) -> int:
    """Return the number of a request, from 1. Raises UsageError, which says `name`."""
    if isinstance(number, int) and not isinstance(number, bool) and number >= 1:
        return number
    raise UsageError(f"{name} is the number of a request, from 1, not {plain_repr(number, 80)}")


def _down(disruption: Restart | Crash) -> float:
    name = f"{type(disruption).__name__}.down"
    seconds = seconds_of(disruption.down, name)
    if seconds < 0:
        raise UsageError(f"{name} must not be negative, but is {disruption.down!r}")
    return seconds


def form_of(how: Down | str) -> Down:
    """Return the form of an outage. Raises UsageError."""
    try:
        return Down(how)
    except ValueError:
        raise UsageError(f"outage {how!r} is not one of {', '.join(Down)}") from None


def _outage(outage: Outage, when: _When) -> PlannedOutage:
    how = form_of(outage.how)
    first = elapsed_of(outage.start, when.start, "Outage.start")
    last = elapsed_of(outage.end, when.start, "Outage.end")
    if last <= first:
        raise UsageError(f"an outage must end after its start: {outage.start} to {outage.end}")
    if last <= 0 or first > when.seconds:
        raise UsageError(
            f"an outage from {outage.start} to {outage.end} is not within the simulated time, "
            f"{rfc3339(instant(when.start))} to {rfc3339(instant(when.start + when.seconds))}"
        )
    return PlannedOutage(first, last, how)
