"""Compares when a job runs by the rules of its source with when its task runs."""

from dataclasses import dataclass
from itertools import islice, zip_longest

from rota.importing.job import ImportedJob
from rota.model.clock import instant, rfc3339
from rota.schedules import fire_times, parse_schedule

INSTANTS = 400
HORIZON_SECONDS = 40 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on one job: how many instants were compared, and the first that differs.

    `old_only` and `new_only` are RFC 3339 instants: of the two, one is set where they differ.
    `compared` is 0 where the source has no fixed instants.
    """

    compared: int
    old_only: str | None = None
    new_only: str | None = None

    @property
    def differs(self) -> bool:
        """Whether an instant of one is not one of the other."""
        return self.old_only is not None or self.new_only is not None

    def __str__(self) -> str:
        if self.old_only is not None:
            return f"differs: only the old job runs at {self.old_only}"
        if self.new_only is not None:
            return f"differs: only rota runs at {self.new_only}"
        return f"{self.compared} instants are equal" if self.compared else "has no fixed instants"


def verify(job: ImportedJob, schedule: str, timezone: str, after: int) -> Verification:
    """Compare the first 400 instants after epoch second `after`, of 40 years at most."""
    if job.instants is None:
        return Verification(0)
    until = after + HORIZON_SECONDS
    theirs = job.instants(after, until, INSTANTS)
    ours = list(islice(fire_times(parse_schedule(schedule, timezone), after, until), INSTANTS))
    for number, (old, new) in enumerate(zip_longest(theirs, ours)):
        if old == new:
            continue
        if new is None or (old is not None and old < new):
            return Verification(number, old_only=rfc3339(instant(old)))
        return Verification(number, new_only=rfc3339(instant(new)))
    return Verification(len(ours))
