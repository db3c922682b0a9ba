from datetime import UTC, datetime

import pytest

from rota.runs.slot import slot_of_job


def test_a_scheduled_jobs_name_tells_its_slot():
    slot = slot_of_job("shop-cleanup-29384720", "shop-cleanup")

    assert slot == datetime.fromtimestamp(29384720 * 60, UTC)


@pytest.mark.fault(81)
@pytest.mark.parametrize(
    ("job", "cronjob"),
    [
        ("shop-cleanup-manual", "shop-cleanup"),
        ("shop-cleanup-2938472", "shop-cleanup"),
        ("shop-cleanup-293847201", "shop-cleanup"),
        ("shop-cleanup-29384720-x", "shop-cleanup"),
        ("shop-cleanup-x-29384720", "shop-cleanup"),
        ("shop-cleanup-29384720", "shop"),
        ("shopxcleanup-29384720", "shop.cleanup"),
        ("shop-cleanup-٢٩٣٨٤٧٢٠", "shop-cleanup"),
        ("29384720", ""),
        ("", ""),
    ],
)
def test_any_other_name_is_a_run_by_hand(job, cronjob):
    assert slot_of_job(job, cronjob) is None
