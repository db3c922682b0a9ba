"""One mark for each state, so that none is known by its colour alone."""

from typing import NamedTuple

from rota.model.slot import SlotState
from rota.status.slots import Absence
from rota.status.task_status import TaskState


class Mark(NamedTuple):
    """A character, the same for a stream that takes ASCII only, and a colour that rich knows."""

    glyph: str
    ascii: str
    colour: str


SLOT_MARKS: dict[SlotState | Absence, Mark] = {
    SlotState.SUCCEEDED: Mark("✓", "+", "green"),
    SlotState.FAILED: Mark("✗", "x", "red"),
    SlotState.TIMED_OUT: Mark("◷", "t", "red"),
    SlotState.INTERRUPTED: Mark("↯", "i", "yellow"),
    SlotState.LOST: Mark("‡", "l", "yellow"),
    SlotState.SKIPPED: Mark("-", "-", "yellow"),
    SlotState.RUNNING: Mark("»", ">", "cyan"),
    SlotState.DUE: Mark("…", ".", "cyan"),
    Absence.UPCOMING: Mark("○", "o", "default"),
    Absence.UNOBSERVED: Mark("?", "?", "bright_black"),
}
TASK_MARKS: dict[TaskState, Mark] = {
    TaskState.OVERDUE: Mark("!", "!", "red"),
    TaskState.FAILING: Mark("✗", "x", "red"),
    TaskState.RUNNING: Mark("»", ">", "cyan"),
    TaskState.NEW: Mark("○", "o", "default"),
    TaskState.PAUSED: Mark("◫", "p", "yellow"),
    TaskState.SUSPENDED: Mark("‖", "=", "bright_black"),
    TaskState.OK: Mark("✓", "+", "green"),
    TaskState.GONE: Mark("∅", "0", "bright_black"),
}
# The words of tasks and of slots mean the same where both have them.
MARKS: dict[str, Mark] = {
    **{state.value: mark for state, mark in TASK_MARKS.items()},
    **{state.value: mark for state, mark in SLOT_MARKS.items()},
}
