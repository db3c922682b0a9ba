"""Tasks that take longer than their minute, under each concurrency policy."""

from itertools import pairwise

import pytest

from support.cluster_scenarios import SLEEP_SECONDS
from support.cluster_watch import ended, epoch, exit_codes, message
from support.docker import wait_until

pytestmark = pytest.mark.e2e

# Three runs one after the other, from the first minute after the installation.
THREE_RUNS_SECONDS = 60 + 3 * (SLEEP_SECONDS + 15)
# The kubelet tells whole seconds.
ROUNDING_SECONDS = 1
# From a Job's end until the controller has made the next one.
CONTROLLER_SECONDS = 20


@pytest.fixture
def ends(scenarios):
    """Return a function: the ended pods of a task, once there are so many."""
    namespace = scenarios["overlap"].namespace.name

    def wait(task, number):
        def pods():
            return [pod for pod in scenarios.pods.of(namespace, rota_task=task) if ended(pod)]

        wait_until(
            lambda: len(pods()) >= number,
            f"{number} runs of {task}",
            timeout_seconds=THREE_RUNS_SECONDS,
        )
        return sorted(pods(), key=lambda pod: ended(pod)["startedAt"])

    return wait


def made_at(scenarios, pods):
    """Return when the Job of each pod was made, which no busy kubelet puts off."""
    jobs = scenarios.jobs.of(scenarios["overlap"].namespace.name)
    made = {job["metadata"]["uid"]: epoch(job["metadata"]["creationTimestamp"]) for job in jobs}
    return [made[pod["metadata"]["ownerReferences"][0]["uid"]] for pod in pods]


def spans(pods):
    return [(epoch(ended(pod)["startedAt"]), epoch(ended(pod)["finishedAt"])) for pod in pods]


def slots(pods):
    return [epoch(message(pod)["slot"]) for pod in pods]


def test_allow_starts_every_slot_beside_the_run_under_way(scenarios, ends):
    pods = ends("allow", 3)
    assert exit_codes(pods) == [0] * len(pods)
    first = slots(pods)[0]
    assert slots(pods) == [first + 60 * index for index in range(len(pods))]
    overs = [over for _, over in spans(pods)]
    made = made_at(scenarios, pods)
    assert all(later < over for over, later in zip(overs, made[1:], strict=False))


def test_forbid_never_runs_two_at_once_and_starts_the_newest_waiting_slot(scenarios, ends):
    pods = ends("forbid", 3)
    assert exit_codes(pods) == [0] * len(pods)
    times = spans(pods)
    assert all(began >= over - ROUNDING_SECONDS for (_, over), (began, _) in pairwise(times))
    for made, slot in zip(made_at(scenarios, pods)[1:], slots(pods)[1:], strict=True):
        # The newest slot that came due before the Job could be made, however late that is.
        assert 0 <= made - slot < 60 + CONTROLLER_SECONDS
    late = [began - slot for (began, _), slot in zip(times, slots(pods), strict=True)]
    assert max(late[1:]) >= SLEEP_SECONDS - 60


def test_replace_stops_the_run_under_way_for_the_next_slot(ends):
    pods = ends("replace", 2)
    assert exit_codes(pods) == [143] * len(pods)
    assert {message(pod)["outcome"] for pod in pods} == {"interrupted"}
    first = slots(pods)[0]
    assert slots(pods) == [first + 60 * index for index in range(len(pods))]
    for pod, slot in zip(pods, slots(pods), strict=True):
        assert epoch(ended(pod)["finishedAt"]) - slot >= 60
