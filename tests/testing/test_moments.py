from datetime import UTC, datetime, timedelta, timezone

import pytest

from rota.model.errors import UsageError
from rota.testing.moments import epoch_of, seconds_of

EPOCH = 1_795_478_400  # 2026-11-24T00:00:00Z


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24T00:00:00Z",
        "2026-11-24T01:00:00+01:00",
        "2026-11-24 01:00 Europe/Berlin",
        "2026-11-24T01:00:00 Europe/Berlin",
        "2026-11-23 18:00 America/Chicago",
        datetime(2026, 11, 24, tzinfo=UTC),
        datetime(2026, 11, 24, 1, tzinfo=timezone(timedelta(hours=1))),
    ],
    ids=str,
)
def test_an_instant_may_be_written_in_several_ways(value):
    assert epoch_of(value, "start") == EPOCH


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30d", 30 * 86_400),
        ("-1h", -3600),
        (timedelta(minutes=1.5), 90),
    ],
    ids=str,
)
def test_a_span_is_a_text_or_a_timedelta(value, seconds):
    assert seconds_of(value, "duration") == seconds


@pytest.mark.parametrize("value", ["", "1.5h", "9" * 400 + "d"])
def test_any_other_text_is_refused(value):
    with pytest.raises(UsageError, match=r"duration .* is not a span of time: write days"):
        seconds_of(value, "duration")
