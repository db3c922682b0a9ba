"""Looks at a project's package from inside: run as `python -m rota.ready.probe PACKAGE`.

Writes one line of JSON to stdout. It is a process of its own, since it imports the application.
"""

import importlib
import importlib.util
import inspect
import json
import pkgutil
import sys
from collections.abc import Callable
from typing import Any

from rota.api import BusinessApiClient
from rota.app import STATE_OFF, App
from rota.model.clock import SystemClock, instant, rfc3339
from rota.model.errors import ConfigError, RotaError, TaskDefinitionError
from rota.runtime.streams import stdout_on_stderr
from rota.settings import Settings, load_settings
from rota.settings.importing import describe_error
from rota.tasks.client_check import check_clients
from rota.tasks.definition import TaskDefinition
from rota.tasks.discovery import discover
from rota.tasks.modules import tasks_of_module, unregistered
from rota.tasks.registry import Registry

Facts = dict[str, Any]
CLIENT_MODULE = "infrastructure.http.business_api_client"


def look(package: str) -> Facts:
    """Return what there is: `client`, `scheduler` and `tasks`, or of each the `error`."""
    found = _tried(lambda: _look(package))
    return dict.fromkeys(("client", "scheduler", "tasks"), found) if "error" in found else found


def _look(package: str) -> Facts:
    settings = load_settings().model_copy(update={"state_path": STATE_OFF})
    if importlib.util.find_spec(package) is None:
        # Else the tasks that rota finds are others, and all seems to be well with them.
        raise ConfigError(
            f"the package {package} is not installed beside this rota, in {sys.prefix}: "
            "run `make ready` in the project's folder"
        )
    registry = discover(settings)
    tasks = registry.selected()
    return {
        "client": _tried(lambda: _client(package, settings, tasks)),
        "scheduler": _tried(lambda: _scheduler(settings, tasks)),
        "tasks": _tried(lambda: _tasks(package, registry)),
    }


def _tried(look_at: Callable[[], Facts]) -> Facts:
    try:
        return look_at()
    except RotaError as error:
        return {"error": str(error)}
    except (Exception, SystemExit) as error:  # noqa: BLE001 (it is the application's code)
        return {"error": describe_error(error)}


def _client(package: str, settings: Settings, tasks: list[TaskDefinition]) -> Facts:
    module = importlib.import_module(f"{package}.{CLIENT_MODULE}")
    defined = [each for each in vars(module).values() if _is_client(each, module.__name__)]
    client = App(settings).client
    return {
        "defined": [_name(each) for each in defined],
        "used": _name(type(client)),
        "used_is_defined": type(client) in defined,
        "refused": _refusal(tasks, client),
    }


def _refusal(tasks: list[TaskDefinition], client: BusinessApiClient) -> str | None:
    """Return why a task's annotation wants another client."""
    try:
        check_clients(tasks, client)
    except TaskDefinitionError as error:
        return str(error)
    return None


def _is_client(found: Any, module: str) -> bool:
    return (
        inspect.isclass(found)
        and issubclass(found, BusinessApiClient)
        and found.__module__ == module
    )


def _scheduler(settings: Settings, tasks: list[TaskDefinition]) -> Facts:
    scheduler = App(settings).scheduler(tasks)
    now = SystemClock().timestamp()
    planned = {}
    for task in tasks:
        slot = None if task.suspend else task.schedule.next_epoch(int(now))
        planned[task.name] = {
            "schedule": task.schedule.text,
            "next": None if slot is None else rfc3339(instant(slot)),
            "splay": bool(task.splay_minutes),
        }
    return {"planned": planned, "missing": sorted(set(planned) - set(scheduler.tasks))}


def _tasks(package: str, registry: Registry) -> Facts:
    """Compare what the modules `tasks/*_task.py` define with what is registered."""
    folder = importlib.import_module(f"{package}.tasks")
    registered = [task.handler for task in registry.found.values()]
    written: list[str] = []
    missing = set(unregistered(registry))
    for each in pkgutil.iter_modules(folder.__path__):
        if not each.name.endswith("_task"):
            continue
        for source, found in tasks_of_module(
            importlib.import_module(f"{package}.tasks.{each.name}")
        ):
            written.append(source)
            if not any(task is found or type(task) is found for task in registered):
                missing.add(source)
    return {
        "registered": list(registry.found),
        "selected": [task.name for task in registry.selected()],
        "written": written,
        "missing": sorted(missing),
    }


def _name(found: type) -> str:
    return f"{found.__module__}:{found.__qualname__}"


if __name__ == "__main__":
    with stdout_on_stderr():
        facts = look(sys.argv[1])
    print(json.dumps(facts))  # noqa: T201 (its result)
