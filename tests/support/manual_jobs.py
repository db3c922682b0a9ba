"""A namespace with a task's CronJob, of which Jobs are made by hand."""

import contextlib

from support.kubernetes_api import cluster_of_kubeconfig
from support.kubernetes_objects import pod

LABELS = {"rota/task": "cleanup"}
CONTAINER = {"name": "rota", "args": ["run", "cleanup"]}
CRONJOB = {
    "kind": "CronJob",
    "metadata": {
        "name": "shop-rota-cleanup",
        "namespace": "shop",
        "uid": "uid-of-cronjob",
        "labels": {**LABELS, "app.kubernetes.io/instance": "shop"},
    },
    "spec": {
        "schedule": "0 * * * *",
        "timeZone": "Etc/UTC",
        "jobTemplate": {
            "metadata": {"labels": LABELS},
            "spec": {"template": {"spec": {"containers": [CONTAINER]}}},
        },
    },
}
LOG = "2025-11-26T02:00:05.000000000Z run.finished\n"


@contextlib.contextmanager
def cluster_of_cronjob(tmp_path, monkeypatch):
    """An API server with the CronJob, which the kubeconfig leads to."""
    with cluster_of_kubeconfig(tmp_path, monkeypatch) as served:
        served.add("shop", CRONJOB)
        yield served


def ends(api, state, condition):
    """Let each Job that is made have a pod at once, in `state`, and end with `condition`."""

    def run(made):
        name = made["metadata"]["name"]
        kind, reason = condition
        found = {"type": kind, "status": "True", "reason": reason}
        made["status"] = {"conditions": [{**found, "lastTransitionTime": "2025-11-26T02:00:10Z"}]}
        made["metadata"]["creationTimestamp"] = "2025-11-26T02:00:00Z"
        attempt = {"kind": "Pod", **pod("the-pod", state=state)}
        attempt["metadata"]["labels"]["batch.kubernetes.io/job-name"] = name
        api.add("shop", attempt)
        api.logs["the-pod"] = LOG

    api.on_create = run
