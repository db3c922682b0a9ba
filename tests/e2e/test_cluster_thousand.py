"""A thousand tasks in one release."""

import time

import pytest

from support.cluster_watch import ended, message
from support.docker import wait_until

pytestmark = pytest.mark.e2e

START_SECONDS = 120


def test_a_thousand_tasks_are_installed_and_one_of_them_runs(scenarios, figures):
    tasks = {
        f"bulk-{number:04}": {"intervalSeconds": 60 * (number % 59 + 1)}
        for number in range(1, 1001)
    }
    began = time.monotonic()
    bulk = scenarios.add(
        "bulk",
        tasks=tasks,
        settings={"ROTA_TASKS": "cluster_tasks:register_bulk_tasks"},
        # Neither the machine nor these tests have use for a thousand pods a minute.
        suspendAll=True,
    )
    figures["installation of 1,000 tasks"] = f"{time.monotonic() - began:.1f} s"
    found = bulk.namespace.get("cronjobs")
    assert len(found) == 1000
    assert all(each["spec"]["suspend"] for each in found)

    job = bulk.namespace.create_job("bulk-by-hand", "bulk-rota-bulk-0777")

    def over():
        pods = scenarios.pods.of_job(bulk.namespace.name, job)
        return bool(pods and ended(pods[0]))

    wait_until(over, "the run of one task of a thousand", timeout_seconds=START_SECONDS)
    (pod,) = scenarios.pods.of_job(bulk.namespace.name, job)
    assert message(pod)["outcome"] == "succeeded"
    figures["cold start in a pod that has the settings of 1,000 tasks"] = (
        f"{message(pod)['counts']['cold_start_ms'] / 1000:.2f} s"
    )


def test_the_release_of_a_thousand_tasks_leaves_nothing(scenarios, figures):
    bulk = scenarios["bulk"]
    began = time.monotonic()
    bulk.release.uninstall()
    figures["removal of 1,000 tasks"] = f"{time.monotonic() - began:.1f} s"
    assert bulk.release.objects() == []
