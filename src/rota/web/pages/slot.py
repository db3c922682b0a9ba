"""`/tasks/{task}/slots/{slot}`: what became of one instant, and why."""

from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from rota.schedules import LOOK_BACK_SECONDS, last_until
from rota.schedules.base import LAST_EPOCH_SECOND, epoch_seconds
from rota.status.board import Board
from rota.status.slots import Absence
from rota.tasks.definition import TaskDefinition
from rota.web.pages.commands import slot_commands
from rota.web.pages.forms import form_token
from rota.web.pages.links import slot_path, task_path
from rota.web.pages.mistakes import NoSuchPageError, known_task
from rota.web.pages.moments import full_text, slot_key
from rota.web.pages.rendering import Pages

_LAST_SLOT = LAST_EPOCH_SECOND - LOOK_BACK_SECONDS


def slot_page(pages: Pages, board: Board, request: Request) -> Response:
    """Answer with what became of a slot, also of one without a run."""
    task = known_task(board, request.path_params["task"])
    name, slot = task.name, _slot_of(request.path_params["slot"], task)
    if not board.slots(name, slot, slot):
        sentence = f"{full_text(slot)} is not a slot of {name}. The nearest are these."
        raise NoSuchPageError(sentence, *_neighbours_as_links(task, slot))
    explanation = board.explain(name, slot)
    before, after = neighbours(task, slot)
    commands = slot_commands(name, slot, pages.about)
    token = form_token(pages.about, request)
    if explanation.status.state is Absence.UPCOMING:
        # It cannot be run before it comes.
        commands, token = commands[:1], None
    return pages.render(
        request,
        "slot.html",
        here="none",
        twin=f"api/v1/{task_path(name)}/slots/{slot_key(slot)}",
        task=task,
        slot=slot,
        explanation=explanation,
        before=before,
        after=after,
        commands=commands,
        token=token,
    )


def neighbours(task: TaskDefinition, slot: int) -> tuple[int | None, int | None]:
    """Return the slots of the schedule before and after an epoch time."""
    return last_until(task.schedule, slot - 1), task.schedule.next_epoch(slot)


def _slot_of(text: str, task: TaskDefinition) -> int:
    try:
        slot = epoch_seconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        slot = -1
    if 0 <= slot <= _LAST_SLOT:
        return slot
    raise NoSuchPageError(
        f"{text} is not an instant with a time zone, such as 2026-11-26T02:00:00Z.",
        (task_path(task.name), task.name),
    )


def _neighbours_as_links(task: TaskDefinition, slot: int) -> Sequence[tuple[str, str]]:
    near = [each for each in neighbours(task, slot) if each is not None]
    return [(slot_path(task.name, each), full_text(each)) for each in near]
