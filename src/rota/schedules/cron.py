"""Five-field cron in a time zone, with the fire times of the Kubernetes CronJob controller."""

from dataclasses import dataclass, field

from rota.schedules.base import MomentAnswers
from rota.schedules.calendar import CalendarRule, date_of, parse_calendar
from rota.schedules.walk import HORIZON_YEARS, walk, walk_on
from rota.schedules.zones import FIRST_SECOND, LAST_CALM_SECOND, SECONDS_PER_DAY, Zone, load_zone

_MINUTES_PER_DAY = 1440
_LONGEST_MONTH_DAYS = 31


@dataclass(frozen=True, slots=True)
class Cron(MomentAnswers):
    """A five-field text or a descriptor other than `@every`, on the wall clock of `timezone`.

    Reference: robfig/cron v3.0.1, which the CronJob controller computes with. ScheduleError where
    the API server refuses the text or the zone, and where the text never fires.
    """

    text: str
    timezone: str = "Etc/UTC"
    _rule: CalendarRule = field(init=False, repr=False, compare=False)
    _zone: Zone = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rule", parse_calendar(self.text))
        object.__setattr__(self, "_zone", load_zone(self.timezone))

    def next_epoch(self, after: int, /) -> int | None:
        """Return the first fire time strictly after `after`, both in UTC epoch seconds.

        None where there is none in this calendar year or the five after it.
        """
        rule, zone = self._rule, self._zone
        calm_start, calm_end, offset = zone.constant_span or zone.calm_span(after)
        local_minute = (after + offset) // 60 + 1
        day, minute_of_day = divmod(local_minute, _MINUTES_PER_DAY)
        if after < calm_start or (day + 1) * SECONDS_PER_DAY - offset > calm_end:
            return self._next_in_unrest(after)
        if rule.every_day or rule.matches_date(day):
            hour, minute = divmod(minute_of_day, 60)
            minutes = rule.minutes >> minute
            if minutes and rule.hours >> hour & 1:
                return (local_minute + (minutes & -minutes).bit_length() - 1) * 60 - offset
            hours = rule.hours >> (hour + 1)
            if hours:
                hour += (hours & -hours).bit_length()
                return ((day * 24 + hour) * 60 + rule.first_minute) * 60 - offset
        if not rule.every_day:
            return self._next_on_a_later_day(after, day, offset)
        fire = ((day + 1) * _MINUTES_PER_DAY + rule.first_minute_of_day) * 60 - offset
        return fire if fire + SECONDS_PER_DAY < calm_end else self._next_in_unrest(after)

    def _next_on_a_later_day(self, after: int, day: int, offset: int) -> int | None:
        """Answer `next_epoch` where local day `day` is calm and has no fire time left."""
        rule, zone = self._rule, self._zone
        last_year = date_of((after + offset + 1) // SECONDS_PER_DAY).year + HORIZON_YEARS
        found = rule.next_date(day + 1, last_year)
        if found is None:
            return None
        if zone.constant_span is None:
            if self._steps_on_an_odd_midnight(day, found):
                return self._next_in_unrest(after)
            midnight = zone.resolve(found * SECONDS_PER_DAY)
            calm_start, calm_end, offset = zone.calm_span(midnight)
            if not calm_start <= midnight < calm_end - SECONDS_PER_DAY:
                return walk_on(rule, zone, midnight, last_year, floored=True)
        return (found * _MINUTES_PER_DAY + rule.first_minute_of_day) * 60 - offset

    def _steps_on_an_odd_midnight(self, day: int, found: int) -> bool:
        """Return whether the way from local day `day` to day `found` has a midnight to step around.

        The way leads over the first of each month (this month's too, backwards) and over the days
        of the months that the rule names.
        """
        for odd in self._zone.odd_midnights(day - _LONGEST_MONTH_DAYS, found):
            at = date_of(odd)
            if at.day == 1 or (odd >= day and self._rule.months >> at.month & 1):
                return True
        return False

    def _next_in_unrest(self, after: int) -> int | None:
        if after >= LAST_CALM_SECOND:
            return None
        return walk(self._rule, self._zone, max(after, FIRST_SECOND))
