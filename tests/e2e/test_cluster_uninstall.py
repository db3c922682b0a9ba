"""The last look at the cluster: what suspended tasks did in all that time, and what is left."""

import pytest

from support.cluster_scenarios import Scenarios
from support.cluster_watch import SCHEDULED_AT

pytestmark = pytest.mark.e2e

NAMES = (
    "jobs", "shards", "shop", "modes", "overlap", "hybrid", "stuck",
    "parity-cronjobs", "parity-scheduler",
)  # fmt: skip


def test_a_suspended_task_has_never_started_on_its_own(scenarios):
    namespace = scenarios["jobs"].namespace
    cronjobs = namespace.get("cronjobs")
    assert len(cronjobs) > 5
    assert [each for each in cronjobs if "lastScheduleTime" in each["status"]] == []
    jobs = scenarios.jobs.of(namespace.name)
    assert jobs
    assert [each for each in jobs if SCHEDULED_AT in each["metadata"].get("annotations", {})] == []


def test_pod_security_has_refused_nothing(scenarios):
    for namespace in scenarios.namespaces:
        told = namespace.kubectl("get", "events", "--output=jsonpath={.items[*].message}")
        assert "violates PodSecurity" not in told


@pytest.mark.parametrize("name", NAMES)
def test_helm_uninstall_leaves_nothing(scenarios: Scenarios, name):
    release = scenarios[name].release
    assert release.objects()
    release.uninstall()
    assert release.objects() == []
