"""One run of one task: its start, its limits, its end, and the facts about it."""

from rota.model.context import Run, Trigger, current_run

__all__ = ["Run", "Trigger", "current_run"]
