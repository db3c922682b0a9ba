"""A test kit for tasks: virtual time, without pytest and without waiting.

The names in `__all__` are public, as those of `rota` are. Nothing that runs tasks in production
imports this package.
"""

from rota.testing.virtual_time import VirtualClock, VirtualLoop

__all__ = ["VirtualClock", "VirtualLoop"]
