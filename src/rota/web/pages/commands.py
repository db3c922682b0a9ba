"""Commands to copy: what an operator would type next, with the operator's own rights."""

import shlex
from collections.abc import Sequence

from rota.kubernetes.watching.seen_tasks import SeenTask
from rota.ledger.records import RecordedRun
from rota.settings.task_variables import task_variable
from rota.status.task_status import TaskStatus
from rota.tasks.definition import TaskDefinition
from rota.web.pages.about import About
from rota.web.pages.moments import slot_key

# Less than the 63 of a Job whose pods can be found by its name, by what is added to it.
_JOB_CHARACTERS = 63 - len("-hand-235959")
_HOUR_SECONDS, _DAY_SECONDS = 3600, 86_400
_BACKFILL = "run the slots of the last day that have not succeeded: it lists them, and asks"

# Each is a purpose and a command.
Commands = Sequence[tuple[str, str]]


def why_command(task: str, slot: int) -> str:
    """Return the command that explains a slot."""
    return shlex.join(["rota", "why", task, slot_key(slot)])


def history_command(task: str) -> str:
    """Return the command that lists a task's runs."""
    return shlex.join(["rota", "history", task])


def task_commands(task: TaskDefinition, about: About, now: float) -> Commands:
    """Return what can be done about a task at the epoch time `now`."""
    history = ("list its runs", history_command(task.name))
    upcoming = ("see its next slots", shlex.join(["rota", "next", task.name]))
    flag = "false" if task.suspend else "true"
    purpose = "let it run again" if task.suspend else "suspend it"
    if isinstance(task, SeenTask):
        if task.gone_since is not None:
            return (history,)
        patch = f'{{"spec": {{"suspend": {flag}}}}}'
        return (
            ("run it now", _job_by_hand(task.cronjob, about)),
            (purpose, _kubectl(about, "patch", "cronjob", task.cronjob, "--patch", patch)),
            (
                "see its Jobs",
                _kubectl(about, "get", "jobs", "--selector", f"rota/task={task.name}"),
            ),
            (_BACKFILL, _backfill(task, about, now)),
            history,
        )
    return (
        ("run it now", shlex.join(["rota", "run", task.name])),
        (f"{purpose}: set this, and restart", f"{task_variable(task.name, 'suspend')}={flag}"),
        (_BACKFILL, _backfill(task, about, now)),
        history,
        upcoming,
    )


def _job_by_hand(cronjob: str, about: About) -> str:
    # With the time in its name, since a Job of before may be there still.
    job = f"{cronjob[:_JOB_CHARACTERS].rstrip('-')}-hand-$(date +%H%M%S)"
    return f"{_kubectl(about, 'create', 'job')} {job} {shlex.quote(f'--from=cronjob/{cronjob}')}"


def _trigger(task: str, slot: int, about: About) -> str:
    command = ["rota", "trigger", task, "--slot", slot_key(slot), "--wait"]
    return shlex.join([*command, *_cluster(about)])


def _backfill(task: TaskDefinition, about: About, now: float) -> str:
    hour = int(now) // _HOUR_SECONDS * _HOUR_SECONDS
    command = ["rota", "backfill", task.name, "--from", slot_key(hour - _DAY_SECONDS)]
    place = ["--in-cluster", *_cluster(about)] if isinstance(task, SeenTask) else []
    return shlex.join([*command, *place])


def _cluster(about: About) -> Sequence[str]:
    named = {"--namespace": about.namespace, "--instance": about.instance}
    return [part for option, value in named.items() if value for part in (option, value)]


def _kubectl(about: About, *arguments: str) -> str:
    where = [] if about.namespace is None else ["--namespace", about.namespace]
    return shlex.join(["kubectl", *where, *arguments])


def slot_commands(task: str, slot: int, about: About) -> Commands:
    """Return what can be done about a slot that has come."""
    if about.mode == "console":
        return (
            ("ask the same at a terminal", why_command(task, slot)),
            ("run the task for this slot, with the slot's keys", _trigger(task, slot, about)),
        )
    again = shlex.join(["rota", "run", task, "--slot", slot_key(slot)])
    return (
        ("ask the same at a terminal", why_command(task, slot)),
        ("run the task for this slot, with the slot's keys", again),
    )


def run_commands(run: RecordedRun, about: About) -> Commands:
    """Return what can be done about a run."""
    if about.mode == "console":
        slot = () if run.slot is None else slot_commands(run.task, run.slot, about)
        return (*slot, *_pod_commands(run, about))
    if run.slot is None:
        return (("run the task again, by hand", shlex.join(["rota", "run", run.task])),)
    return slot_commands(run.task, run.slot, about)


def _pod_commands(run: RecordedRun, about: About) -> Commands:
    if not run.attempts:
        return ()
    pod = run.attempts[-1].pod
    return (
        ("read the log of its last pod, while that is there", _kubectl(about, "logs", pod)),
        ("see what Kubernetes says of that pod", _kubectl(about, "describe", "pod", pod)),
    )


def first_command(status: TaskStatus) -> str:
    """Return what to ask first of a task that is in trouble."""
    ended = status.digest.last_ended
    if ended is not None and ended.slot is not None:
        return why_command(status.task.name, ended.slot)
    return history_command(status.task.name)
