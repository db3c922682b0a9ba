"""Reads from Kubernetes objects which tasks are deployed, where, and on which schedule.

The objects are rota's own: CronJobs with the arguments `run TASK`, Deployments with `scheduler`.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rota.model.errors import UsageError
from rota.settings import parse_settings_text, texts_of_task, value_of

_DEFAULT_RELEASE = "rota"
_RUN = 2  # arguments: run TASK
_KUBERNETES_TRIES = 6  # the default of backoffLimit

Variables = Mapping[str, str]
ConfigMaps = Mapping[tuple[str, str], Variables]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedTask:
    """One task in one deployed object.

    For a CronJob `schedule` and `timezone` are those of its spec, and a `timezone` of None is the
    controller's own. For a scheduler all four are what its settings override, None where they
    leave it to the image; so is `suspended`. `release` is its ROTA_RELEASE, which decides splay.

    `settings` are the task's fields as its pods' settings have them, as texts; `spec` those that
    Kubernetes itself acts on. `name_in_pods` is the CronJob's name as it stands in its pods.
    """

    name: str
    where: str
    in_cronjob: bool
    release: str
    suspended: bool | None
    schedule: str | None
    timezone: str | None
    interval_seconds: int | None = None
    splay_minutes: int | None = None
    settings: Mapping[str, str]
    spec: Mapping[str, Any]
    cronjob_name: str | None = None
    name_in_pods: str | None = None


def deployed_tasks(
    objects: Iterable[Mapping[str, Any]], *, image_tasks: Sequence[str]
) -> list[DeployedTask]:
    """Return the tasks in rota's CronJobs and schedulers among `objects`, ordered by name.

    ConfigMaps among them supply what a volume or an `envFrom` names; other objects are passed over.
    `image_tasks` are those of a scheduler whose settings name none. UsageError for an object of
    these kinds that lacks what Kubernetes asks of it.
    """
    by_kind: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in objects:
        by_kind[str(each.get("kind"))].append(each)
    config_maps: dict[tuple[str, str], Variables] = {}
    for each in by_kind["ConfigMap"]:
        with _complete(each):
            config_maps[_namespace(each), each["metadata"]["name"]] = each.get("data") or {}
    tasks: list[DeployedTask] = []
    for each in by_kind["CronJob"]:
        with _complete(each):
            tasks += _in_cronjob(each, config_maps)
    for each in by_kind["Deployment"]:
        with _complete(each):
            tasks += _in_scheduler(each, config_maps, image_tasks)
    return sorted(tasks, key=lambda task: (task.name, task.where))


@contextlib.contextmanager
def _complete(found: Mapping[str, Any]) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        metadata = found.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        problem = f"it has no {error}" if isinstance(error, KeyError) else error
        raise UsageError(
            f"{found['kind']} {name or 'without a name'} is not a complete manifest: {problem}"
        ) from error


def _in_cronjob(cronjob: Mapping[str, Any], config_maps: ConfigMaps) -> list[DeployedTask]:
    spec = cronjob["spec"]
    template = spec["jobTemplate"]["spec"]["template"]
    container = _container(template, "run")
    if container is None or len(container["args"]) != _RUN:
        return []
    variables = _variables(template, container, _namespace(cronjob), config_maps)
    return [
        DeployedTask(
            name=str(container["args"][1]),
            where=f"CronJob {cronjob['metadata']['name']}",
            in_cronjob=True,
            release=variables.get("ROTA_RELEASE", _DEFAULT_RELEASE),
            suspended=bool(spec.get("suspend")),
            schedule=spec.get("schedule"),
            timezone=spec.get("timeZone"),
            settings=texts_of_task(str(container["args"][1]), variables),
            spec=_cronjob_fields(spec),
            cronjob_name=cronjob["metadata"]["name"],
            name_in_pods=variables.get("ROTA_CRONJOB_NAME"),
        )
    ]


def _cronjob_fields(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a task in a CronJob's spec, with the defaults of Kubernetes."""
    job = spec["jobTemplate"]["spec"]
    sharded = job.get("completionMode") == "Indexed"
    tries = job.get("backoffLimitPerIndex" if sharded else "backoffLimit", _KUBERNETES_TRIES)
    return {
        "overlap": str(spec.get("concurrencyPolicy", "Allow")).lower(),
        "catch_up_seconds": spec.get("startingDeadlineSeconds"),
        "backoff_limit": tries,
        "shards": job.get("completions", 1) if sharded else 1,
    }


def _in_scheduler(
    deployment: Mapping[str, Any], config_maps: ConfigMaps, image_tasks: Sequence[str]
) -> list[DeployedTask]:
    template = deployment["spec"]["template"]
    container = _container(template, "scheduler")
    if container is None:
        return []
    variables = _variables(template, container, _namespace(deployment), config_maps)
    only = [name.strip() for name in variables.get("ROTA_ONLY", "").split(",") if name.strip()]
    where = f"Deployment {deployment['metadata']['name']}"
    stopped = deployment["spec"].get("replicas") == 0
    return [
        _scheduled(name, where, variables, stopped=stopped) for name in only or list(image_tasks)
    ]


def _scheduled(name: str, where: str, variables: Variables, *, stopped: bool) -> DeployedTask:
    settings = texts_of_task(name, variables)
    suspend = settings.get("suspend")
    said_suspended = None if suspend is None else value_of("suspend", suspend) is True
    return DeployedTask(
        name=name,
        where=where,
        in_cronjob=False,
        release=variables.get("ROTA_RELEASE", _DEFAULT_RELEASE),
        suspended=True if stopped else said_suspended,
        schedule=settings.get("schedule"),
        timezone=settings.get("timezone"),
        interval_seconds=_number(settings, "interval_seconds"),
        splay_minutes=_number(settings, "splay_minutes"),
        settings=settings,
        spec={},
    )


def _container(template: Mapping[str, Any], command: str) -> dict[str, Any] | None:
    for container in template["spec"]["containers"]:
        if (container.get("args") or [None])[0] == command:
            return dict(container)
    return None


def _variables(
    template: Mapping[str, Any],
    container: Mapping[str, Any],
    namespace: str,
    config_maps: ConfigMaps,
) -> dict[str, str]:
    """Return a container's settings: its environment, then ROTA_SETTINGS, then the file."""
    environment: dict[str, str] = {}
    for source in container.get("envFrom") or []:
        name = (source.get("configMapRef") or {}).get("name", "")
        environment.update(config_maps.get((namespace, name), {}))
    environment.update(
        {each["name"]: each["value"] for each in container.get("env") or [] if "value" in each}
    )
    variables: dict[str, str] = {}
    key = environment.get("ROTA_SETTINGS_FILE", "").rpartition("/")[2]
    for name in _projected_config_maps(template):
        variables.update(_settings(config_maps.get((namespace, name), {}).get(key, "")))
    variables.update(_settings(environment.get("ROTA_SETTINGS", "")))
    return variables | environment


def _projected_config_maps(template: Mapping[str, Any]) -> Iterator[str]:
    for volume in template["spec"].get("volumes") or []:
        for source in (volume.get("projected") or {}).get("sources") or []:
            yield (source.get("configMap") or {}).get("name", "")


def _settings(text: str) -> Mapping[str, str]:
    return parse_settings_text(text, "ROTA_SETTINGS").values


def _namespace(found: Mapping[str, Any]) -> str:
    return str(found["metadata"].get("namespace", ""))


def _number(settings: Mapping[str, str], field: str) -> int | None:
    value = value_of(field, settings[field]) if field in settings else None
    return value if isinstance(value, int) else None
