"""The files of a kustomize folder: a base, a component for each mode, and an example for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rota import __version__
from rota.errors import ConfigError
from rota.manifests.config_map import config_map, settings_checksum, settings_of
from rota.manifests.cronjob import cronjob, start_job
from rota.manifests.deployment import scheduler_deployment
from rota.manifests.installation import Installation
from rota.manifests.naming import release_name
from rota.manifests.policy import CONTAINER_NAME
from rota.manifests.yaml_text import yaml_document, yaml_documents
from rota.schedules.mapping import MINUTE_SECONDS
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition
from rota.tasks.registry import Registry

EXAMPLE_API_URL = "http://business-api:8000"

_WRITTEN = "Written by `rota export kustomize`: change the tasks, and export again."
_EXAMPLE = (
    "An example, written by `rota export kustomize`: copy it to begin an overlay of your own."
)
_START_JOBS_COMMENT = (
    "Runs on start. A Job cannot be changed: before applying an overlay that changes these, by the",
    "image for example, `kubectl delete --ignore-not-found -k` this folder. One that the export",
    "changes has a new name.",
)

# Where an overlay's namePrefix or nameSuffix renames a CronJob, its pods are told.
_NAME_REFERENCE = {
    "nameReference": [
        {
            "group": "batch",
            "kind": "CronJob",
            "fieldSpecs": [
                {
                    "kind": "CronJob",
                    "path": "spec/jobTemplate/spec/template/spec/containers/env/value",
                },
                {"kind": "Job", "path": "spec/template/spec/containers/env/value"},
            ],
        }
    ]
}


@dataclass(frozen=True)
class _Modes:
    """The objects beside the base, by the component that holds them."""

    cronjobs: list[dict[str, Any]]
    start_jobs: list[dict[str, Any]]
    fast_tasks: list[dict[str, Any]]
    scheduler: list[dict[str, Any]]


def kustomize_files(registry: Registry, settings: Settings) -> dict[str, str]:
    """Return the files by their path in the folder, with `/`, for the tasks that run.

    Tasks that are due more often than once a minute get a scheduler beside the CronJobs, as in the
    chart's `hybrid` mode. UsageError and ScheduleError for what Kubernetes cannot do.
    """
    tasks = sorted(registry.selected(), key=lambda task: task.name)
    if not tasks:
        raise ConfigError("no task would run: name some in ROTA_TASKS or ROTA_ONLY, or enable one")
    installation = Installation(settings.release, __version__, settings.grace_seconds)
    return {
        **_base(tasks, installation),
        **_components(_modes(tasks, installation)),
        **_overlays(installation),
    }


def _modes(tasks: Sequence[TaskDefinition], installation: Installation) -> _Modes:
    checksum = settings_checksum(settings_of(tasks, installation))
    fast = [task for task in tasks if (task.interval_seconds or MINUTE_SECONDS) < MINUTE_SECONDS]
    minutely = [task for task in tasks if task not in fast]
    only = [task.name for task in fast] if minutely else []
    return _Modes(
        cronjobs=[cronjob(task, installation) for task in minutely],
        start_jobs=[
            start_job(task, installation)
            for task in minutely
            if task.run_on_start and not task.suspend
        ],
        fast_tasks=[scheduler_deployment(installation, checksum, only=only)] if fast else [],
        scheduler=[scheduler_deployment(installation, checksum)],
    )


def _base(tasks: Sequence[TaskDefinition], installation: Installation) -> dict[str, str]:
    service_account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": release_name(installation.release), "labels": installation.labels()},
        "automountServiceAccountToken": False,
    }
    return {
        "base/configmap.yaml": _written(config_map(tasks, installation)),
        "base/serviceaccount.yaml": _written(service_account),
        "base/kustomization.yaml": _kustomization(
            {"resources": ["configmap.yaml", "serviceaccount.yaml"]},
            comment=["What every mode needs. An overlay says where the Business API is.", _WRITTEN],
        ),
    }


def _components(modes: _Modes) -> dict[str, str]:
    return {
        **_component(
            "cronjobs",
            {"cronjobs.yaml": modes.cronjobs, "scheduler.yaml": modes.fast_tasks},
            comment=[
                "A CronJob per task; a scheduler for what is due more often than each minute."
            ],
        ),
        **_component(
            "scheduler",
            {"deployment.yaml": modes.scheduler},
            comment=["All tasks in one scheduler."],
        ),
        **_component("run-on-start", {"jobs.yaml": modes.start_jobs}, comment=_START_JOBS_COMMENT),
    }


def _component(
    name: str, parts: Mapping[str, Sequence[Mapping[str, Any]]], *, comment: Sequence[str]
) -> dict[str, str]:
    """Return the files of a component; one without any object is there, and empty."""
    folder = f"components/{name}"
    kept = {file: objects for file, objects in parts.items() if objects}
    kinds = {each["kind"] for objects in kept.values() for each in objects}
    files = {f"{folder}/{file}": _written(*objects) for file, objects in kept.items()}
    kustomization: dict[str, Any] = {"kind": "Component", "resources": list(kept)}
    if kinds & {"CronJob", "Job"}:
        kustomization["configurations"] = ["name-reference.yaml"]
        files[f"{folder}/name-reference.yaml"] = yaml_document(_NAME_REFERENCE, comment=[_WRITTEN])
    files[f"{folder}/kustomization.yaml"] = _kustomization(
        kustomization, comment=[*comment, _WRITTEN]
    )
    return files


def _overlays(installation: Installation) -> dict[str, str]:
    return {
        **_overlay("example-cronjobs", ["cronjobs", "run-on-start"], installation),
        **_overlay("example-scheduler", ["scheduler"], installation),
    }


def _overlay(name: str, components: Sequence[str], installation: Installation) -> dict[str, str]:
    image, _, tag = installation.image.partition(":")
    targets = {"settings-cronjobs.yaml": "CronJob"} if "cronjobs" in components else {}
    targets["settings-pods.yaml"] = "Deployment|Job"
    kustomization = {
        "resources": ["../../base"],
        "components": [f"../../components/{component}" for component in components],
        "images": [{"name": image, "newName": image, "newTag": tag}],
        "patches": [{"path": path, "target": {"kind": kind}} for path, kind in targets.items()],
    }
    return {
        **{
            f"overlays/{name}/{path}": yaml_document(_settings_patch(kind), comment=[_EXAMPLE])
            for path, kind in targets.items()
        },
        f"overlays/{name}/kustomization.yaml": _kustomization(kustomization, comment=[_EXAMPLE]),
    }


def _settings_patch(kind: str) -> dict[str, Any]:
    """Return a patch that adds settings to every pod of these kinds, which the target selects."""
    env = [{"name": "BUSINESS_API_URL", "value": EXAMPLE_API_URL}]
    template = {"template": {"spec": {"containers": [{"name": CONTAINER_NAME, "env": env}]}}}
    spec = {"jobTemplate": {"spec": template}} if kind == "CronJob" else template
    head = {"apiVersion": "apps/v1", "kind": "Deployment"}
    if kind == "CronJob":
        head = {"apiVersion": "batch/v1", "kind": "CronJob"}
    return {**head, "metadata": {"name": "any"}, "spec": spec}


def _kustomization(fields: Mapping[str, Any], *, comment: Sequence[str]) -> str:
    component = fields.get("kind") == "Component"
    version = "v1alpha1" if component else "v1beta1"
    head = {"apiVersion": f"kustomize.config.k8s.io/{version}", "kind": "Kustomization"}
    return yaml_document({**head, **fields}, comment=comment)


def _written(*objects: Mapping[str, Any]) -> str:
    return yaml_documents(objects, comment=[_WRITTEN])
