"""The schedule of something that has said different things over time, such as a CronJob."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from rota.schedules.base import MomentAnswers
from rota.schedules.cron import Cron
from rota.schedules.every import Every


@dataclass(frozen=True, slots=True)
class Stretch:
    """What held from the epoch time `since` until the next stretch began.

    Nothing fires in it where `rule` is None. `@every` counts from `anchor`, an epoch second.
    """

    since: float
    rule: Cron | Every | None
    anchor: int = 0

    def next_epoch(self, after: int) -> int | None:
        """Return the first fire time after `after`, however long the stretch lasts."""
        if isinstance(self.rule, Every):
            passed = max(0, (after - self.anchor) // self.rule.delay_seconds)
            return self.rule.next_epoch(self.anchor + passed * self.rule.delay_seconds)
        return None if self.rule is None else self.rule.next_epoch(after)


@dataclass(frozen=True, slots=True)
class ChangingSchedule(MomentAnswers):
    """Fires as each stretch says, in its time; `text` and `timezone` are those of now.

    A fire time at the very second of a change belongs to what held before.
    """

    text: str
    timezone: str
    stretches: tuple[Stretch, ...]
    _begins: Sequence[float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_begins", [stretch.since for stretch in self.stretches])

    @property
    def rule(self) -> Cron | Every | None:
        """The rule of the last stretch."""
        return self.stretches[-1].rule if self.stretches else None

    def next_epoch(self, after: int, /) -> int | None:
        """Return the first fire time strictly after `after`, in UTC epoch seconds."""
        if self.stretches and after >= self._begins[-1]:
            return self.stretches[-1].next_epoch(after)
        at = max(0, bisect_right(self._begins, after) - 1)
        while at < len(self.stretches):
            stretch = self.stretches[at]
            at += 1
            fire = stretch.next_epoch(max(after, int(stretch.since)))
            if fire is not None and (at == len(self.stretches) or fire <= self._begins[at]):
                return fire
        return None
