"""Instants and spans of time as people write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.schedules.moments import read_moment, read_span


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027-03-28T00:30:00Z", "2027-03-28T00:30:00"),
        ("2027-03-28T01:30:00+01:00", "2027-03-28T00:30:00"),
        ("2027-03-28 00:30Z", "2027-03-28T00:30:00"),
        ("2027-03-28 01:30 Europe/Berlin", "2027-03-28T00:30:00"),
        ("2027-03-28T01:30:15 Europe/Berlin", "2027-03-28T00:30:15"),
        ("2027-03-28 00:30 UTC", "2027-03-28T00:30:00"),
    ],
)
def test_an_instant_is_rfc_3339_or_local_time_with_its_zone(text: str, utc: str) -> None:
    assert read_moment(text) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "with its zone"),
        ("yesterday", "with its zone"),
        ("2027-03-28", "with its zone"),
        ("2027-03-28T01:30:00", "with its zone"),
        ("2027-02-30T01:30:00Z", "with its zone"),
        ("2027-02-30 01:30 Europe/Berlin", "with its zone"),
        ("2027-03-28 01:30 Europe/Berlim", "Europe/Berlim' is unknown.*Europe/Berlin"),
        ("2027-03-28 01:30 Local", "refused"),
        ("9999-12-31T23:59:59-14:00", "with its zone"),
        ("0001-01-01T00:00:00+14:00", "with its zone"),
    ],
)
def test_what_is_no_instant_is_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_moment(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_is_read_back(moment: datetime) -> None:
    assert read_moment(moment.isoformat()) == moment


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30d", 30 * 86_400),
        ("1h30m", 5400),
        ("90s", 90),
        ("1d2h3m4s", 93_784),
        ("-1h30m", -5400),
        ("0s", 0),
    ],
)
def test_a_span_is_days_to_seconds(text: str, seconds: int) -> None:
    assert read_span(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "-", "--1h", "1", "1.5h", "1m1h", "1w", " 1h", "h", "9" * 400 + "d", "9" * 5000]
)
def test_what_is_no_span_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write days, hours, minutes and seconds, as 30d"):
        read_span(text)
