"""Where the seed document has the worker; see `rota.processes.scheduler`."""

from rota.processes.scheduler import Worker, main

__all__ = ["Worker", "main"]
