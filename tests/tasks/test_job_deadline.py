import pytest

from rota.tasks.job_deadline import active_deadline_seconds


@pytest.mark.parametrize(
    ("timeout", "backoff_limit", "grace", "expected"),
    [
        pytest.param(60, 0, 30, 120 + 90, id="one-attempt-no-wait"),
        pytest.param(60, 1, 30, 120 + 2 * 90 + 10, id="one-wait"),
        pytest.param(3600, 2, 30, 120 + 3 * 3630 + 10 + 20, id="waits-double"),
        pytest.param(0.5, 0, 5, 120 + 6, id="parts-of-a-second-round-up"),
        pytest.param(60, 6, 30, 120 + 7 * 90 + 10 + 20 + 40 + 80 + 160 + 320, id="all-below-ten"),
        pytest.param(60, 8, 30, 120 + 9 * 90 + 630 + 2 * 600, id="ten-minutes-at-most"),
    ],
)
def test_the_deadline_leaves_room_for_every_attempt(timeout, backoff_limit, grace, expected):
    found = active_deadline_seconds(
        timeout_seconds=timeout, backoff_limit=backoff_limit, termination_grace_seconds=grace
    )

    assert found == expected
