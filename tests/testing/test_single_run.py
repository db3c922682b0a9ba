"""`run_task`: one run of one task."""

import logging
import sys

import pytest

from rota import CleanupTask, NotificationTask, Result, current_run, fan_out, task
from rota.model.errors import UsageError
from rota.testing import FakeApi, Reply, run_task

SLOT = "2026-11-25T06:00:00Z"


def test_a_reference_task_runs_on_the_reference_api():
    run = run_task(CleanupTask, api=FakeApi(expired=7))

    assert (run.outcome.value, run.exit_code, dict(run.counts)) == ("succeeded", 0, {"deleted": 7})
    assert [call.operation for call in run.calls] == ["POST /api/v1/admin/cleanup"]


def test_fifty_items_of_which_one_is_refused_are_sent_once_however_often_it_runs():
    ids = [f"n-{number}" for number in range(50)]
    api = FakeApi(pending=ids)
    api.on("POST", "/api/v1/notifications/n-7/send", Reply(422, {"error": "no address"}))

    first, second = (run_task(NotificationTask, api=api, slot=SLOT) for _ in range(2))

    assert (first.exit_code, dict(first.counts)) == (6, {"sent": 49, "refused": 1, "failed": 0})
    assert len(first.effects) == 49
    assert second.effects == {}
    assert set(api.effects.values()) == {1}


def test_what_pytest_shows_of_a_run_is_how_it_ended():
    api = FakeApi().on("POST", "/api/v1/admin/cleanup", Reply(422, {"error": "not today"}))
    refused, done = run_task(CleanupTask, api=api), run_task(CleanupTask, api=FakeApi(expired=7))

    assert repr(refused) == f"<TaskRun failed (exit code 3): {refused.reason}>"
    assert repr(done) == "<TaskRun succeeded (exit code 0): {'deleted': 7}>"


def test_its_log_is_kept_with_the_fields():
    @task
    async def speaking(api, *, log):
        log.info("orders.found", extra={"orders": 3})
        logging.getLogger("shop").debug("not.kept")

    run = run_task(speaking)

    lines = [(line.level, line.message, line.fields.get("orders")) for line in run.log]
    assert ("INFO", "orders.found", 3) in lines
    assert "not.kept" not in [line.message for line in run.log]


def test_the_log_is_set_up_as_before_afterwards():
    root = logging.getLogger()
    before = root.level, list(root.handlers)

    run_task(CleanupTask)

    assert (root.level, root.handlers) == before


def test_the_task_knows_its_slot_and_its_arguments():
    @task
    async def knowing(api, limit=10, *, run):
        return Result({"limit": limit}, note=run.identity)

    run = run_task(knowing, slot=SLOT, arguments={"limit": 3})

    assert (dict(run.counts), run.note) == ({"limit": 3}, f'{SLOT} {{"limit": 3}}')


def test_an_unknown_argument_is_named():
    with pytest.raises(UsageError, match="task 'cleanup' has no argument 'limit'"):
        run_task(CleanupTask, arguments={"limit": 3})


def test_of_several_tasks_none_is_run():
    with pytest.raises(UsageError, match=r"run_task\(\) runs one task, not cleanup, notifications"):
        run_task([CleanupTask, NotificationTask])


def test_an_error_has_its_traceback():
    @task
    async def broken(api):
        return 1 / 0

    run = run_task(broken)

    assert run.exit_code == 1
    assert "ZeroDivisionError" in run.traceback
    assert "ZeroDivisionError" in str(run)


def test_a_timeout_takes_virtual_time():
    @task(timeout_seconds=3600)
    async def waiting(api):
        await api.get("/never")

    run = run_task(waiting, api=FakeApi(latency_seconds=86_400).on("GET", "/never", {}))

    assert (run.outcome.value, run.exit_code) == ("failed", 4)
    assert 200 < run.duration_seconds < 3600


@pytest.mark.parametrize(
    ("outage", "calls", "effects"),
    [("refused", 0, 0), ("hangs", 0, 0), ("errors", 4, 0), ("cut", 4, 1)],
)
def test_an_outage_lasts_for_the_whole_run(outage, calls, effects):
    run = run_task(CleanupTask, outage=outage)

    assert (run.exit_code, len(run.calls), sum(run.effects.values())) == (4, calls, effects)


def test_an_unknown_form_of_an_outage_is_named():
    with pytest.raises(UsageError, match="outage 'on fire' is not one of refused, hangs, errors"):
        run_task(CleanupTask, outage="on fire")


@pytest.mark.parametrize("number", [0, -1, True, 1.5])
def test_a_request_that_cannot_be_killed_after_is_refused(number):
    with pytest.raises(UsageError, match="kill_after_request is the number of a request, from 1"):
        run_task(CleanupTask, kill_after_request=number)


def test_sys_exit_within_a_fan_out_ends_the_run_and_not_the_tests():
    @task
    async def leaving(api):
        async def leave(item):
            sys.exit(3)

        await fan_out([1, 2], leave)

    run = run_task(leaving)

    assert (run.exit_code, run.reason) == (1, "the task called sys.exit(3)")


def test_a_killed_run_has_done_what_it_has_done():
    @task
    async def three(api):
        await fan_out(range(3), lambda item: api.post(f"/items/{item}"), concurrency=1)

    api = FakeApi().on("POST", "/items/{item}", {})
    run = run_task(three, api=api, slot=SLOT, kill_after_request=2)

    assert (run.outcome, run.exit_code, run.reason) == (None, 137, "killed")
    assert len(run.calls) == 2
    assert "run.finished" not in [line.message for line in run.log]


def test_two_runs_of_one_slot_have_the_same_keys_and_two_by_hand_do_not():
    @task
    async def post(api):
        await api.post("/work", json={"run": current_run().run_id})

    def key(seed, **given):
        run = run_task(post, api=FakeApi().on("POST", "/work", {}), seed=seed, **given)
        return run.calls[0].key

    assert key(1, slot=SLOT) == key(2, slot=SLOT)
    assert key(1) != key(2)


def test_with_other_arguments_it_is_other_work_as_with_rota_run():
    @task
    async def bill(api, month="2027-01"):
        await api.post("/bills")

    def key(**arguments):
        run = run_task(bill, api=FakeApi().on("POST", "/bills", {}), slot=SLOT, arguments=arguments)
        return run.calls[0].key

    assert key() == key(month="2027-01") != key(month="2027-02")
