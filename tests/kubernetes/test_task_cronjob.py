import asyncio

import pytest

from rota.kubernetes.task_cronjob import find_cronjob
from rota.model.errors import UsageError
from support.kubernetes_objects import cronjob


def of_task(name, task, release="shop"):
    found = cronjob(name, task, jobTemplate={"metadata": {"labels": {"rota/task": task}}})
    found["metadata"]["labels"]["app.kubernetes.io/instance"] = release
    return found


class Listing:
    """A namespace with these CronJobs."""

    def __init__(self, *cronjobs):
        self.cronjobs = cronjobs

    async def get(self, path, parameters):
        assert path == "/apis/batch/v1/namespaces/shop/cronjobs"
        return {"items": list(self.cronjobs), "metadata": {}}


def find(*cronjobs, task="cleanup", instance=None):
    listing = Listing(*cronjobs)
    return asyncio.run(find_cronjob(listing, task, namespace="shop", instance=instance))


FOREIGN = {"metadata": {"name": "backup"}, "spec": {"jobTemplate": {"spec": {}}}}
CLEANUP = of_task("shop-rota-cleanup", "cleanup")
OTHER = of_task("lab-rota-cleanup", "cleanup", "lab")


def test_a_tasks_cronjob_is_found_among_others():
    assert find(FOREIGN, of_task("shop-rota-bills", "bills"), CLEANUP) == CLEANUP


def test_the_instance_chooses_where_several_have_the_task():
    assert find(CLEANUP, OTHER, instance="lab") == OTHER


@pytest.mark.parametrize(
    ("cronjobs", "options", "message"),
    [
        pytest.param(
            [CLEANUP, OTHER],
            {},
            r"several CronJobs .*: lab-rota-cleanup, shop-rota-cleanup; choose one with "
            r"--instance \(lab, shop\)",
            id="several",
        ),
        pytest.param(
            [CLEANUP],
            {"instance": "lab"},
            "instance 'lab' has no CronJob of task 'cleanup' in namespace 'shop'; these have: shop",
            id="another-instance",
        ),
        pytest.param(
            [CLEANUP],
            {"task": "clenup"},
            "no CronJob of task 'clenup', did you mean 'cleanup'\\? .*have one: cleanup",
            id="misspelt",
        ),
        pytest.param([FOREIGN], {}, "there is none of any task", id="none"),
        pytest.param([], {}, "name the --url of the scheduler's pages", id="in-a-scheduler"),
    ],
)
def test_what_cannot_be_chosen_is_told_with_what_would_do(cronjobs, options, message):
    with pytest.raises(UsageError, match=message):
        find(*cronjobs, **options)
