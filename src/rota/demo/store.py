"""What the demo Business API remembers, and what it does about it. Knows nothing of HTTP."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

from rota.model.clock import Clock, SystemClock

CALLS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A status code and the JSON object that goes with it."""

    status: int
    body: Mapping[str, Any]

    @property
    def succeeded(self) -> bool:
        """Whether what was asked for has been done."""
        return self.status < 300  # noqa: PLR2004 (2xx)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived: `path` and `query` undecoded, `time` in RFC 3339."""

    time: str
    method: str
    path: str
    query: str
    status: int
    idempotency_key: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How a `DemoStore` behaves; by default it holds what it is given and nothing fails."""

    page_size: int = 50
    """Notifications in one page."""
    refill: int = 0
    """Poll number k adds k mod (refill + 1) notifications, so that there is work to see."""
    expired: int = 0
    """Expired records at the start."""
    expired_per_minute: int = 0
    """Records that expire in each minute from then on."""
    fail_first: Mapping[str, int] = field(default_factory=dict)
    """By id, how many times sending answers 503 before it succeeds."""
    refuse: Collection[str] = ()
    """Ids whose sending is refused with 422 for good."""


class DemoStore:
    """Pending notifications, expired records, and how often each effect has happened.

    `effects` counts by id how often a notification was sent; `calls` holds the newest
    `CALLS_KEPT` requests. `clock` gives the time of calls and of expiry.
    """

    def __init__(self, options: DemoOptions | None = None, *, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self.effects: Counter[str] = Counter()
        self.operations: Counter[str] = Counter()
        self.cleanups = 0
        self.deleted = 0
        self._options = options or DemoOptions()
        self._failures_left = Counter(self._options.fail_first)
        self._started_at = self.clock.timestamp()
        self._polls = 0
        self._ordinals: dict[str, int] = {}
        self._pending: dict[str, int] = {}
        self._answers: dict[str, tuple[str, Answer]] = {}

    @property
    def pending(self) -> list[str]:
        """The ids not sent yet, oldest first."""
        return list(self._pending)

    @property
    def expired(self) -> int:
        """Records that a cleanup would delete now."""
        elapsed_seconds = max(0.0, self.clock.timestamp() - self._started_at)
        grown = int(elapsed_seconds * self._options.expired_per_minute / 60)
        # What is deleted stays deleted, even if the clock is set back.
        return max(0, self._options.expired + grown - self.deleted)

    def add(self, ids: Iterable[str]) -> None:
        """Add pending notifications; ValueError, and none added, where an id is known already."""
        new = list(ids)
        known = [each for each in new if each in self._ordinals]
        if known or len(set(new)) < len(new):
            message = (
                f"each id may be used once; already known: {', '.join(known) or 'in this list'}"
            )
            raise ValueError(message)
        for each in new:
            self._ordinals[each] = self._pending[each] = len(self._ordinals) + 1

    def add_numbered(self, number: int) -> list[str]:
        """Add so many pending notifications under free ids, and return these."""
        names = (f"notification-{ordinal}" for ordinal in count(len(self._ordinals) + 1))
        new = list(islice((name for name in names if name not in self._ordinals), number))
        self.add(new)
        return new

    def page(self, after: int | None) -> tuple[list[dict[str, Any]], int | None]:
        """Return a page of pending notifications, and what to give as `after` for the next one.

        Pages count from the ordinal of the last item, so that sending what was read moves nothing
        out of the pages to come. None is the first page, and a poll.
        """
        if after is None:
            self._polls += 1
            self.add_numbered(self._polls % (self._options.refill + 1))
        rest = [
            (each, ordinal) for each, ordinal in self._pending.items() if ordinal > (after or 0)
        ]
        shown = rest[: self._options.page_size]
        items = [{"id": each, "status": "pending"} for each, _ in shown]
        return items, shown[-1][1] if len(rest) > len(shown) else None

    def clean_up(self) -> Answer:
        """Delete the expired records."""
        number = self.expired
        self.cleanups += 1
        self.deleted += number
        return Answer(200, {"deleted": number})

    def operate(self, name: str) -> Answer:
        """Do an operation of this name, whatever it is, and count it."""
        self.operations[name] += 1
        return Answer(200, {"operation": name, "done": 1})

    def send(self, notification_id: str) -> Answer:
        """Send a notification; one that is sent already is sent, and counted, again."""
        if notification_id not in self._ordinals:
            return Answer(404, {"error": f"there is no notification {notification_id!r}"})
        if notification_id in self._options.refuse:
            return Answer(422, {"error": f"notification {notification_id!r} cannot be sent"})
        if self._failures_left[notification_id] > 0:
            self._failures_left[notification_id] -= 1
            return Answer(503, {"error": "not now, try again"})
        self._pending.pop(notification_id, None)
        self.effects[notification_id] += 1
        return Answer(200, {"id": notification_id, "status": "sent"})

    def once(self, key: str | None, operation: str, act: Callable[[], Answer]) -> Answer:
        """Act, or give the answer stored under this key; only successes are stored.

        A key that was used for another operation is refused with 422
        (draft-ietf-httpapi-idempotency-key-header, section 2.7).
        """
        if key is None:
            return act()
        if key in self._answers:
            used_for, stored = self._answers[key]
            if used_for == operation:
                return stored
            return Answer(422, {"error": f"this Idempotency-Key was used for {used_for}"})
        answer = act()
        if answer.succeeded:
            self._answers[key] = (operation, answer)
        return answer

    def summary(self) -> dict[str, Any]:
        """Return the counts for people: what waits, what was done, and what was done twice."""
        return {
            "pending": len(self._pending),
            "sent": len(self.effects),
            "sent_twice": sorted(each for each, times in self.effects.items() if times > 1),
            "effects": dict(self.effects),
            "expired": self.expired,
            "deleted": self.deleted,
            "cleanups": self.cleanups,
            "operations": dict(self.operations),
            "calls": len(self.calls),
        }
