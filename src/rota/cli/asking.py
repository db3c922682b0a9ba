"""Asks a scheduler to do something about a task, over the JSON API of its pages."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from rota.model.errors import ForbiddenError, UsageError
from rota.settings import load_settings


def ask_scheduler(
    url: str, task: str, path: str, order: Mapping[str, Any], *, instead: str
) -> Mapping[str, Any]:
    """Return the answer to `order`, posted to `path` below the task's. Raises RotaError.

    `instead` is what the command does without --url, for a page that refuses all actions.
    """
    from rota.net.page import ask_page  # noqa: PLC0415 (HTTP: only where asked for)

    below = f"api/v1/tasks/{quote(task, safe='')}/{path}"
    try:
        return ask_page(url, below, secret_file=load_settings().web_secret_file, order=order)
    except ForbiddenError as error:
        # A console's, perhaps, which changes nothing.
        raise UsageError(
            f"{error}; if {task} is a CronJob, leave --url out: then {instead}"
        ) from None
