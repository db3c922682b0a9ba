import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.net.retry_after import retry_after_seconds

NOW = 1795489200.0  # Tue, 24 Nov 2026 03:00:00 GMT


@pytest.mark.fault(33)
@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (["7"], 7.0),
        ([" 7 "], 7.0),
        (["0"], 0.0),
        (["1.5"], 1.5),
        (["-5"], 0.0),
        (["1000000000"], 120.0),
        (["9" * 400], None),
        (["1e9"], None),
        (["inf"], None),
        (["nan"], None),
        (["soon"], None),
        ([""], None),
        ([], None),
        (["٣"], None),
        (["Tue, 24 Nov 2026 03:00:30 GMT"], 30.0),
        (["Tue, 24 Nov 2026 03:00:30 -0000"], 30.0),
        (["Tue, 24 Nov 2026 05:00:30 +0200"], 30.0),
        (["Tue, 24 Nov 2026 02:00:00 GMT"], 0.0),
        (["Tue, 24 Nov 9999 02:00:00 GMT"], 120.0),
        (["Tue, 99 Nov 2026 02:00:00 GMT"], None),
        (["3", "9"], 9.0),
        (["soon", "9"], 9.0),
    ],
)
def test_both_forms_are_understood_and_clamped(values, seconds):
    assert retry_after_seconds(values, now=NOW, longest=120.0) == seconds


def test_a_moment_without_a_zone_is_utc_wherever_the_machine_is(machine_zone):
    machine_zone("Asia/Kathmandu")
    values = ["Tue, 24 Nov 2026 03:00:30 -0000"]
    assert retry_after_seconds(values, now=NOW, longest=120.0) == 30.0


@given(st.lists(st.text(), max_size=3))
def test_whatever_the_header_says_the_wait_is_none_or_within_bounds(values):
    wait = retry_after_seconds(values, now=NOW, longest=120.0)
    assert wait is None or (math.isfinite(wait) and 0 <= wait <= 120)
