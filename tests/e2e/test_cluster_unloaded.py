"""How long a run takes to begin while nothing else goes on: last, when the other releases are gone.

Run by itself it measures the machine with all of them.
"""

import pytest

from support.cluster_watch import ended, epoch, message
from support.docker import wait_until
from support.measurements import spread

pytestmark = pytest.mark.e2e

SLOTS = 2
SLOTS_SECONDS = 60 * (SLOTS + 1)


def test_a_run_begins_within_seconds_of_its_slot(scenarios, figures):
    unloaded = scenarios.add(
        "unloaded",
        tasks={"quick": {"intervalSeconds": 60}},
    )
    namespace = unloaded.namespace

    def pods():
        return [pod for pod in scenarios.pods.of(namespace.name, rota_task="quick") if ended(pod)]

    wait_until(lambda: len(pods()) >= SLOTS, f"{SLOTS} slots", timeout_seconds=SLOTS_SECONDS)
    starts = [
        next(line for line in namespace.logs(name) if line["event"] == "run.started")
        for name in (pod["metadata"]["name"] for pod in pods())
    ]
    late = [epoch(line["timestamp"]) - epoch(line["slot"]) for line in starts]
    cold = [message(pod)["counts"]["cold_start_ms"] / 1000 for pod in pods()]
    figures["slot to the run's first log line, one CronJob alone"] = spread(late)
    figures["cold start in the pod, alone"] = spread(cold)
    assert min(late) < 30
