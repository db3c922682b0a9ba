"""What has changed in a CronJob, from what it said before and after. No I/O."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rota.kubernetes.watching.cronjobs import CronJobSpan
from rota.model.clock import instant, rfc3339

# Of a span itself; what it says of its task is in `said`.
_FIELDS = ("schedule", "time_zone", "suspended", "starting_deadline_seconds")
_SAID = ("image", "overlap", "backoff_limit", "shards", "job_seconds")


@dataclass(frozen=True, slots=True)
class SpecChange:
    """A field that was `before` and is `after` since the epoch time `at`; None: it was not there.

    The time is when a console saw it: Kubernetes does not tell when a CronJob was changed.
    """

    at: float
    what: str
    before: str | None
    after: str | None

    def facts(self) -> dict[str, str | None]:
        """Return it JSON-ready."""
        at = rfc3339(instant(int(self.at)))
        return {"at": at, "what": self.what, "before": self.before, "after": self.after}


def changes_of(spans: Sequence[CronJobSpan]) -> tuple[SpecChange, ...]:
    """Return what has changed from each span to the next, the oldest first.

    What a CronJob says that was deleted and made again is compared with what it said before.
    """
    there = [span for span in spans if not span.is_gone]
    return tuple(
        SpecChange(after.since, what, old, new)
        for before, after in itertools.pairwise(there)
        for what, old, new in _differences(_texts(before), _texts(after))
    )


def _differences(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[tuple[str, str | None, str | None]]:
    for what in {**before, **after}:
        old, new = before.get(what), after.get(what)
        if old != new:
            yield what, old, new


def _texts(span: CronJobSpan) -> Mapping[str, str]:
    settings: Mapping[str, Any] = span.said.get("settings") or {}
    found = {
        **{name: getattr(span, name) for name in _FIELDS},
        **{name: span.said.get(name) for name in _SAID},
        **settings,
    }
    return {name: str(value) for name, value in found.items() if value is not None}
