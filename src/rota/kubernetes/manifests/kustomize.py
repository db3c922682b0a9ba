"""The files of a kustomize folder: a base, a component for each mode, and an example for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rota import __version__
from rota.kubernetes.manifests.component import Component
from rota.kubernetes.manifests.components import optional_components
from rota.kubernetes.manifests.config_map import SETTINGS_KEY, settings_of
from rota.kubernetes.manifests.console import console_components
from rota.kubernetes.manifests.cronjob import cronjob, start_job
from rota.kubernetes.manifests.deployment import scheduler_deployment
from rota.kubernetes.manifests.installation import Installation
from rota.kubernetes.manifests.name_references import name_references
from rota.kubernetes.manifests.naming import release_name
from rota.kubernetes.manifests.pod import environment_name
from rota.kubernetes.manifests.yaml_text import yaml_document, yaml_documents
from rota.schedules.mapping import MINUTE_SECONDS
from rota.settings import Settings
from rota.tasks.definition import TaskDefinition
from rota.tasks.registry import Registry, check_not_empty

EXAMPLE_API_URL = "http://business-api:8000"

_WRITTEN = "Written by `rota export kustomize`: change the tasks, and export again."
_EXAMPLE = "An example, written by `rota export kustomize`: copy it to make an overlay."
_BASE_COMMENT = (
    "What every mode needs. The names of the ConfigMaps end with a hash of their content, so that",
    "a change restarts the scheduler. An overlay sets the URL of the Business API.",
)
_START_JOBS_COMMENT = (
    "Runs on start. A Job is immutable: before an overlay changes these, by the image or a",
    "setting, delete them: `kubectl delete --kustomize OVERLAY --ignore-not-found`",
    "`--selector rota/run-on-start=true`. One that the export changes gets a new name.",
)


@dataclass(frozen=True)
class _Modes:
    """The objects that are not in the base, by their component."""

    cronjobs: list[dict[str, Any]]
    start_jobs: list[dict[str, Any]]
    fast_tasks: list[dict[str, Any]]
    scheduler: list[dict[str, Any]]


def kustomize_files(registry: Registry, settings: Settings) -> dict[str, str]:
    """Return the files by their path in the folder, with `/`, for the tasks that run.

    Tasks that are due more often than once a minute get a scheduler in addition to the CronJobs, as
    in the chart's `hybrid` mode. Raises UsageError or ScheduleError for what Kubernetes cannot do.
    """
    tasks = sorted(registry.selected(), key=lambda task: task.name)
    check_not_empty(tasks)
    installation = Installation(settings.release, __version__, settings.grace_seconds)
    optional = [
        *optional_components(installation),
        *console_components(_minutely(tasks), installation),
    ]
    return {
        **_base(tasks, installation),
        **_components(_modes(tasks, installation)),
        **{path: text for component in optional for path, text in _optional(component).items()},
        **_overlays(installation),
    }


def _modes(tasks: Sequence[TaskDefinition], installation: Installation) -> _Modes:
    minutely = _minutely(tasks)
    fast = [task for task in tasks if task not in minutely]
    only = [task.name for task in fast] if minutely else []
    return _Modes(
        cronjobs=[cronjob(task, installation) for task in minutely],
        start_jobs=[
            start_job(task, installation)
            for task in minutely
            if task.run_on_start and not task.suspend
        ],
        fast_tasks=[scheduler_deployment(installation, only=only)] if fast else [],
        scheduler=[scheduler_deployment(installation)],
    )


def _minutely(tasks: Sequence[TaskDefinition]) -> list[TaskDefinition]:
    """Return those that a CronJob can run."""
    return [task for task in tasks if (task.interval_seconds or MINUTE_SECONDS) >= MINUTE_SECONDS]


def _base(tasks: Sequence[TaskDefinition], installation: Installation) -> dict[str, str]:
    service_account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": release_name(installation.release), "labels": installation.labels()},
        "automountServiceAccountToken": False,
    }
    name = release_name(installation.release)
    options = {"labels": installation.labels()}
    kustomization = {
        "resources": ["serviceaccount.yaml"],
        "configMapGenerator": [
            {"name": name, "files": [SETTINGS_KEY], "options": options},
            {"name": environment_name(installation), "options": options},
        ],
        "configurations": ["name-reference.yaml"],
    }
    return {
        f"base/{SETTINGS_KEY}": settings_of(tasks, installation),
        "base/serviceaccount.yaml": _written(service_account),
        "base/name-reference.yaml": yaml_document(name_references(), comment=[_WRITTEN]),
        "base/kustomization.yaml": _kustomization(
            kustomization, comment=[*_BASE_COMMENT, _WRITTEN]
        ),
    }


def _components(modes: _Modes) -> dict[str, str]:
    return {
        **_component(
            "cronjobs",
            {"cronjobs.yaml": modes.cronjobs, "scheduler.yaml": modes.fast_tasks},
            comment=[
                "A CronJob per task, and a scheduler for tasks that run more than once a minute."
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
    """Return the files of a component, which may have no objects."""
    folder = f"components/{name}"
    kept = {file: objects for file, objects in parts.items() if objects}
    files = {f"{folder}/{file}": _written(*objects) for file, objects in kept.items()}
    files[f"{folder}/kustomization.yaml"] = _kustomization(
        {"kind": "Component", "resources": list(kept)}, comment=[*comment, _WRITTEN]
    )
    return files


def _optional(component: Component) -> dict[str, str]:
    folder = f"components/{component.name}"
    kustomization: dict[str, Any] = {"kind": "Component"}
    if component.objects:
        kustomization["resources"] = list(component.objects)
    if component.patches:
        kustomization["patches"] = [
            {"path": patch.path, "target": patch.target} for patch in component.patches
        ]
    return {
        **{f"{folder}/{path}": _written(each) for path, each in component.objects.items()},
        **{f"{folder}/{patch.path}": _written(patch.body) for patch in component.patches},
        f"{folder}/kustomization.yaml": _kustomization(
            kustomization, comment=[*component.comment, _WRITTEN]
        ),
    }


def _overlays(installation: Installation) -> dict[str, str]:
    return {
        **_overlay("example-cronjobs", ["cronjobs", "run-on-start"], installation),
        **_overlay("example-scheduler", ["scheduler"], installation),
    }


def _overlay(name: str, components: Sequence[str], installation: Installation) -> dict[str, str]:
    image, _, tag = installation.image.partition(":")
    environment = {
        "name": environment_name(installation),
        "behavior": "merge",
        "literals": [f"BUSINESS_API_URL={EXAMPLE_API_URL}"],
    }
    kustomization = {
        "resources": ["../../base"],
        "components": [f"../../components/{component}" for component in components],
        "configMapGenerator": [environment],
        "images": [{"name": image, "newName": image, "newTag": tag}],
    }
    path = f"overlays/{name}/kustomization.yaml"
    return {path: _kustomization(kustomization, comment=[_EXAMPLE])}


def _kustomization(fields: Mapping[str, Any], *, comment: Sequence[str]) -> str:
    component = fields.get("kind") == "Component"
    version = "v1alpha1" if component else "v1beta1"
    head = {"apiVersion": f"kustomize.config.k8s.io/{version}", "kind": "Kustomization"}
    return yaml_document({**head, **fields}, comment=comment)


def _written(*objects: Mapping[str, Any]) -> str:
    return yaml_documents(objects, comment=[_WRITTEN])
