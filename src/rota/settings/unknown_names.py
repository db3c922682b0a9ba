"""Finds `ROTA_` variables that no setting reads, which are probably typos."""

import difflib
import re
from collections.abc import Iterable, Sequence

from rota.model.task_fields import TASK_FIELDS
from rota.settings.model import Settings, variable_name
from rota.settings.task_variables import (
    PREFIX,
    override_key,
    parse_task_variable,
    task_variable,
)

# Kubernetes adds these to every pod for a Service called rota or rota-…
# (https://kubernetes.io/docs/concepts/containers/container-environment/).
_SERVICE_LINK = re.compile(r"^ROTA_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\w+)?)$")
_TASK_NAME = re.compile(r"[\w-]+")
# What a Deployment can have in the name of a variable, unlike a shell.
_SEPARATORS = re.compile(r"[-._]")


def known_names() -> list[str]:
    """Return every variable that is read, except those of single tasks."""
    return [variable_name(field) for field in Settings.model_fields if field != "task"]


def unknown_name_problems(names: Iterable[str]) -> list[str]:
    """Return a sentence for each unknown `ROTA_` name, with the nearest known one."""
    problems = []
    read_as: dict[str, str] = {}
    for name in sorted({name.upper() for name in names}):
        problem = _problem(name)
        if problem is None and name.startswith(PREFIX):
            other = read_as.setdefault(override_key(name), name)
            if other != name:
                problem = f"the same setting as {other}; keep one of them"
        if problem:
            problems.append(f"{name}: {problem}")
    return problems


def _problem(name: str) -> str | None:
    known = known_names()
    if not name.startswith("ROTA_"):
        # Only if it is unambiguous: other programs may have similar names.
        meant = _SEPARATORS.sub("_", name)
        is_ours = name.startswith("ROTA") and (meant in known or _as_task_variable(meant))
        return f"no such setting{_hint(meant, known)}" if is_ours else None
    if name.startswith(PREFIX):
        return _task_problem(name)
    if name in known or _SERVICE_LINK.match(name):
        return None
    return f"no such setting{_hint(name, known)}"


def _task_problem(name: str) -> str | None:
    found = parse_task_variable(name)
    fields = [field.name.upper() for field in TASK_FIELDS]
    if found is None or not _TASK_NAME.fullmatch(found[0]):
        meant = _as_task_variable(name)
        near = f", did you mean {meant}?" if meant else f"; fields are {', '.join(fields)}"
        return f"not of the form {PREFIX}<NAME>__<FIELD>{near}"
    if found[1] not in fields:
        near = _nearest(found[1], fields) or f"; fields are {', '.join(fields)}"
        return f"no such field{near}"
    return None


def _as_task_variable(name: str) -> str | None:
    """Return the variable of a task that a name with other separators means, if any."""
    words = re.sub("_+", "_", _SEPARATORS.sub("_", name))
    for field in (field.name.upper() for field in TASK_FIELDS):
        task = words.removeprefix("ROTA_TASK_").removesuffix(f"_{field}")
        if words == f"ROTA_TASK_{task}_{field}":
            return task_variable(task, field)
    return None


def _hint(name: str, known: Sequence[str]) -> str:
    meant = None if name in known else _as_task_variable(name)
    return f", did you mean {meant}?" if meant else _nearest(name, known)


def _nearest(name: str, choices: Sequence[str]) -> str:
    longer = [choice for choice in choices if choice.startswith(f"{name}_")]
    near = longer or difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    return f", did you mean {near[0]}?" if near else ""
