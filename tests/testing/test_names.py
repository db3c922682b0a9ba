"""What `from rota.testing import …` offers, what it needs, and who does without it."""

import contextlib
import inspect
import subprocess
import sys
import typing

import rota.testing

PUBLIC = {
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
}


def test_the_public_names_are_these_and_no_others():
    assert set(rota.testing.__all__) == PUBLIC
    assert all(hasattr(rota.testing, name) for name in PUBLIC)


def annotations(thing):
    if inspect.isclass(thing):
        members = [getattr(thing, name) for name in dir(thing) if not name.startswith("_")]
        yield from (each for member in members for each in annotations(member))
        yield from typing.get_type_hints(thing).values()
    if callable(thing):
        with contextlib.suppress(TypeError, ValueError):
            yield inspect.signature(thing)


def test_no_signature_names_httpx():
    named = [
        (name, str(each))
        for name in PUBLIC - {"VirtualLoop"}
        for each in annotations(getattr(rota.testing, name))
    ]

    assert len(named) > 50
    assert [each for each in named if "httpx" in each[1]] == []


def python(program):
    end = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return end.stdout.split()


def test_it_works_without_pytest():
    program = """
import sys
sys.modules["pytest"] = None
from rota import task
from rota.testing import simulate

@task(interval_seconds=3600)
async def hourly(api):
    pass

print(len(simulate(hourly, "2027-01-01T00:00:00Z", "1d").runs))
"""
    assert python(program) == ["24"]


def test_neither_a_single_run_nor_the_scheduler_imports_it():
    program = """
import sys, rota.processes.one_shot, rota.processes.scheduler, rota.net.session, rota.cli.run
print(*[name for name in sys.modules if name.startswith("rota.testing")])
"""
    assert python(program) == []


def test_without_a_contract_it_imports_neither_jsonschema_nor_httpx():
    program = """
import sys, rota.testing
rota.testing.FakeApi()
print(*{"httpx", "jsonschema", "lightkube", "pytest", "referencing", "starlette"} & {*sys.modules})
"""
    assert python(program) == []


def test_the_first_simulation_of_a_process_is_like_the_second():
    program = """
from rota import CleanupTask
from rota.testing import Outage, simulate

def report():
    outage = Outage("1m", "2h", "refused")
    return simulate(CleanupTask, "2027-01-01T00:00:00Z", "2h", disruptions=[outage])

print(report() == report())
"""
    assert python(program) == ["True"]
