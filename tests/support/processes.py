"""rota as a real process: started with a clean environment, read while it runs, always ended."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures"
LONGEST_SECONDS = 120.0
# Set where coverage measures: a process that starts with it measures itself, too.
MEASURED = {name: os.environ[name] for name in ("COVERAGE_PROCESS_CONFIG",) if name in os.environ}


class Process:
    """One started process. What it writes is collected while it runs."""

    def __init__(self, command, *, folder, environment, **popen):
        self.folder = folder
        self.termination_log = folder / "termination-log"
        self._changed = threading.Condition()
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        self._popen = subprocess.Popen(
            command, cwd=folder, env=environment, **(streams | {"stderr": subprocess.PIPE} | popen)
        )
        self._written = {"stdout": b"", "stderr": b""}
        self._readers = [
            threading.Thread(target=self._read, args=(name,), daemon=True)
            for name in self._written
            if getattr(self._popen, name) is not None
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, name):
        with getattr(self._popen, name) as stream:
            while chunk := stream.read1(65_536):
                with self._changed:
                    self._written[name] += chunk
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def stdout(self):
        return self._written["stdout"].decode()

    @property
    def stderr(self):
        return self._written["stderr"].decode()

    @property
    def log(self):
        """The JSON lines on stderr; a line that is none fails the test."""
        return [json.loads(line) for line in self.stderr.split("\n") if line]

    def events(self, name):
        return [line for line in self.log if line["event"] == name]

    @property
    def message(self):
        """The termination message, or None where nothing was written."""
        text = self.termination_log.read_text("utf-8")
        return json.loads(text) if text else None

    def until(self, text):
        """Return once `text` is on stderr."""
        with self._changed:
            if not self._changed.wait_for(
                lambda: text in self.stderr or self._popen.poll() is not None, LONGEST_SECONDS
            ):
                raise AssertionError(f"{text!r} never came; stderr: {self.stderr}")
        assert text in self.stderr, self.stderr

    @property
    def pid(self):
        return self._popen.pid

    def send(self, signal_number):
        self._popen.send_signal(signal_number)

    def end(self):
        """Wait for the end; return the exit code."""
        exit_code = self._popen.wait(LONGEST_SECONDS)
        for reader in self._readers:
            reader.join(LONGEST_SECONDS)
        return exit_code

    def end_after(self, signal_number):
        """Send a signal; return the exit code and the seconds until the end."""
        started = time.monotonic()
        self.send(signal_number)
        return self.end(), time.monotonic() - started

    def close(self):
        if self._popen.poll() is None:
            self._popen.send_signal(signal.SIGKILL)
        self.end()


class Launcher:
    """Starts rota in a folder of its own each time, and ends what a test leaves behind."""

    def __init__(self, folder, api_url="http://127.0.0.1:9"):
        self.folder = folder
        self.api_url = api_url
        self._numbers = itertools.count(1)
        self._processes = []

    def environment(self, folder, **settings):
        return {
            "PATH": os.environ["PATH"],
            **MEASURED,
            "HOME": str(folder),
            "PYTHONPATH": str(FIXTURES),
            "BUSINESS_API_URL": self.api_url,
            "ROTA_API_BACKOFF_SECONDS": "0.01",
            "ROTA_GRACE_SECONDS": "0.5",
            "ROTA_LOG_FORMAT": "json",
            "ROTA_STATE_PATH": "off",
            "ROTA_TERMINATION_MESSAGE_PATH": str(folder / "termination-log"),
            **settings,
        }

    def start(self, *arguments, before=(), without=(), popen=None, **settings):
        """Start `rota` with `arguments`; `before` is put in front of the command."""
        folder = self.folder / f"process-{next(self._numbers)}"
        folder.mkdir()
        (folder / "termination-log").touch()
        environment = self.environment(folder, **settings)
        if "setpriv" in before:
            # Another user, who may not write where measurements are kept.
            without = (*without, *MEASURED)
        for name in without:
            del environment[name]
        command = [*before, sys.executable, "-m", "rota", *arguments]
        process = Process(command, folder=folder, environment=environment, **(popen or {}))
        self._processes.append(process)
        return process

    def run(self, *arguments, **options):
        """Start `rota`, wait for its end, and return the process with `exit_code` set."""
        process = self.start(*arguments, **options)
        process.exit_code = process.end()
        return process

    def close(self):
        for process in self._processes:
            process.close()
