"""What the scheduler remembers between two processes: each task's last slot, and active runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LostRun:
    """A run that an earlier process began and never finished. `slot` is an epoch time."""

    task: str
    run_id: str
    slot: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one task: the newest slot that needs no run any more, as an epoch time.

    `schedule` is the text that slot was of: a changed schedule owes nothing for its past.
    `open_slots`: those that a run was begun for and that are still owed, ascending. Under
    `overlap=allow` they may be older than `last_slot`.
    """

    schedule: str
    last_slot: int
    open_slots: tuple[int, ...] = ()


class State(Protocol):
    """Keeps slots. No method blocks the event loop but `open`; none raises for a broken disk."""

    def open(self, on_dirty: Callable[[], None]) -> tuple[dict[str, Memory], list[LostRun]]:
        """Return what an earlier process left: memories by task, and its unfinished runs.

        The slots of those runs are open from now on. `on_dirty` is called when there is something
        to flush, and not again before a flush has returned False.
        """
        ...

    def remember(self, task: str, schedule: str, last_slot: int) -> None:
        """Note that no slot up to `last_slot` needs a run."""
        ...

    def begin(self, task: str, run_id: str, slot: int) -> None:
        """Note that a run for `slot` is active."""
        ...

    def end(self, run_id: str) -> None:
        """Note that a run is no longer active."""
        ...

    def owe(self, task: str, slot: int) -> None:
        """Note that a slot is open: it still needs a run, whatever is remembered."""
        ...

    def settle(self, task: str, slot: int) -> None:
        """Note that an open slot needs a run no more."""
        ...

    def flush(self) -> bool:
        """Begin to write what was noted; return whether `flush` needs to be called again."""
        ...

    def close(self) -> None:
        """Write what was noted and let go of the storage. Blocks; may be called twice."""
        ...


class NoState:
    """Remembers nothing beyond the process."""

    def open(self, on_dirty: Callable[[], None]) -> tuple[dict[str, Memory], list[LostRun]]:  # noqa: ARG002 (nothing is ever dirty)
        """Return nothing."""
        return {}, []

    def remember(self, task: str, schedule: str, last_slot: int) -> None:
        """Do nothing."""

    def begin(self, task: str, run_id: str, slot: int) -> None:
        """Do nothing."""

    def end(self, run_id: str) -> None:
        """Do nothing."""

    def owe(self, task: str, slot: int) -> None:
        """Do nothing."""

    def settle(self, task: str, slot: int) -> None:
        """Do nothing."""

    def flush(self) -> bool:
        """Do nothing."""
        return False

    def close(self) -> None:
        """Do nothing."""
