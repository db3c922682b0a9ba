"""Finds the CronJob of a task in a namespace."""

from collections.abc import Sequence
from typing import Any

from rota.kubernetes.listing import Gets, each_page
from rota.kubernetes.manifests.installation import INSTANCE_LABEL, TASK_LABEL
from rota.kubernetes.resources import CRON_JOBS
from rota.kubernetes.watching.fields import Fields, metadata, name_of, part
from rota.model.errors import UsageError
from rota.tasks.naming import suggestion


async def find_cronjob(
    connection: Gets, task: str, *, namespace: str, instance: str | None = None
) -> dict[str, Any]:
    """Return the CronJob of `task` in a namespace, of one `instance` where several have it.

    Raises UsageError where there is none, or more than one, and ApiServerError.
    """
    found = [
        each
        async for page in each_page(connection, CRON_JOBS, namespace)
        for each in page.items
        if _task(each)
    ]
    mine = [each for each in found if _task(each) == task]
    chosen = [each for each in mine if instance is None or _instance(each) == instance]
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        raise UsageError(
            f"task {task!r} has several CronJobs in namespace {namespace!r}: "
            f"{', '.join(sorted(map(name_of, chosen)))}; choose one with --instance "
            f"({_listed([_instance(each) for each in chosen])})"
        )
    if mine:
        raise UsageError(
            f"instance {instance!r} has no CronJob of task {task!r} in namespace {namespace!r}; "
            f"these have: {_listed([_instance(each) for each in mine])}"
        )
    raise UsageError(_none(task, namespace, sorted({_task(each) for each in found})))


def _none(task: str, namespace: str, known: Sequence[str]) -> str:
    has = f"those that have one: {', '.join(known)}" if known else "there is none of any task"
    hint = suggestion(task, known)
    return (
        f"namespace {namespace!r} has no CronJob of task {task!r}{hint} ({has}). A task "
        "that a scheduler runs has none: name the --url of the scheduler's pages"
    )


def _task(cronjob: Fields) -> str:
    """Return the task that a CronJob's Jobs are labelled with; empty where it is not rota's."""
    labels = part(cronjob, "spec", "jobTemplate", "metadata", "labels")
    return str(labels.get(TASK_LABEL) or "")


def _instance(cronjob: Fields) -> str:
    return str(part(metadata(cronjob), "labels").get(INSTANCE_LABEL) or "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(set(names)))
