"""What became of a slot."""

from enum import StrEnum


class SlotState(StrEnum):
    """The one state that a slot is in; a run for it has the same words.

    `due` waits for its run, `lost` was running when its process died. `interrupted` and `lost` are
    followed by another state where the slot is still owed. A slot whose run was cut off by a newer
    one (`overlap: replace`) ends as `interrupted`.
    """

    DUE = "due"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    SKIPPED = "skipped"
    LOST = "lost"
