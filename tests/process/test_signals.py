"""The end of the work decides the exit code, not a signal that comes behind it."""

import os
import signal
import subprocess
import sys

import pytest

PROGRAM = """
import os, signal
from rota.runtime.signals import StopSignals

signals = StopSignals(lambda _: None, hard_stop_seconds=30)
with signals:
    {early}
    signals.settle(6)
    {within}
{behind}
os._exit(99)
"""
SIGNAL = "os.kill(os.getpid(), signal.SIGTERM)"


@pytest.mark.parametrize(
    ("early", "within", "behind"),
    [
        ("pass", SIGNAL, ""),
        ("pass", "pass", SIGNAL),
        (SIGNAL, SIGNAL, ""),
        (SIGNAL, "pass", SIGNAL),
    ],
    ids=["while closing", "after closing", "a second while closing", "a second after closing"],
)
@pytest.mark.fault(47)
def test_a_signal_after_the_work_has_ended_keeps_its_exit_code(early, within, behind):
    program = PROGRAM.format(early=early, within=within, behind=behind)
    ended = subprocess.run([sys.executable, "-c", program], check=False, env=os.environ)
    assert ended.returncode == 6


@pytest.mark.fault(48)
def test_a_second_signal_before_that_ends_the_process_with_its_own_code():
    program = PROGRAM.format(early=f"{SIGNAL}; {SIGNAL}", within="pass", behind="")
    ended = subprocess.run([sys.executable, "-c", program], check=False, env=os.environ)
    assert ended.returncode == 128 + signal.SIGTERM
