"""A test kit for tasks: virtual time, simulations and a Business API in memory, without pytest.

The names in `__all__` are public, as those of `rota` are. Nothing that runs tasks in production
imports this package; `rota.testing.fixtures`, which is for pytest, is imported by nothing.
"""

from rota.testing.assertions import assert_idempotent, assert_same_in_both_modes
from rota.testing.disruptions import ClockJump, Crash, Down, Outage, Restart, Shutdown
from rota.testing.fake_api import ApiRequest, Call, FakeApi, Reply
from rota.testing.report import Report, SimulatedRun, SimulatedSlot
from rota.testing.simulation import simulate
from rota.testing.single_run import LogLine, TaskRun, run_task
from rota.testing.virtual_time import VirtualClock, VirtualLoop

__all__ = [
    "ApiRequest",
    "Call",
    "ClockJump",
    "Crash",
    "Down",
    "FakeApi",
    "LogLine",
    "Outage",
    "Reply",
    "Report",
    "Restart",
    "Shutdown",
    "SimulatedRun",
    "SimulatedSlot",
    "TaskRun",
    "VirtualClock",
    "VirtualLoop",
    "assert_idempotent",
    "assert_same_in_both_modes",
    "run_task",
    "simulate",
]
