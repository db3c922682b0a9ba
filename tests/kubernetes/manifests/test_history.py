import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.kubernetes.manifests.history import due_in_ten_minutes, kept_successes
from rota.schedules import Cron

HOUR = 3600


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("* * * * *", 10),
        ("*/3 * * * *", 4),
        ("*/5 2 * * *", 3),
        ("58-59,0-3 * * * *", 6),
        ("0 0 * * 0", 3),
        ("@hourly", 3),
        ("@every 90s", 7),
        ("@every 61s", 10),
        ("@every 25h", 3),
    ],
)
def test_the_successes_of_ten_minutes_are_kept_and_at_least_three(text, kept):
    assert kept_successes(text) == kept


@given(st.sets(st.integers(0, 59), min_size=1))
def test_it_is_the_most_that_come_due_in_any_ten_minutes(minutes):
    text = f"{','.join(map(str, minutes))} * * * *"
    schedule, slots, at = Cron(text), [], 0
    while at < 3 * HOUR:
        at = schedule.next_epoch(at)
        slots.append(at)

    most = max(sum(slot <= each < slot + 600 for each in slots) for slot in slots)
    assert due_in_ten_minutes(text) == most
