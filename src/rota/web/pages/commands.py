"""Commands to copy: what an operator would type next, with the operator's own rights."""

import shlex
from collections.abc import Sequence

from rota.kubernetes.manifests.naming import cronjob_name
from rota.ledger.records import RecordedRun
from rota.settings.task_variables import task_variable
from rota.status.task_status import TaskStatus
from rota.tasks.definition import TaskDefinition
from rota.web.pages.about import About
from rota.web.pages.moments import slot_key

# Each is a purpose and a command.
Commands = Sequence[tuple[str, str]]


def why_command(task: str, slot: int) -> str:
    """Return the command that explains a slot."""
    return shlex.join(["rota", "why", task, slot_key(slot)])


def history_command(task: str) -> str:
    """Return the command that lists a task's runs."""
    return shlex.join(["rota", "history", task])


def task_commands(task: TaskDefinition, about: About) -> Commands:
    """Return what can be done about a task."""
    history = ("list its runs", history_command(task.name))
    upcoming = ("see its next slots", shlex.join(["rota", "next", task.name]))
    flag = "false" if task.suspend else "true"
    purpose = "let it run again" if task.suspend else "suspend it"
    if about.mode == "console":
        patch = f'{{"spec": {{"suspend": {flag}}}}}'
        name = cronjob_name(about.release, task.name)
        job = f"{name}-by-hand"
        return (
            ("run it now", shlex.join(["kubectl", "create", "job", job, f"--from=cronjob/{name}"])),
            (purpose, shlex.join(["kubectl", "patch", "cronjob", name, "--patch", patch])),
            history,
            upcoming,
        )
    return (
        ("run it now", shlex.join(["rota", "run", task.name])),
        (f"{purpose}: set this, and restart", f"{task_variable(task.name, 'suspend')}={flag}"),
        history,
        upcoming,
    )


def slot_commands(task: str, slot: int) -> Commands:
    """Return what can be done about a slot that has come."""
    again = shlex.join(["rota", "run", task, "--slot", slot_key(slot)])
    return (
        ("ask the same at a terminal", why_command(task, slot)),
        ("run the task for this slot, with the slot's keys", again),
    )


def run_commands(run: RecordedRun) -> Commands:
    """Return what can be done about a run."""
    if run.slot is None:
        return (("run the task again, by hand", shlex.join(["rota", "run", run.task])),)
    return slot_commands(run.task, run.slot)


def first_command(status: TaskStatus) -> str:
    """Return what to ask first of a task that is in trouble."""
    ended = status.digest.last_ended
    if ended is not None and ended.slot is not None:
        return why_command(status.task.name, ended.slot)
    return history_command(status.task.name)
