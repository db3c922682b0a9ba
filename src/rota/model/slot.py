"""What became of a slot."""

from enum import StrEnum


class SlotState(StrEnum):
    """The state of a slot, or of a run for it.

    `due` waits for its run, `lost` was running when its process died. `interrupted` and `lost` are
    followed by another state if the slot is still owed. A slot whose run was replaced by a newer
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
