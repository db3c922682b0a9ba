"""A real cluster by its command lines: kubectl and helm, in one namespace of a test's own."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from support.docker import ROOT, CommandFailedError, wait_until
from support.helm import tool

CHART = ROOT / "deploy/helm/rota"
SCRIPT = Path(os.environ.get("CLUSTER", ROOT / "../shared/cluster/cluster"))
API_URL = "http://business-api:8000"
TASKS_PATH = ROOT / "tests/fixtures/cluster_tasks.py"
# What Pod Security `restricted` asks of the Business API's container, as of any other.
_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


@cache
def environment() -> dict[str, str]:
    """Return the environment for kubectl and helm: KUBECONFIG as given, else the test cluster's."""
    if os.environ.get("KUBECONFIG") or not SCRIPT.exists():
        return dict(os.environ)
    exports = subprocess.run([SCRIPT, "env"], capture_output=True, text=True, check=True).stdout
    path = exports.partition("KUBECONFIG=")[2].partition("\n")[0]
    return {**os.environ, "KUBECONFIG": path}


def output(
    *command: str | Path,
    text: str = "",
    timeout_seconds: float = 120,
    env: dict[str, str] | None = None,
) -> str:
    """Return stdout; CommandFailedError with what was written unless it ends with 0."""
    end = subprocess.run(
        [str(each) for each in command],
        input=text,
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        env=env or environment(),
        check=False,
    )
    if end.returncode:
        told = f"{end.stderr}{end.stdout}"
        raise CommandFailedError(
            f"{' '.join(map(str, command))}: exit code {end.returncode}\n{told}"
        )
    return end.stdout


def kubectl(*arguments: str | Path, **options: Any) -> str:
    return output(tool("kubectl"), *arguments, **options)


class Namespace:
    """A namespace that admits nothing but what Pod Security calls `restricted`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.apply(
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {
                    "name": name,
                    "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
                },
            }
        )

    def kubectl(self, *arguments: str | Path, **options: Any) -> str:
        return kubectl(f"--namespace={self.name}", *arguments, **options)

    def apply(self, *objects: dict[str, Any]) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.kubectl("apply", "--filename=-", text=json.dumps(listed))

    def wait_for_rollout(self, deployment: str) -> None:
        """Return once all pods of a Deployment are new and ready."""
        arguments = ("rollout", "status", f"deployment/{deployment}", "--timeout=180s")
        self.kubectl(*arguments, timeout_seconds=190)

    def get(self, kind: str, selector: str = "") -> list[dict[str, Any]]:
        """Return what is there of one kind, or of several with commas, the oldest first."""
        found = json.loads(self.kubectl("get", kind, f"--selector={selector}", "--output=json"))
        items: list[dict[str, Any]] = found["items"]
        return sorted(items, key=lambda each: each["metadata"]["creationTimestamp"])

    def logs(self, target: str) -> list[dict[str, Any]]:
        """Return the log lines of a pod, or of a Job's or a Deployment's, which are JSON."""
        text = self.kubectl("logs", target, "--container=rota", "--tail=-1")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def create_job(self, name: str, cronjob: str) -> str:
        """Run a CronJob now, by hand; return the Job's name."""
        self.kubectl("create", "job", name, f"--from=cronjob/{cronjob}")
        return name

    def helm(self, *arguments: str | Path, version: str = "helm", **options: Any) -> str:
        return output(tool(version), f"--namespace={self.name}", *arguments, **options)

    def add_tasks(self) -> None:
        """Put the tasks of `tests/fixtures/cluster_tasks.py` where `Release` mounts them from."""
        metadata = {"name": "tasks"}
        data = {TASKS_PATH.name: TASKS_PATH.read_text("utf-8")}
        self.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})

    def delete(self) -> None:
        kubectl("delete", "namespace", self.name, "--wait=false", "--ignore-not-found")


class BusinessApi:
    """The demo Business API as a Deployment, reached by its Service's name."""

    def __init__(self, namespace: Namespace, image: str) -> None:
        self._namespace = namespace
        self._proxy = f"/api/v1/namespaces/{namespace.name}/services/business-api:8000/proxy"
        namespace.apply(*_business_api(image))

    def wait_until_ready(self) -> None:
        self._namespace.wait_for_rollout("business-api")

    def add(self, ids: list[str]) -> None:
        """Add pending notifications under these ids."""
        path = f"{self._proxy}/demo/notifications"
        kubectl("create", f"--raw={path}", "--filename=-", text=json.dumps({"ids": ids}))

    def calls(self, path: str = "") -> list[dict[str, Any]]:
        """Return the requests that the API has seen, in order, those for `path` where given."""
        calls = json.loads(kubectl("get", f"--raw={self._proxy}/demo/calls"))["calls"]
        return [call for call in calls if path in ("", call["path"])]

    def effects(self) -> dict[str, int]:
        """Return by id how often a notification was sent."""
        effects: dict[str, int] = json.loads(kubectl("get", f"--raw={self._proxy}/demo/summary"))[
            "effects"
        ]
        return effects


class Release:
    """An installation of the chart, with the image and the tasks of these tests."""

    def __init__(self, namespace: Namespace, name: str, image: str, values: dict[str, Any]) -> None:
        self.namespace = namespace
        self.name = name
        self.values = _values(image) | values

    def install(self, *, timeout_seconds: float = 120, **changes: Any) -> None:
        """Install or upgrade with the values so far and `changes`, which are kept."""
        self.values |= changes
        command = ("upgrade", "--install", self.name, CHART, "--values=-")
        text = json.dumps(self.values)
        self.namespace.helm(*command, text=text, timeout_seconds=timeout_seconds)

    def uninstall(self) -> None:
        """Uninstall; AssertionError unless the release's objects and what they made go soon."""
        self.namespace.helm("uninstall", self.name, timeout_seconds=120)
        # Kubernetes' garbage collector comes after: pods take their grace, and Jobs made by hand
        # belong to their CronJobs.
        wait_until(
            lambda: self.objects() == [], f"nothing left of {self.name}", timeout_seconds=120
        )

    def test(self, version: str = "helm") -> str:
        """Return what `helm test` and the pod that it starts have to say."""
        command = ("test", self.name, "--logs")
        return self.namespace.helm(*command, version=version, timeout_seconds=120)

    def objects(self) -> list[str]:
        """Return the names of all that the release has in the cluster, Jobs' pods included.

        But the Pod of `helm test`: Helm leaves it, so that its log can be read.
        """
        kinds = (
            "cronjobs,jobs,pods,deployments,replicasets,configmaps,serviceaccounts,services,"
            "persistentvolumeclaims,networkpolicies,poddisruptionbudgets,secrets"
        )
        selector = (
            f"--selector=app.kubernetes.io/instance={self.name},app.kubernetes.io/component!=check"
        )
        return self.namespace.kubectl("get", kinds, selector, "--output=name").split()


def _values(image: str) -> dict[str, Any]:
    repository, _, tag = image.partition(":")
    return {
        "image": {"repository": repository, "tag": tag},
        "businessApi": {"url": API_URL},
        "gracePeriodSeconds": 3,
        "settings": {"ROTA_TASKS": "cluster_tasks:register_tasks"},
        "env": {"PYTHONPATH": "/opt/tasks"},
        "volumes": [{"name": "tasks", "configMap": {"name": "tasks"}}],
        "volumeMounts": [{"name": "tasks", "mountPath": "/opt/tasks", "readOnly": True}],
    }


def _business_api(image: str) -> list[dict[str, Any]]:
    labels = {"app": "business-api"}
    metadata = {"name": "business-api", "labels": labels}
    container = {
        "name": "business-api",
        "image": image,
        "args": ["demo", "--api-only", "0.0.0.0:8000"],
        # Once it is ready it stays so: a busy machine may not answer within a second.
        "readinessProbe": {
            "httpGet": {"path": "/healthz", "port": 8000},
            "periodSeconds": 1,
            "timeoutSeconds": 10,
            "failureThreshold": 30,
        },
        "securityContext": _RESTRICTED,
    }
    pod = {
        "containers": [container],
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    }
    deployment = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    service = {"selector": labels, "ports": [{"port": 8000}]}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment},
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
    ]
