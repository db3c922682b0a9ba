"""`/tasks/{task}`: one task, its next slots, its limits and its history."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rota.kubernetes.watching.seen_tasks import SeenTask
from rota.ledger.run_filter import RunFilter
from rota.model.task_fields import CatchUp
from rota.status.board import Board
from rota.status.labels import label_texts
from rota.status.slots import local_text
from rota.status.suspects import suspects_of
from rota.status.task_status import TaskState, doc_of
from rota.status.words import schedule_text, schedule_words
from rota.tasks.definition import TaskDefinition
from rota.tasks.description import describe_cronjob
from rota.tasks.warnings import task_warnings
from rota.web.pages.commands import task_commands
from rota.web.pages.forms import PAUSES, form_token
from rota.web.pages.links import task_path
from rota.web.pages.mistakes import known_task
from rota.web.pages.moments import span_text
from rota.web.pages.rendering import Pages
from rota.web.pages.trends import trends_of

STRIP_LENGTH = 200
_RUNS_SHOWN = 25


@dataclass(frozen=True, slots=True)
class NextSlot:
    """A slot to come, the same on the wall clock of its schedule, and whether that has changed."""

    slot: int
    local: str
    clock_changed: bool


def task_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with one task."""
    task = known_task(board, request.path_params["task"])
    status = board.task(task.name, strip_length=STRIP_LENGTH)
    is_gone = status.state is TaskState.GONE
    return pages.render(
        request,
        "task.html",
        here="none",
        twin=f"api/v1/{task_path(task.name)}",
        task=task,
        doing=status,
        runs=board.runs(RunFilter(task.name), limit=_RUNS_SHOWN),
        doc=doc_of(task),
        other_names=other_names(task, board),
        words=schedule_words(task),
        schedule_text=schedule_text(task),
        cronjob=describe_cronjob(task),
        next_slots=next_slots(task, status.next_slots),
        limits=limits(task),
        suspects=suspects_of(status),
        is_gone=is_gone,
        # That it never fires is no news then.
        warnings=() if is_gone else task_warnings(task, int(pages.now())),
        trends=trends_of(status.digest.recent, status.durations),
        commands=task_commands(task, pages.about, pages.now()),
        token=form_token(pages.about, request),
        pauses=PAUSES,
    )


def other_names(task: TaskDefinition, board: Board) -> tuple[Sequence[str], Sequence[str]]:
    """Return the names before and after this one under which a console knows more of a task.

    A scheduler's ledger has all of it under the name of now.
    """
    if not isinstance(task, SeenTask):
        return (), ()
    before = [name for name in task.formerly if name in board.task_names]
    names = (name for name in board.task_names if task.name in board.definition(name).formerly)
    return before, sorted(names)


def next_slots(task: TaskDefinition, slots: Sequence[int]) -> Sequence[NextSlot]:
    """Return the slots with their local times; a clock change since the last is marked."""
    found: list[NextSlot] = []
    for slot in slots:
        local = local_text(task, slot)
        changed = bool(found) and found[-1].local.split()[-1] != local.split()[-1]
        found.append(NextSlot(slot, local, changed))
    return found


def _attempts(task: TaskDefinition) -> str:
    most = task.backoff_limit + 1
    if isinstance(task, SeenTask) or most == 1:
        return str(most)
    return f"{most} where the task raises TryAgain; with CronJobs after any failure"


def limits(task: TaskDefinition) -> Sequence[tuple[str, str]]:
    """Return what is decided of a task's runs, as pairs of a term and its value."""
    catch_up = f"{task.catch_up.value}, within {span_text(task.latest_start_seconds)}"
    none = task.catch_up is CatchUp.NONE
    found = [
        ("timeout", span_text(task.timeout_seconds)),
        ("overlap", task.overlap.value),
        ("catch-up", "none" if none else catch_up),
        ("attempts", _attempts(task)),
    ]
    if isinstance(task, SeenTask):
        found.append(("all attempts", f"within {span_text(task.budget_seconds)}"))
        found.append(("CronJob's name", task.cronjob))
        if task.labels:
            found.append(("labels", ", ".join(label_texts(task))))
    if task.splay_minutes:
        found.append(("splay", f"up to {task.splay_minutes} min, in the schedule above"))
    if task.run_on_start:
        found.append(("at start", "also runs when the scheduler starts"))
    if task.shards > 1:
        found.append(("shards", str(task.shards)))
    return found
