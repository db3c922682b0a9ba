from rota.testing import FakeApi, Reply, run_task

from example_worker.tasks.notifications_task import NotificationsTask


def test_notifications_sends_each_pending_one_once(api: FakeApi) -> None:
    run = run_task(NotificationsTask, api=api)

    assert run.outcome == "succeeded", run
    assert run.effects == {
        "POST /api/v1/notifications/a/send": 1,
        "POST /api/v1/notifications/b/send": 1,
    }


def test_notifications_sends_the_others_where_one_is_refused(api: FakeApi) -> None:
    api.on("POST", "/api/v1/notifications/a/send", Reply(422, {"error": "no such address"}))

    run = run_task(NotificationsTask, api=api)

    assert run.exit_code == 6, run
    assert run.effects == {"POST /api/v1/notifications/b/send": 1}
