import pytest

from rota.model.clock import duration_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.2, "0.2s"),
        (45, "45s"),
        (60.0, "1m"),
        (90, "1m30s"),
        (5400, "1h30m"),
        (86_400, "1d"),
        (90_061, "1d1h1m1s"),
        (604_800, "7d"),
    ],
)
def test_a_duration_is_reported_in_units_that_are_not_zero(seconds, text):
    assert duration_text(seconds) == text
