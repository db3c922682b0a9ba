"""The in-process scheduler: what `rota scheduler` runs, and a library of its own."""

from rota.scheduler.scheduler import TaskScheduler

__all__ = ["TaskScheduler"]
