"""`assert_idempotent` and `assert_same_in_both_modes` pass what holds, and say what does not."""

import asyncio
import uuid

import pytest

from rota import CleanupTask, NotificationTask, fan_out, task
from rota.testing import FakeApi, Reply, assert_idempotent, assert_same_in_both_modes

START = "2027-03-27T00:00:00Z"


def with_pending():
    return FakeApi(pending=["a", "b", "c"], expired=3)


@pytest.mark.parametrize("reference", [CleanupTask, NotificationTask])
def test_the_reference_tasks_are_idempotent(reference):
    assert_idempotent(reference, with_pending)


def accounts():
    return FakeApi().on("POST", "/accounts/{id}/charge", {})


def test_a_key_of_one_s_own_that_is_always_another_is_found():
    @task
    async def charge(api):
        for account in ("x", "y"):
            await api.post(f"/accounts/{account}/charge", key=uuid.uuid4().hex)

    with pytest.raises(AssertionError) as caught:
        assert_idempotent(charge, accounts)

    assert str(caught.value) == (
        "killed after request 1 (POST /accounts/x/charge) and run again: "
        "POST /accounts/x/charge: 2 times instead of 1"
    )


def test_work_that_is_marked_as_done_before_it_is_done_is_found():
    def shop():
        open_orders = ["x", "y"]

        def take(_):
            return {"items": [open_orders.pop()] if open_orders else []}

        return accounts().on("POST", "/orders/take", take)

    @task
    async def charge(api):
        for _ in range(2):
            page = await api.post("/orders/take", key=f"{uuid.uuid4()}")
            await fan_out(page["items"], lambda each: api.post(f"/accounts/{each}/charge"))

    with pytest.raises(AssertionError, match="0 times instead of 1"):
        assert_idempotent(charge, shop)


def test_a_task_that_does_not_succeed_at_all_is_told():
    with pytest.raises(AssertionError, match="does not succeed when it is left alone: failed"):
        assert_idempotent(
            CleanupTask, lambda: FakeApi().on("POST", "/api/v1/admin/cleanup", Reply(403))
        )


@task(schedule="30 2 * * *", timezone="Europe/Berlin")
async def nightly(api):
    await asyncio.sleep(60)


@task(interval_seconds=300, timeout_seconds=3600)
async def long(api):
    await asyncio.sleep(720)


@task(interval_seconds=900, splay_minutes=10)
async def splayed(api):
    """Do nothing."""


def test_a_year_s_clock_changes_and_long_runs_are_the_same_in_both_modes():
    assert_same_in_both_modes([nightly, long, splayed], START, "3d")


def test_an_interval_that_a_cronjob_counts_from_its_creation_is_told():
    @task(interval_seconds=5400)
    async def odd(api):
        """Do nothing."""

    with pytest.raises(AssertionError, match="started by the scheduler, no slot as a CronJob"):
        assert_same_in_both_modes(odd, "2027-03-27T00:07:00Z", "6h")
