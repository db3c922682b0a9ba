import pytest

from rota.web.pages import moments

NOON = 1_795_694_400  # 2026-11-26T12:00:00Z


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (-5, "0s"),
        (59.9, "59s"),
        (250, "4m10s"),
        (3_600, "1h"),
        (11_159, "3h5m"),
        (86_400, "1d"),
        (200_000, "2d7h"),
    ],
)
def test_a_span_has_two_units_at_most(seconds, text):
    assert moments.span_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0.00 s"), (0.42, "0.42 s"), (12.34, "12.3 s"), (250.0, "4m10s")]
)
def test_a_duration_has_as_many_digits_as_matter(seconds, text):
    assert moments.seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("epoch", "clock", "relative"),
    [
        (NOON + 60, "12:01", "in 1m"),
        (NOON - 1.5, "11:59:58", "1s ago"),
        (NOON - 86_400, "25 Nov 12:00", "1d ago"),
        (NOON + 86_400, "27 Nov 12:00", "in 1d"),
        (NOON + 60 * 86_400, "2027-01-25 12:00", "in 60d"),
    ],
)
def test_a_time_is_absolute_and_relative_with_its_date_where_it_is_not_today(
    epoch, clock, relative
):
    assert moments.clock_text(epoch, NOON) == clock
    assert moments.relative_text(epoch, NOON) == relative
    assert f">{relative}</time>" in moments.relative_tag(epoch, NOON)
    assert f'title="{relative}"' in moments.clock_tag(epoch, NOON)
