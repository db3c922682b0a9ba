"""Names of the objects, equal to those of the Helm chart (its `templates/_names.tpl`)."""

import hashlib

from rota.tasks.naming import kubernetes_name

APPLICATION = "rota"
MAX_NAME_CHARACTERS = 50
"""Below the 52 of a CronJob, so that the index of an Indexed Job's pods fits too."""

_HASH_CHARACTERS = 8


def release_name(release: str) -> str:
    """Return the name of what a release has one of: its own, with the application's where needed.

    A release whose name begins with the application's is not named twice. Dots, which a release may
    have, do not go into the names of pods.
    """
    return short_name(_identity(release))


def cronjob_name(release: str, task_name: str) -> str:
    """Return the name of a task's CronJob."""
    task = kubernetes_name(task_name)
    return short_name(f"{_identity(release)}-{task}", keep=task)


def short_name(name: str, *, keep: str = "") -> str:
    """Return `name`, cut before its end `keep` where it is longer than MAX_NAME_CHARACTERS.

    A cut name gets a hash of the whole, so that two names which differ stay different.
    """
    if len(name) <= MAX_NAME_CHARACTERS:
        return name
    end = hashlib.sha256(name.encode()).hexdigest()[:_HASH_CHARACTERS]
    if keep:
        end = f"{end}-{keep}"
    room = max(0, MAX_NAME_CHARACTERS - len(end) - 1)
    return f"{name[:room].strip('-')}-{end}".removeprefix("-")


def _identity(release: str) -> str:
    name = release.replace(".", "-")
    if name == APPLICATION or name.startswith(f"{APPLICATION}-"):
        return name
    return f"{name}-{APPLICATION}"
