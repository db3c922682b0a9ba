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
_NAMES = re.compile(r"example_worker|example-worker|Example worker|\bExample(?=[A-Z])")
_STUB_NAMES = re.compile(r"example_task_task|example_task|example-task|example_object|ExampleTask")
_STUB_SCHEDULE = re.compile(r'schedule( ?= ?)"0 \* \* \* \*"')


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """What is asked for. Without `tasks` the project has the reference tasks."""

    names: ProjectNames
    tasks: Sequence[TaskStub] = ()
    class_tasks: bool = False


def project_files(wanted: ProjectInput) -> Mapping[str, str]:
    """Return the text of every file by its path in the project; equal input gives equal bytes."""
    files = dict(worker_files(class_tasks=wanted.class_tasks))
    if wanted.tasks:
        from rota.kubernetes.manifests.values import values_file  # noqa: PLC0415 (costs time)

        files = {path: text for path, text in files.items() if not _is_of_a_task(path)}
        for stub in wanted.tasks:
            files |= stub_files(stub, class_task=wanted.class_tasks)
        files[f"{TASKS_FOLDER}/__init__.py"] = _task_list(wanted.tasks, wanted.class_tasks)
        files["deploy/tasks.yaml"] = values_file(
            {each.name: stub_values(each) for each in wanted.tasks}
        )
    return renamed_files(files, wanted.names)


def stub_files(stub: TaskStub, *, class_task: bool) -> dict[str, str]:
    """Return the module of a task that is to be written, and its test, by path.

    Names of the template's project are still in them.
    """
    kind = "class_task.py" if class_task else "function_task.py"
    return {
        f"{TASKS_FOLDER}/{stub.module}.py": _of_stub(part(kind), stub, class_task=class_task),
        f"tests/unit/test_{stub.module}.py": _of_stub(
            part("test_task.py"), stub, class_task=class_task
        ),
    }


def renamed_files(files: Mapping[str, str], names: ProjectNames) -> dict[str, str]:
    """Return files with the template's names replaced, in paths and in texts."""
    return {_renamed(path, names): _renamed(text, names) for path, text in files.items()}


def _is_of_a_task(path: str) -> bool:
    return path.endswith("_task.py")


def _of_stub(text: str, stub: TaskStub, *, class_task: bool) -> str:
    found = {
        "example_task_task": stub.module,
        "example_task": stub.identifier,
        "example-task": stub.name,
        "example_object": stub.class_name if class_task else stub.identifier,
        "ExampleTask": stub.class_name,
    }
    text = _STUB_SCHEDULE.sub(lambda match: _schedule(stub, match[1]), text)
    if stub.name != stub.identifier.replace("_", "-"):
        text = text.replace("@task(", f'@task(name="{stub.name}", ')
    return _STUB_NAMES.sub(lambda match: found[match[0]], text)


def _schedule(stub: TaskStub, equals: str) -> str:
    if stub.schedule is None:
        return f"interval_seconds{equals}{stub.interval_seconds}"
    return f"schedule{equals}{json.dumps(stub.schedule)}"


def stub_values(stub: TaskStub) -> dict[str, str | int]:
    """Return the task's values in the chart, as `rota export helm-values` has them."""
    if stub.interval_seconds is None:
        return {"schedule": str(stub.schedule)}
    return {"intervalSeconds": stub.interval_seconds}


def _task_list(stubs: Sequence[TaskStub], class_tasks: bool) -> str:  # noqa: FBT001 (of one caller)
    def name(stub: TaskStub) -> str:
        return stub.class_name if class_tasks else stub.identifier

    imports = [
        f"from example_worker.tasks.{stub.module} import {name(stub)}\n"
        for stub in sorted(stubs, key=lambda stub: natural(stub.module))
    ]
    listed = [f"    {name(stub)},\n" for stub in stubs]
    return (
        '"""The tasks that run: what is not in this list does not."""\n\n'
        + "".join(imports)
        + "\nTASKS = [\n"
        + "".join(listed)
        + "]\n"
    )


def _renamed(text: str, names: ProjectNames) -> str:
    found = {
        "example_worker": names.package,
        "example-worker": names.service,
        "Example worker": names.title,
        "Example": names.class_prefix,
    }
    text = _NAMES.sub(lambda match: found[match[0]], text)
    return "\n".join(map(fitting, text.split("\n")))
