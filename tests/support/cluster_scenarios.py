"""Everything that the tests on a cluster look at, installed at once: what must wait for minutes
then waits side by side."""

import contextlib
import math
import os
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from support.cluster import TASKS_PATH, BusinessApi, Namespace, Release, output
from support.cluster_watch import Watch

SHARDS = 3
SLEEP_SECONDS = 75
# Longer than a minute, so that the next slot always comes due during a run.
assert SLEEP_SECONDS > 60
PARITY_SECONDS = 300
# With this one, splay moves the task `splayed` by a minute.
PARITY_RELEASE = "same"
_NEVER = "0 0 29 2 *"
# They are looked at after other tests, half an hour later perhaps.
_MOST_JOBS = 60

_JOB_TASKS: dict[str, Any] = {
    "quick": {},
    "misconfigured": {},
    "refused": {},
    "gives-up": {},
    "tries-again": {"backoffLimit": 1},
    "unreachable": {"backoffLimit": 1},
    "timeout": {"timeoutSeconds": 3, "backoffLimit": 0, "env": {"SLEEP_SECONDS": 600}},
    "deadline": {"activeDeadlineSeconds": 60, "env": {"SLEEP_SECONDS": 600}},
    "send-stopped": {},
    "send-killed": {},
}
_SHARD_TASKS: dict[str, Any] = {"notifications": {"shards": SHARDS}}
_SHOP_TASKS: dict[str, Any] = {
    "notifications": {"intervalSeconds": 60, "runOnStart": True},
    "cleanup": {"intervalSeconds": None, "schedule": _NEVER},
    "quick": {"intervalSeconds": 60, "suspend": True},
}
_MODE_TASKS: dict[str, Any] = {
    "notifications": {"intervalSeconds": 60, "timeoutSeconds": 30, "overlap": "replace"},
    "cleanup": {
        "intervalSeconds": None,
        "schedule": "30 2 * * *",
        "timezone": "Europe/Berlin",
        "shards": 2,
    },
    "quick": {"intervalSeconds": 5400, "suspend": True},
}
_OVERLAP_TASKS: dict[str, Any] = {
    name: {"overlap": name} for name in ("forbid", "allow", "replace")
}
_HYBRID_TASKS: dict[str, Any] = {"often": {"intervalSeconds": 20}, "quick": {"intervalSeconds": 60}}
_STUCK: dict[str, Any] = {
    "mode": "scheduler",
    "tasks": {"block": {"intervalSeconds": 3600, "runOnStart": True}},
    "scheduler": {
        "livenessProbe": {"periodSeconds": 2, "timeoutSeconds": 2, "failureThreshold": 3}
    },
}


@dataclass(frozen=True)
class Scenario:
    """One namespace with one release of the chart in it."""

    namespace: Namespace
    release: Release


@dataclass
class Scenarios:
    """All scenarios by name, and what is seen of the cluster meanwhile."""

    image: str
    pods: Watch
    jobs: Watch
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:5])
    all: dict[str, Scenario] = field(default_factory=dict)
    apis: dict[str, BusinessApi] = field(default_factory=dict)
    namespaces: list[Namespace] = field(default_factory=list)
    parity_from: int = 0

    def __getitem__(self, name: str) -> Scenario:
        return self.all[name]

    def namespace(self, name: str) -> Namespace:
        """Make a namespace that goes when the tests end."""
        made = Namespace(f"rota-e2e-{self.run}-{name}")
        self.namespaces.append(made)
        made.add_tasks()
        return made

    def api(self, name: str) -> BusinessApi:
        """Make a Business API in a scenario's namespace, which is made for it."""
        self.apis[name] = BusinessApi(self.namespace(name), self.image)
        return self.apis[name]

    def add(self, name: str, *, release: str | None = None, **values: Any) -> Scenario:
        """Install the chart in the namespace of that name, which is made unless it is there."""
        full_name = f"rota-e2e-{self.run}-{name}"
        there = [each for each in self.namespaces if each.name == full_name]
        namespace = there[0] if there else self.namespace(name)
        scenario = Scenario(namespace, Release(namespace, release or name, self.image, values))
        scenario.release.install()
        self.all[name] = scenario
        return scenario


@contextmanager
def started(image: str) -> Iterator[Scenarios]:
    """Install everything; the namespaces are deleted after the block."""
    with Watch("pods") as pods, Watch("jobs") as jobs, ExitStack() as stack:
        scenarios = Scenarios(image, pods, jobs)
        stack.callback(_delete_all, scenarios)
        with_api = ("jobs", "shards", "shop", "modes", "kustomize-cronjobs", "kustomize-scheduler")
        for name in with_api:
            scenarios.api(name)
        _install_parity(scenarios)
        sleeping = {"env": {"SLEEP_SECONDS": SLEEP_SECONDS}, "schedule": "* * * * *"}
        scenarios.add("overlap", tasks=_OVERLAP_TASKS, taskDefaults=sleeping)
        scenarios.add("hybrid", mode="hybrid", tasks=_HYBRID_TASKS)
        scenarios.add("stuck", **_STUCK)
        for name in with_api:
            scenarios.apis[name].wait_until_ready()
        scenarios.add("shop", tasks=_SHOP_TASKS)
        scenarios.add("modes", tasks=_MODE_TASKS)
        suspended = {"suspend": True, "intervalSeconds": 60}
        scenarios.add("jobs", tasks=_JOB_TASKS, taskDefaults=suspended)
        scenarios.add("shards", tasks=_SHARD_TASKS, taskDefaults=suspended)
        yield scenarios


def rota(*arguments: str | Path, **env: str) -> str:
    """Return what this checkout's rota writes, with the tasks of these tests within its reach."""
    settings = {"PYTHONPATH": str(TASKS_PATH.parent), "PATH": os.environ["PATH"], **env}
    return output(sys.executable, "-m", "rota", *arguments, env=settings)


def parity_settings() -> dict[str, str]:
    """Return the settings for tasks that state their own schedules, to compare fire times."""
    return {
        "ROTA_TASKS": "cluster_tasks:register_parity_tasks",
        "ROTA_RELEASE": PARITY_RELEASE,
        "ROTA_ONLY": "kathmandu,minutely,ninety,sixty,splayed",
        "BUSINESS_API_URL": "http://business-api:8000",
    }


def _install_parity(scenarios: Scenarios) -> None:
    exported = yaml.safe_load(rota("export", "helm-values", **parity_settings()))
    values = {
        "tasks": exported["tasks"],
        "settings": {"ROTA_TASKS": parity_settings()["ROTA_TASKS"]},
        "taskDefaults": {"successfulJobsHistoryLimit": _MOST_JOBS},
    }
    for mode in ("cronjobs", "scheduler"):
        scenarios.add(f"parity-{mode}", release=PARITY_RELEASE, mode=mode, **values)
    scenarios["parity-scheduler"].namespace.wait_for_rollout(f"{PARITY_RELEASE}-rota-scheduler")
    scenarios.parity_from = (math.floor(time.time()) // 60 + 1) * 60


def _delete_all(scenarios: Scenarios) -> None:
    for namespace in scenarios.namespaces:
        with contextlib.suppress(AssertionError):
            namespace.delete()
