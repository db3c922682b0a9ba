from rota.testing import FakeApi, run_task

from example_worker.tasks.example_task_task import example_object


def test_example_task_counts_what_the_api_did(api: FakeApi) -> None:
    run = run_task(example_object, api=api)

    assert run.outcome == "succeeded", run
    assert run.counts == {"done": 3}
    assert run.effects == {"POST /api/v1/operations/example-task": 1}
