from rota.testing import FakeApi, run_task

from example_worker.tasks.cleanup_task import cleanup


def test_cleanup_counts_what_the_api_deleted(api: FakeApi) -> None:
    run = run_task(cleanup, api=api)

    assert run.outcome == "succeeded", run
    assert run.counts == {"deleted": 7}
    assert run.effects == {"POST /api/v1/admin/cleanup": 1}
