"""One run of one task: its start, its limits, its end, and the facts about it."""

from rota.model.context import current_run
from rota.model.run import Run, Trigger

__all__ = ["Run", "Trigger", "current_run"]
