"""What goes wrong in a simulation, and when: at an instant, or so long after the start.

Instants are those of a clock that nobody sets: after a ClockJump the simulated clock shows others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rota.model.errors import UsageError
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


def plan_of(disruptions: Sequence[Disruption], start: float) -> Plan:
    """Return the plan of a simulation that begins at `start`. Raises UsageError."""
    return Plan(
        outages=tuple(_outage(each, start) for each in disruptions if isinstance(each, Outage)),
        jumps=tuple(
            sorted(
                (
                    elapsed_of(each.at, start, "ClockJump.at") - EARLY_SECONDS,
                    seconds_of(each.by, "ClockJump.by"),
                )
                for each in disruptions
                if isinstance(each, ClockJump)
            )
        ),
        ends=tuple(sorted(_ends(disruptions, start), key=lambda end: end.at)),
        crash_after=tuple(
            sorted(
                (each.after_request, seconds_of(each.down, "Crash.down"))
                for each in disruptions
                if isinstance(each, Crash) and each.after_request is not None
            )
        ),
    )


def _ends(disruptions: Sequence[Disruption], start: float) -> list[PlannedEnd]:
    found = []
    for each in disruptions:
        match each:
            case Restart():
                found.append(_planned_end(each.at, start, "Restart.at", down=_down(each)))
            case Shutdown():
                found.append(_planned_end(each.at, start, "Shutdown.at", down=None))
            case Crash(at=None, after_request=int()):
                pass
            case Crash(after_request=None) if each.at is not None:
                end = _planned_end(each.at, start, "Crash.at", down=_down(each))
                found.append(replace(end, crash=True))
            case Crash():
                raise UsageError("Crash needs `at` or `after_request`, and not both")
            case _:
                pass
    return found


def _planned_end(moment: Moment, start: float, name: str, *, down: float | None) -> PlannedEnd:
    at = elapsed_of(moment, start, name)
    returns_at = None if down is None else at + down
    return PlannedEnd(at - EARLY_SECONDS, crash=False, returns_at=returns_at)


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


def _outage(outage: Outage, start: float) -> PlannedOutage:
    how = form_of(outage.how)
    first = elapsed_of(outage.start, start, "Outage.start")
    last = elapsed_of(outage.end, start, "Outage.end")
    if last <= first:
        raise UsageError(f"an outage must end after its start: {outage.start} to {outage.end}")
    return PlannedOutage(first, last, how)
