"""What `rota backfill` has done: a file beside the ledger, which belongs to the scheduler alone.

A scheduler holds its ledger as long as it runs, and would take runs of another process for lost.
`backfilled` has it take those that have ended into its ledger.
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from rota.ledger.records import RecordedRun
from rota.model.clock import instant
from rota.model.errors import ConfigError
from rota.model.run import Trigger
from rota.model.slot import SlotState

# Of a line that another hand has written, or that is not whole.
_NOT_A_RUN = (ValueError, TypeError, KeyError, OverflowError, OSError)


def path_beside(ledger: Path) -> Path:
    """Return where the log of the backfills beside a ledger is."""
    return ledger.with_name(f"{ledger.name}.backfill")


class BackfillLog:
    """One JSON object a line, each a run; of several for one slot the last one counts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def states(self, key: str) -> Mapping[int, SlotState]:
        """Return how the last run for each slot of `key` ended. Raises ConfigError.

        `key` is the name of a task, or of one in a cluster, as it was given to `note`.

        What is not a whole line, such as the last one of a full disk, is passed over.
        """
        found: dict[int, SlotState] = {}
        for facts in self._lines():
            try:
                if facts["task"] == key:
                    found[int(facts["slot"])] = SlotState(facts["state"])
            except _NOT_A_RUN:
                continue
        return found

    def runs(self, keys: Collection[str]) -> Sequence[RecordedRun]:
        """Return the runs of tasks with these keys, in their order. Raises ConfigError.

        Those that a rota has noted which did not note when they began are left out.
        """
        found = []
        for facts in self._lines():
            try:
                if facts["task"] in keys:
                    found.append(_run_of(facts))
            except _NOT_A_RUN:
                continue
        return found

    def runs_since(self, offset: int) -> tuple[Sequence[RecordedRun], int]:
        """Return the runs, of all keys, noted behind so many bytes, and up to how many they go.

        A line that is not whole yet waits for the next time. A file that is shorter has begun anew.
        Raises ConfigError.
        """
        try:
            with self.path.open("rb") as file:
                begin = offset if offset <= file.seek(0, os.SEEK_END) else 0
                file.seek(begin)
                whole, newline, _ = file.read().rpartition(b"\n")
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be read: {error.strerror}") from None
        found = []
        for line in whole.decode("utf-8", "replace").splitlines():
            try:
                found.append(_run_of(json.loads(line)))
            except _NOT_A_RUN:
                continue
        return found, begin + len(whole + newline)

    def note(self, key: str, run: RecordedRun) -> None:
        """Add a run that has ended. Raises ConfigError where that cannot be written."""
        facts = {
            "task": key,
            "slot": run.slot,
            "state": run.state.value,
            "exit_code": run.exit_code,
            "run_id": run.run_id,
            "started_at": run.started_at,
            "duration_seconds": run.duration_seconds,
            "reason": run.reason,
            "counts": dict(run.counts),
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                line = json.dumps(facts).encode() + b"\n"
                file.write(line if _ends_whole(file) else b"\n" + line)
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be written: {error.strerror}") from None

    def _lines(self) -> Iterator[Any]:
        try:
            lines = self.path.read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be read: {error.strerror}") from None
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                continue


def _ends_whole(file: IO[bytes]) -> bool:
    """Whether the last line was not cut off, as by a full disk."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 1))
    return file.read(1) in (b"", b"\n")


def _run_of(facts: Mapping[str, Any]) -> RecordedRun:
    slot, started_at = int(facts["slot"]), float(facts["started_at"])
    # No page could show another time than those of a calendar.
    instant(slot), instant(started_at)
    if not isinstance(facts["task"], str):
        raise TypeError(facts)
    return RecordedRun(
        task=facts["task"],
        run_id=str(facts["run_id"]),
        trigger=Trigger.BACKFILL,
        slot=slot,
        state=SlotState(facts["state"]),
        started_at=started_at,
        duration_seconds=facts.get("duration_seconds"),
        exit_code=facts.get("exit_code"),
        reason=facts.get("reason"),
        counts=facts.get("counts") or {},
    )
