"""The files of a project: the template, with its names replaced and its tasks as wanted."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rota.scaffold.formatting import fitting, natural
from rota.scaffold.names import ProjectNames
from rota.scaffold.task_stub import TaskStub
from rota.scaffold.template import part, worker_files

TASKS_FOLDER = "src/example_worker/tasks"
VALUES_PATH = "deploy/tasks.yaml"
_NAMES = re.compile(r"example_worker|example-worker|Example worker|\bExample(?=[A-Z])")
_STUB_NAMES = re.compile(
    rf"example_task_task|example_task|example-task|example_object|ExampleTask|{_NAMES.pattern}"
)
_STUB_SCHEDULE = re.compile(r'schedule( ?= ?)"0 \* \* \* \*"')


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """What is asked for. Without `tasks` the project has the reference tasks."""

    names: ProjectNames
    tasks: Sequence[TaskStub] = ()
    class_tasks: bool = False


def project_files(wanted: ProjectInput) -> Mapping[str, str]:
    """Return the text of every file by its path in the project; equal input gives equal bytes."""
    template = worker_files(class_tasks=wanted.class_tasks)
    if not wanted.tasks:
        return _renamed_files(template, _NAMES, _project_names(wanted.names))

    from rota.kubernetes.manifests.values import values_file  # noqa: PLC0415 (costs time)

    template = {path: text for path, text in template.items() if not _is_of_a_task(path)}
    files = _renamed_files(template, _NAMES, _project_names(wanted.names))
    for stub in wanted.tasks:
        files |= stub_files(stub, wanted.names, class_task=wanted.class_tasks)
    files[task_list_path(wanted.names)] = _task_list(wanted)
    files[VALUES_PATH] = values_file({each.name: stub_values(each) for each in wanted.tasks})
    return files


def task_list_path(names: ProjectNames) -> str:
    """Return the path of the file that has the list of tasks."""
    return f"src/{names.package}/tasks/__init__.py"


def stub_files(stub: TaskStub, names: ProjectNames, *, class_task: bool) -> dict[str, str]:
    """Return the module of a task that is to be written, and its test, by path."""
    module = _with_schedule(part("class_task.py" if class_task else "function_task.py"), stub)
    files = {
        f"{TASKS_FOLDER}/example_task_task.py": module,
        "tests/unit/test_example_task_task.py": part("test_task.py"),
    }
    # All names at once: those of the task may look like those of the template.
    found = _project_names(names) | {
        "example_task_task": stub.module,
        "example_task": stub.identifier,
        "example-task": stub.name,
        "example_object": stub.class_name if class_task else stub.identifier,
        "ExampleTask": stub.class_name,
    }
    return _renamed_files(files, _STUB_NAMES, found)


def _is_of_a_task(path: str) -> bool:
    return path.endswith("_task.py")


def _with_schedule(text: str, stub: TaskStub) -> str:
    text = _STUB_SCHEDULE.sub(lambda match: _schedule(stub, match[1]), text)
    if stub.name != stub.identifier.replace("_", "-"):
        text = text.replace("@task(", '@task(name="example-task", ')
    return text


def _schedule(stub: TaskStub, equals: str) -> str:
    if stub.schedule is None:
        return f"interval_seconds{equals}{stub.interval_seconds}"
    return f"schedule{equals}{json.dumps(stub.schedule)}"


def stub_values(stub: TaskStub) -> dict[str, str | int]:
    """Return the task's values in the chart, as `rota export helm-values` has them."""
    if stub.interval_seconds is None:
        return {"schedule": str(stub.schedule)}
    return {"intervalSeconds": stub.interval_seconds}


def _task_list(wanted: ProjectInput) -> str:
    def name(stub: TaskStub) -> str:
        return stub.class_name if wanted.class_tasks else stub.identifier

    package = f"{wanted.names.package}.tasks"
    imports = [
        fitting(f"from {package}.{stub.module} import {name(stub)}") + "\n"
        for stub in sorted(wanted.tasks, key=lambda stub: natural(stub.module))
    ]
    listed = [f"    {name(stub)},\n" for stub in wanted.tasks]
    return (
        '"""The tasks that run: what is not in this list does not."""\n\n'
        + "".join(imports)
        + "\nTASKS = [\n"
        + "".join(listed)
        + "]\n"
    )


def _project_names(names: ProjectNames) -> dict[str, str]:
    return {
        "example_worker": names.package,
        "example-worker": names.service,
        "Example worker": names.title,
        "Example": names.class_prefix,
    }


def _renamed_files(
    files: Mapping[str, str], pattern: re.Pattern[str], found: Mapping[str, str]
) -> dict[str, str]:
    def renamed(text: str) -> str:
        return pattern.sub(lambda match: found[match[0]], text)

    return {
        renamed(path): "\n".join(map(fitting, renamed(text).split("\n")))
        for path, text in files.items()
    }
