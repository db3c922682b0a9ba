import pytest

from rota.model.errors import ScheduleError
from rota.schedules import Every, parse_schedule


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("90s", 90),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("2m30.0s", 150),
        (".5h", 1800),
        ("1.h", 3600),
        ("+7m", 420),
        ("0.1h", 360),
        ("0.29h", 1044),
        ("500ms500ms", 1),
        ("1000000us", 1),
        ("1000000µs", 1),
        ("1000000\u03bcs", 1),
        ("1000000000ns", 1),
        ("1m1h1m", 3720),
        ("0" * 60 + "5s", 5),
        ("2562047h", 2562047 * 3600),
    ],
)
def test_a_go_duration_is_read_as_go_reads_it(duration, seconds):
    schedule = parse_schedule(f"@every {duration}", "Asia/Tehran")
    assert schedule == Every(f"@every {duration}")
    assert schedule.delay_seconds == seconds
    assert schedule.next_epoch(1_700_000_001) == 1_700_000_001 + seconds


@pytest.mark.fault(5)
@pytest.mark.parametrize(
    ("duration", "fragment"),
    [
        ("", "is not a duration"),
        (" 5m", "is not a duration"),
        ("5m ", "unknown unit 'm '"),
        ("1h 1m", "unknown unit 'h '"),
        ("5", "lacks a unit"),
        ("1h5", "lacks a unit"),
        ("1d", "write 24h"),
        ("99999d", "s, m or h, write 2399976h"),
        ("100000d", "the unknown unit 'd': s, m or h"),
        ("2w", "write 336h"),
        ("1.5d", "the unknown unit 'd': s, m or h"),
        (".5d", "the unknown unit 'd': s, m or h"),
        ("PT5M", "is not a duration"),
        ("-", "is not a duration"),
        ("--5m", "is not a duration"),
        (".s", "is not a duration"),
        ("\u0665m", "is not a duration"),
        ("1e3s", "unknown unit 'e'"),
        ("0", "the delay is zero"),
        ("0s", "the delay is zero"),
        ("-0", "the delay is zero"),
        ("-5m", "the delay is negative"),
        ("1ns", "parts of a second"),
        ("100ms", "parts of a second are not supported, write whole seconds such as @every 1s"),
        ("1.5s", "write whole seconds such as @every 1s"),
        ("7.5s", "write whole seconds such as @every 7s"),
        ("2m30.7s", "parts of a second"),
        ("1.0000000001s1ns", "parts of a second"),
        ("2562048h", "too large"),
        ("9" * 5000 + "h", "too large"),
        ("1e" + "9" * 5000, "unknown unit 'e'"),
    ],
)
def test_other_delays_are_refused(duration, fragment):
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(f"@every {duration}")
    assert fragment in str(caught.value)
    assert ("write 2" in str(caught.value)) is ("write 2" in fragment)


@pytest.mark.parametrize("duration", ["1h5", "1d", "2562048h", "9" * 5000 + "h", "x"])
def test_a_refusal_names_the_duration_itself(duration):
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(f"@every {duration}")
    assert f" {duration!r} " in str(caught.value)


def test_a_delay_that_does_not_begin_with_every_is_none():
    with pytest.raises(ScheduleError, match="schedule '5m' is refused: it does not begin with"):
        Every("5m")


def test_the_zone_is_checked_although_it_changes_nothing():
    with pytest.raises(ScheduleError, match="time zone"):
        parse_schedule("@every 5m", "Local")


def test_nothing_fires_after_the_year_9999():
    assert Every("@every 2562047h").next_epoch(253_402_300_000) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("9223372036854775807ns", "parts of a second"),
        ("9223372036854775808ns", "too large"),
        ("-9223372036854775808ns", "negative"),
        ("-9223372036854775809ns", "too large"),
        ("+9223372036854775807ns", "parts of a second"),
    ],
)
def test_a_duration_is_a_64_bit_number_of_nanoseconds_as_gos(text, problem):
    with pytest.raises(ScheduleError, match=problem):
        parse_schedule(f"@every {text}", "Etc/UTC")
