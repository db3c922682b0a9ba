"""Points 2 to 4: the package, as `rota.ready.probe` found it in a process of its own."""

import json
import sys
from typing import Any

from rota.ready.commands import Machine
from rota.ready.points import NotReadyError

_SECONDS = 120.0
Facts = dict[str, Any]


async def look_at_package(machine: Machine, package: str) -> Facts:
    """Return what the probe found. NotReadyError where it could not look."""
    ended = await machine.run(
        sys.executable, "-P", "-m", "rota.ready.probe", package, seconds=_SECONDS
    )
    try:
        facts: Facts = json.loads(ended.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise NotReadyError(f"{package} cannot be looked at: {ended.last_words}") from None
    return facts


def judge_client(facts: Facts, package: str) -> str:
    """Return what is good about the client. NotReadyError says what is not."""
    part = found(facts, "client")
    if not part["defined"]:
        raise NotReadyError(
            f"{package}/infrastructure/http/business_api_client.py defines no subclass of "
            "BusinessApiClient"
        )
    client = part["defined"][0]
    if not part["used_is_defined"]:
        raise NotReadyError(
            f"tasks are given {part['used']}, not {client}: set ROTA_API_CLIENT={client}, or name "
            "it in the entry points `rota.api_client` and install the package again"
        )
    if part["refused"]:
        raise NotReadyError(part["refused"])
    return f"{part['used']} is what the tasks are given, and want"


def judge_scheduler(facts: Facts) -> str:
    """Return what is good about the scheduler. NotReadyError says what is not."""
    part = found(facts, "scheduler")
    planned = part["planned"]
    if not planned or part["missing"]:
        missing = ", ".join(part["missing"]) or "every task"
        raise NotReadyError(f"the scheduler does not plan {missing}")
    return ", ".join(
        f"{name} next at {each['next']}" if each["next"] else f"{name} is suspended"
        for name, each in planned.items()
    )


def judge_tasks(facts: Facts) -> str:
    """Return what is good about the tasks. NotReadyError says what is not."""
    part = found(facts, "tasks")
    if not part["written"]:
        raise NotReadyError("there is no tasks/*_task.py that defines a task")
    if part["missing"]:
        raise NotReadyError(
            f"not registered: {', '.join(part['missing'])}; add them to TASKS in tasks/__init__.py"
        )
    return f"{len(part['written'])} of tasks/*_task.py: {', '.join(part['registered'])}"


def found(facts: Facts, name: str) -> Facts:
    """Return what was found of `client`, `scheduler` or `tasks`. NotReadyError where it failed."""
    part: Facts = facts[name]
    if "error" in part:
        raise NotReadyError(str(part["error"]))
    return part
