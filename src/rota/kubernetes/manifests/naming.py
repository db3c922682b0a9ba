"""Names of the objects, equal to those of the Helm chart (its `templates/_names.tpl`)."""

import hashlib

from rota.tasks.naming import kubernetes_name

APPLICATION = "rota"
MAX_NAME_CHARACTERS = 50
"""Below the 52 of a CronJob, so that the index of an Indexed Job's pods fits too."""

_HASH_CHARACTERS = 8
_START_JOB_CHARACTERS = 42


def release_name(release: str) -> str:
    """Return the name of objects that a release has one of: the release, and rota if needed.

    A release whose name begins with the application's is not named twice. Dots, which a release may
    have, do not go into the names of pods.
    """
    return short_name(_identity(release))


def cronjob_name(release: str, task_name: str) -> str:
    """Return the name of a task's CronJob."""
    task = kubernetes_name(task_name)
    return short_name(f"{_identity(release)}-{task}", keep=task)


def start_job_name(release: str, task_name: str, spec_hash: str) -> str:
    """Return the name of a task's start Job; a ten-digit hash of its spec ends it.

    Ten, so that it is never one that the CronJob controller gives: those end with eight digits.
    """
    name = f"{_identity(release)}-{kubernetes_name(task_name)}"
    return f"{short_name(name, max_characters=_START_JOB_CHARACTERS)}-start-{spec_hash}"


def short_name(name: str, *, keep: str = "", max_characters: int = MAX_NAME_CHARACTERS) -> str:
    """Return `name`, cut before its end `keep` if it is longer than `max_characters`.

    A cut name gets a hash of the whole, so that two names which differ stay different.
    """
    if len(name) <= max_characters:
        return name
    end = hashlib.sha256(name.encode()).hexdigest()[:_HASH_CHARACTERS]
    if keep:
        end = f"{end}-{keep}"
    room = max(0, max_characters - len(end) - 1)
    return f"{name[:room].strip('-')}-{end}".removeprefix("-")


def _identity(release: str) -> str:
    name = release.replace(".", "-")
    if name == APPLICATION or name.startswith(f"{APPLICATION}-"):
        return name
    return f"{name}-{APPLICATION}"
