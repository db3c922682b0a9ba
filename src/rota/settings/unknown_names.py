"""Finds `ROTA_` variables that no setting reads: a typo there would otherwise go unseen."""

import difflib
import re
from collections.abc import Iterable, Sequence

from rota.settings.model import Settings, variable_name
from rota.settings.task_overrides import TaskOverrides

# Kubernetes adds these to every pod for a Service called rota or rota-…
# (https://kubernetes.io/docs/concepts/containers/container-environment/).
_SERVICE_LINK = re.compile(r"^ROTA_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\w+)?)$")
_TASK_PREFIX = "ROTA_TASK__"


def known_names() -> list[str]:
    """Return every variable that is read, but for those of single tasks."""
    return [variable_name(field) for field in Settings.model_fields if field != "task"]


def unknown_name_problems(names: Iterable[str]) -> list[str]:
    """Return a sentence for each `ROTA_` name that nothing reads, with the nearest known one."""
    known = known_names()
    problems = []
    for name in sorted({name.upper() for name in names if name.upper().startswith("ROTA_")}):
        if name in known or (not name.startswith(_TASK_PREFIX) and _SERVICE_LINK.match(name)):
            continue
        if name.startswith(_TASK_PREFIX):
            problem = _task_problem(name)
        else:
            problem = f"{name}: no such setting{_nearest(name, known)}"
        if problem:
            problems.append(problem)
    return problems


def _task_problem(name: str) -> str | None:
    parts = name.removeprefix(_TASK_PREFIX).split("__")
    fields = [field.upper() for field in TaskOverrides.model_fields]
    form = "ROTA_TASK__<NAME>__<FIELD>"
    if len(parts) != 2 or not all(parts):  # noqa: PLR2004 (a task and a field)
        return f"{name}: not of the form {form}; fields are {', '.join(fields)}"
    field = parts[1]
    if field not in fields:
        near = _nearest(field, fields) or f"; fields are {', '.join(fields)}"
        return f"{name}: no such field{near}"
    return None


def _nearest(name: str, choices: Sequence[str]) -> str:
    longer = [choice for choice in choices if choice.startswith(f"{name}_")]
    near = longer or difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    return f", did you mean {near[0]}?" if near else ""
