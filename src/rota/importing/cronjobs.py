"""Plain CronJobs as tasks: dicts as the API server has them in."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from rota.importing.job import ImportedJob, Instants, State
from rota.importing.names import TaskNames
from rota.importing.old_text import old_text
from rota.model.errors import ScheduleError
from rota.schedules import Every, Schedule, fire_times, parse_schedule

# What Kubernetes assumes where a CronJob does not say it.
_DEFAULT_BACKOFF_LIMIT = 6
_DEFAULT_POLICY = "Allow"

# The bounds of a task's fields.
_CATCH_UP_SECONDS = range(10, 316_224_001)
_TIMEOUT_SECONDS = range(1, 604_801)
_BACKOFFS = range(101)
_SHARDS = range(2, 1001)


def import_cronjobs(
    objects: Sequence[Mapping[str, Any]], *, timezone: str
) -> Iterator[ImportedJob]:
    """Yield what becomes of each CronJob among `objects`; others are passed over.

    `timezone` is that of the controller, which holds for CronJobs without `timeZone`.
    """
    names = TaskNames()
    for each in map(_mapping, objects):  # a list may have anything in it
        if each.get("kind") != "CronJob":
            continue
        metadata = _mapping(each.get("metadata"))
        name = names.give(str(metadata.get("name", "")))
        yield _job(metadata, _mapping(each.get("spec")), name, timezone)


def _job(
    metadata: Mapping[str, Any], spec: Mapping[str, Any], name: str, timezone: str
) -> ImportedJob:
    names = [metadata.get("namespace"), metadata.get("name")]
    zone = str(spec.get("timeZone") or timezone)
    container = _container(spec)
    words = [*_list(container.get("command")), *_list(container.get("args"))]
    command = f"{spec.get('schedule')}  {container.get('image', '')} {shlex.join(map(str, words))}"
    found = ImportedJob(
        where="CronJob " + old_text("/".join(str(each) for each in names if each)),
        old=old_text(command),
        name=name,
        state=State.CONVERTED,
        timezone=zone,
    )
    if _is_rotas_own(words, container):
        reason = "it runs `rota run`, so it has a task already: compare with `rota diff`"
        return replace(found, state=State.LEFT_OUT, reason=reason)
    try:
        schedule = parse_schedule(spec.get("schedule"), zone)  # type: ignore[arg-type]  # what is no text is refused
    except ScheduleError as error:
        return replace(found, state=State.BY_HAND, reason=old_text(str(error)))
    notes = [*_notes(spec, container, schedule, timezone)]
    every = isinstance(schedule, Every)
    return replace(
        found,
        schedule=schedule.text,
        fields=tuple(_fields(spec)),
        notes=tuple(notes),
        instants=None if every else _source(schedule),
    )


def _source(schedule: Schedule) -> Instants:
    return partial(_instants, schedule)


def _instants(schedule: Schedule, after: int, until: int, count: int) -> list[int]:
    return list(islice(fire_times(schedule, after, until), count))


def _fields(spec: Mapping[str, Any]) -> Iterator[tuple[str, str | int | bool]]:
    job = _job_spec(spec)
    policy = str(spec.get("concurrencyPolicy") or _DEFAULT_POLICY).lower()
    if policy in ("allow", "replace"):
        yield "overlap", policy
    numbers = (
        ("catch_up_seconds", spec.get("startingDeadlineSeconds"), _CATCH_UP_SECONDS),
        ("timeout_seconds", job.get("activeDeadlineSeconds"), _TIMEOUT_SECONDS),
        ("backoff_limit", job.get("backoffLimit", _DEFAULT_BACKOFF_LIMIT), _BACKOFFS),
    )
    for name, value, bounds in numbers:
        if isinstance(value, int) and value in bounds:
            yield name, value
    shards = job.get("completions")
    if job.get("completionMode") == "Indexed" and isinstance(shards, int) and shards in _SHARDS:
        yield "shards", shards
    if spec.get("suspend") is True:
        yield "suspend", True


def _notes(
    spec: Mapping[str, Any], container: Mapping[str, Any], schedule: Schedule, timezone: str
) -> Iterator[str]:
    if not spec.get("timeZone"):
        yield f"no timeZone: taken for {timezone}, if that is the controller's"
    if isinstance(schedule, Every):
        yield "@every counts from the CronJob's creation: rota keeps the gap, not the phase"
    deadline = spec.get("startingDeadlineSeconds")
    if deadline is None:
        yield "no startingDeadlineSeconds: rota makes up for slots of the last hour"
    elif not isinstance(deadline, int) or deadline not in _CATCH_UP_SECONDS:
        yield f"startingDeadlineSeconds is not carried over: {_CATCH_UP_SECONDS[0]} at least"
    if "activeDeadlineSeconds" in _job_spec(spec):
        yield "activeDeadlineSeconds was for all attempts, timeout_seconds is for each"
    pod = _pod_spec(spec)
    if len(_list(pod.get("containers"))) > 1 or pod.get("initContainers"):
        yield "it has several containers, of which one is shown"
    names = [str(_mapping(each).get("name")) for each in _list(container.get("env"))]
    if names:
        yield f"variables: {old_text(', '.join(names))}"
    if container.get("envFrom"):
        yield "it takes variables from ConfigMaps or Secrets (envFrom)"


def _is_rotas_own(words: Sequence[Any], container: Mapping[str, Any]) -> bool:
    programs = [str(word).rpartition("/")[2] for word in words]
    if programs[:2] == ["rota", "run"]:
        return True
    # The chart leaves the command to the image.
    names = [str(_mapping(each).get("name")) for each in _list(container.get("env"))]
    return programs[:1] == ["run"] and any(name.startswith("ROTA_") for name in names)


def _job_spec(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(spec.get("jobTemplate")).get("spec"))


def _pod_spec(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(_job_spec(spec).get("template")).get("spec"))


def _container(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    containers = _list(_pod_spec(spec).get("containers"))
    return _mapping(containers[0]) if containers else {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
