"""cronie's arithmetic, against a daemon that is simulated minute by minute."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.importing.cron_instants import cron_instants
from rota.importing.cron_rule import parse_rule
from rota.model.clock import instant, rfc3339
from rota.schedules import load_zone

DAY = 86_400
SPRING = 1_806_195_600  # 2027-03-28T01:00:00Z, Berlin's clock jumps from 02:00 to 03:00
AUTUMN = 1_824_944_400  # 2027-10-31T01:00:00Z, Berlin's clock goes back from 03:00 to 02:00

TWICE = [f"2027-10-31T0{each}:00Z" for each in ("0:00", "0:30", "1:00", "1:30")]


def matches(rule, local):
    day, second = divmod(local, DAY)
    hour, minute = divmod(second // 60, 60)
    return bool(rule.hours >> hour & rule.minutes >> minute & 1) and rule.fires_on(day)


class Daemon:
    """What cron's main loop does in each minute, with its virtual time."""

    def __init__(self, rule, machine, zone, start):
        self.rule, self.machine, self.zone = rule, machine, zone
        self.offset = self.old_offset = machine.span(start).offset
        self.virtual = (start + self.offset) // 60
        self.runs = []

    def wake(self, now):
        self.now, self.offset = now, self.machine.span(now).offset
        running = (now + self.offset) // 60
        late = running - self.virtual
        if late > 180 or late < -180:
            self.virtual, self.old_offset = running, self.offset
            self.find(running, self.offset, wild=True, fixed=True)
        elif late <= 0:
            self.find(running, self.offset, wild=True, fixed=False)
        else:
            if late > 5:
                self.find(running, self.offset, wild=True, fixed=False)
            while self.virtual < running:
                self.virtual += 1
                if self.virtual == running:
                    self.old_offset = self.offset
                self.find(self.virtual, self.old_offset, wild=late <= 5, fixed=True)

    def find(self, minute, offset, *, wild, fixed):
        if self.zone is not None and offset != self.offset:
            return
        local = minute * 60 if self.zone is None else self.zone.local(minute * 60 - offset)
        if matches(self.rule, local) and (wild if self.rule.wildcard else fixed):
            self.runs.append(self.now)


def by_daemon(rule, machine, zone, start, end):
    daemon = Daemon(rule, machine, zone, start)
    for now in range(start + 60, end + 1, 60):
        daemon.wake(now)
    return sorted(set(daemon.runs))


def computed(text, machine, zone, start, end, *, count=100_000):
    rule = parse_rule(text.split())
    zones = load_zone(machine), load_zone(zone) if zone else None
    found = cron_instants(rule, *zones, after=start, until=end, count=count)
    return found, rule, zones


minutes = st.sampled_from(["0", "30", "*/20", "15-45/15", "*"])
hours = st.sampled_from(["0", "1", "2", "3", "2,3", "*", "*/2", "20-23", "1-3"])
days = st.sampled_from(["*", "*/2", "1", "27-31", "7"])
weekdays = st.sampled_from(["*", "0", "7", "5-7", "mon-fri", "*/3"])
texts = st.tuples(minutes, hours, days, st.sampled_from(["*", "3,4,10,11"]), weekdays).map(" ".join)
# With CRON_TZ of another zone, of the same, and without; half an hour, and a change at midnight.
clocks = st.sampled_from(
    [
        ("Europe/Berlin", None),
        ("Europe/Berlin", "Europe/Berlin"),
        ("Etc/UTC", "Europe/Berlin"),
        ("Europe/Berlin", "America/New_York"),
        ("Australia/Lord_Howe", None),
        ("Asia/Beirut", None),
        ("Antarctica/Troll", None),
    ]
)


@settings(max_examples=60, deadline=None)
@given(text=texts, clock=clocks, change=st.integers(0, 30))
def test_the_instants_are_those_of_a_daemon_that_wakes_each_minute(text, clock, change):
    changes = load_zone(clock[0]).changes(SPRING - 90 * DAY, SPRING + 400 * DAY)
    at = changes[change % len(changes)][1].start if changes else (SPRING, AUTUMN)[change % 2]
    start, end = at - DAY, at + DAY
    found, rule, zones = computed(text, *clock, start, end)

    assert found == by_daemon(rule, *zones, start, end)


@pytest.mark.parametrize(
    ("text", "machine", "zone", "change", "expected"),
    [
        ("30 2 * * *", "Europe/Berlin", None, SPRING, ["2027-03-28T01:00:00Z"]),
        ("30 2 * * *", "Europe/Berlin", None, AUTUMN, ["2027-10-31T00:30:00Z"]),
        ("*/30 2 * * *", "Europe/Berlin", None, SPRING, []),
        ("*/30 2 31 * *", "Europe/Berlin", None, AUTUMN, TWICE),
        ("0 3 * * *", "Europe/Berlin", None, SPRING, ["2027-03-28T01:00:00Z"]),
        ("30 2 * * *", "Europe/Berlin", "Europe/Berlin", SPRING, []),
        ("30 2 * * *", "Etc/UTC", "Europe/Berlin", SPRING, []),
        ("0,30 2 31 * *", "Etc/UTC", "Europe/Berlin", AUTUMN, TWICE),
        ("30 1 * * *", "Europe/Berlin", "Etc/UTC", AUTUMN, []),
    ],
    ids=[
        "made up",
        "not repeated",
        "wildcard skipped",
        "wildcard repeated",
        "exactly at it",
        "not made up with CRON_TZ",
        "skipped in CRON_TZ",
        "repeated in CRON_TZ",
        "lost as the machine's clock goes back",
    ],
)
def test_changes_of_the_clock(text, machine, zone, change, expected):
    found, _, _ = computed(text, machine, zone, change - 8 * 3600, change + 8 * 3600)

    assert [rfc3339(instant(each)) for each in found] == expected


def test_no_more_instants_than_wanted_are_returned():
    found, _, _ = computed("0 0 29 2 *", "Etc/UTC", None, SPRING, SPRING + 40 * 366 * DAY, count=3)

    assert [rfc3339(instant(each))[:10] for each in found] == [
        "2028-02-29",
        "2032-02-29",
        "2036-02-29",
    ]
