import os
import sys

import pytest

from rota.ready.commands import Machine


@pytest.fixture
def machine(tmp_path):
    """Programs run in `tmp_path`; `bin` there is the whole PATH, and empty."""
    programs = tmp_path / "bin"
    programs.mkdir()
    environment = {
        "PATH": str(programs),
        "PYTHONPATH": str(tmp_path / "src"),
        "HOME": str(tmp_path),
        **{name: value for name, value in os.environ.items() if "COVERAGE" in name},
    }
    return Machine(tmp_path, environment)


@pytest.fixture
def program(tmp_path):
    """Put a program into that PATH, as Python's lines, which have its arguments as `given`."""

    def program(name, *lines):
        path = tmp_path / "bin" / name
        head = (f"#!{sys.executable} -S", "import json, sys, time", "given = sys.argv[1:]")
        path.write_text("\n".join([*head, *lines]) + "\n")
        path.chmod(0o755)

    return program
