"""One more task in a project: its files, and what changes in those that are there."""

from collections.abc import Mapping
from dataclasses import dataclass

from rota.kubernetes.manifests.values import values_file
from rota.kubernetes.manifests.yaml_text import read_documents
from rota.model.errors import ConfigError
from rota.scaffold.names import ProjectNames
from rota.scaffold.project import VALUES_PATH, stub_files, stub_values, task_list_path
from rota.scaffold.task_list import with_task
from rota.scaffold.task_stub import TaskStub


@dataclass(frozen=True, slots=True)
class Addition:
    """Texts by path: `new` files, which may not exist yet, and `changed` ones.

    `exported` is whether the chart's values are among the latter: they are derived from the tasks,
    and `rota export` has to write them where they are not as it writes them.
    """

    new: Mapping[str, str]
    changed: Mapping[str, str]
    exported: bool


def add_task(
    files: Mapping[str, str], names: ProjectNames, stub: TaskStub, *, class_task: bool
) -> Addition:
    """Return what adding a task does; `files` are the task list and the chart's values, if any.

    Raises UsageError where the list cannot be added to.
    """
    path = task_list_path(names)
    listed = with_task(
        files[path],
        module=f"{names.package}.tasks.{stub.module}",
        name=stub.class_name if class_task else stub.identifier,
        where=path,
    )
    values = _with_values(files.get(VALUES_PATH), stub)
    changed = {path: listed} if values is None else {path: listed, VALUES_PATH: values}
    new = stub_files(stub, names, class_task=class_task)
    return Addition(new, changed, exported=values is not None)


def _with_values(text: str | None, stub: TaskStub) -> str | None:
    """Return the chart's values with one more task; None where somebody wrote them otherwise."""
    try:
        [document] = read_documents(text or "", VALUES_PATH)
        tasks = document["tasks"]
        if values_file(tasks) != text or stub.name in tasks:
            return None
        return values_file({**tasks, stub.name: stub_values(stub)})
    except (ConfigError, ValueError, KeyError, TypeError, AttributeError):
        return None
