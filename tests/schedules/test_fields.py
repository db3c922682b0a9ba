from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.model.errors import ScheduleError
from rota.schedules import parse_schedule
from rota.schedules.calendar import parse_calendar
from rota.schedules.fields import (
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    FIELD_SPECS,
    HOUR,
    MINUTE,
    MONTH,
    parse_field,
    split_fields,
)


def values(text, spec):
    mask = 0
    for each in parse_field(text, spec):
        mask |= each.mask
    return [value for value in range(64) if mask >> value & 1]


@pytest.mark.parametrize(
    ("text", "spec", "expected"),
    [
        ("*", HOUR, list(range(24))),
        ("?", DAY_OF_MONTH, list(range(1, 32))),
        ("*/15", MINUTE, [0, 15, 30, 45]),
        ("*/90", MINUTE, [0]),
        ("5/20", MINUTE, [5, 25, 45]),
        ("10-20/5", MINUTE, [10, 15, 20]),
        ("1,,2", HOUR, [1, 2]),
        ("+5", HOUR, [5]),
        ("00005", HOUR, [5]),
        ("0" * 60 + "5", HOUR, [5]),
        ("*-5", DAY_OF_WEEK, list(range(7))),
        ("*-nonsense-7/3", DAY_OF_WEEK, [0, 3, 6]),
        ("jan,Mar-MAY", MONTH, [1, 3, 4, 5]),
        ("sun,5-SAT", DAY_OF_WEEK, [0, 5, 6]),
        ("*/9223372036854775807", MINUTE, [0]),
        (",", MINUTE, []),
    ],
)
def test_a_field_allows_what_robfig_cron_reads_in_it(text, spec, expected):
    assert values(text, spec) == expected


@pytest.mark.parametrize("spec", FIELD_SPECS, ids=lambda spec: spec.name)
@given(data=st.data())
def test_any_set_of_values_survives_being_written_and_read(spec, data):
    wanted = data.draw(st.sets(st.integers(spec.minimum, spec.maximum), min_size=1))
    assert values(",".join(map(str, wanted)), spec) == sorted(wanted)


@given(st.text(alphabet="0123456789*?/-,+LW#HSUNjan. \u0665\u017f\x1c", max_size=25))
def test_any_text_is_read_or_refused_and_never_breaks(text):
    with suppress(ScheduleError):
        assert parse_schedule(text).next_epoch(0) > 0


@pytest.mark.parametrize("blank", ["\t", "  ", "\xa0", "\u2003", "\u3000", "\r\n", "\x85"])
def test_fields_are_separated_by_what_go_takes_for_blanks(blank):
    assert split_fields(f" 1{blank}2 ") == ["1", "2"]


def test_the_separators_that_only_python_takes_for_blanks_do_not_separate():
    assert split_fields("1\x1c2") == ["1\x1c2"]


REFUSALS = [
    ("", "it is empty"),
    ("   ", "it is empty"),
    ("* * * *", "exactly five fields are needed"),
    ("0 0 0 * * *", "seconds are not supported"),
    ("0 0 0 1 1 * 2030", "seconds and years are not supported"),
    ("60 * * * *", "60: 0 to 59 are allowed"),
    ("* 24 * * *", "24: 0 to 23 are allowed"),
    ("* * 0 * *", "0: 1 to 31 are allowed"),
    ("* * * 13 *", "13: 1 to 12 are allowed"),
    ("* * * * 7", "write 0 for Sunday"),
    ("* * * * 5-7", "write 0 for Sunday"),
    ("* * * * 8", "8: 0 to 6 are allowed"),
    ("* * * * FRI-MON", "write it as FRI-SAT,SUN-MON"),
    ("* 22-2 * * *", "write it as 22-23,0-2"),
    ("*/0 * * * *", "a step of 0"),
    ("*/-0 * * * *", "a step of 0"),
    ("*/-5 * * * *", "a negative number"),
    ("1-2-3 * * * *", "too many hyphens"),
    ("1/2/3 * * * *", "too many slashes"),
    ("5/ * * * *", "lacks a number"),
    ("-1 * * * *", "lacks a number"),
    ("0x5 * * * *", "has '0x5': allowed are 0 to 59"),
    ("1_0 * * * *", "has '1_0': allowed are 0 to 59"),
    ("* * * * wednesday", "has 'wednesday': allowed are 0 to 6"),
    ("* * * * WEDNESDAY", "has 'WEDNESDAY': allowed are 0 to 6"),
    ("\u0665 * * * *", "allowed are 0 to 59"),
    ("* * * * \u017fun", "0 to 6 or SUN to SAT"),
    ("* * * foo *", "1 to 12 or JAN to DEC"),
    ("9223372036854775808 * * * *", "too large"),
    ("1" * 5000 + " * * * *", "too large"),
    ("* * L * *", "L, W or #"),
    ("* * 15W * *", "L, W or #"),
    ("* * * * 5#3", "L, W or #"),
    ("H * * * *", "splay_minutes"),
    ("H(0-29) * * * *", "splay_minutes"),
    ("@reboot", "run_on_start"),
    ("@Daily", "write it as @daily"),
    ("@daily ", "write it as @daily"),
    (" @daily", "exactly five fields"),
    ("@fortnightly", "@every <duration>"),
    ("@every", "exactly one blank"),
    ("TZ=UTC * * * * *", "set timezone instead"),
    ("CRON_TZ=Europe/Berlin 0 3 * * *", "set timezone instead"),
    ("TZ=UTC", "set timezone instead"),
    ("CRON_TZ=", "set timezone instead"),
    ("0 3 * * * TZ", "set timezone instead"),
    ("@every 5m TZ=UTC", "set timezone instead"),
]


@pytest.mark.fault(8)
@pytest.mark.parametrize(("text", "fragment"), REFUSALS)
def test_a_refusal_says_what_is_wrong_and_what_to_write(text, fragment):
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(text)
    assert fragment in str(caught.value)
    assert repr(text) in str(caught.value)


@pytest.mark.fault(6)
@pytest.mark.parametrize(
    "text",
    [
        "0 0 30 2 *",
        "0 0 31 2,4,6,9,11 *",
        ", * * * *",
        "* ,, * * *",
        "* * , * *",
        "* * * , *",
        "* * * * ,",
        "* * , * ,",
        "* * 31 2 ?",
    ],
)
def test_a_text_that_never_fires_is_refused(text):
    with pytest.raises(ScheduleError, match="never fires"):
        parse_schedule(text)


@pytest.mark.parametrize(
    "text", ["0 0 29 2 *", "0 0 31 2 1", "0 0 , * 1", "0 0 5 * ,", "0 0 30 2,4 *"]
)
def test_a_text_that_fires_at_all_is_not_refused(text):
    assert parse_schedule(text).next_epoch(0) is not None


@pytest.mark.parametrize("text", [None, 5, b"* * * * *"])
def test_a_schedule_that_is_not_a_string_is_refused(text):
    with pytest.raises(ScheduleError, match="must be text"):
        parse_schedule(text)


def test_equal_texts_share_their_masks():
    assert parse_calendar("1-5 * * * *") is parse_calendar("1-5 * * * *")
    berlin, utc = parse_schedule("7 * * * *", "Europe/Berlin"), parse_schedule("7 * * * *")
    assert berlin._rule is utc._rule
