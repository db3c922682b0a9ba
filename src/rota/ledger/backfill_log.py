"""What `rota backfill` has done: a file beside the ledger, which belongs to the scheduler alone.

A scheduler holds its ledger as long as it runs, and would take runs of another process for lost.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from rota.ledger.records import RecordedRun
from rota.model.errors import ConfigError
from rota.model.slot import SlotState


class BackfillLog:
    """One JSON object a line, each a run; of several for one slot the last one counts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def states(self, key: str) -> Mapping[int, SlotState]:
        """Return how the last run for each slot of `key` ended. Raises ConfigError.

        `key` is the name of a task, or of one in a cluster, as it was given to `note`.

        What is not a whole line, such as the last one of a full disk, is passed over.
        """
        try:
            lines = self.path.read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be read: {error.strerror}") from None
        found: dict[int, SlotState] = {}
        for line in lines:
            try:
                facts = json.loads(line)
                if facts["task"] == key:
                    found[int(facts["slot"])] = SlotState(facts["state"])
            except (ValueError, TypeError, KeyError):
                continue
        return found

    def note(self, key: str, run: RecordedRun) -> None:
        """Add a run that has ended. Raises ConfigError where that cannot be written."""
        facts = {
            "task": key,
            "slot": run.slot,
            "state": run.state.value,
            "exit_code": run.exit_code,
            "run_id": run.run_id,
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(facts) + "\n")
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be written: {error.strerror}") from None
