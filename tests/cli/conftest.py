import weakref
from typing import NamedTuple

import pytest

from rota.cli import run_command_line
from rota.settings import load_settings
from rota.tasks import function
from support.environment import clear_environment


class Ended(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def rota(monkeypatch, tmp_path, capsys):
    """Run a command in this process; return its exit code, stdout and stderr."""
    clear_environment(monkeypatch, tmp_path)
    # What other tests have decorated in this process.
    monkeypatch.setattr(function, "_decorated", weakref.WeakSet())

    def rota(*arguments, **variables):
        with monkeypatch.context() as only_now:
            for name, value in variables.items():
                only_now.setenv(name, value)
            load_settings.cache_clear()
            exit_code = run_command_line(arguments)
        written = capsys.readouterr()
        return Ended(int(exit_code), written.out, written.err)

    yield rota
    load_settings.cache_clear()
