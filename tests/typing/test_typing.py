"""An application's code against rota's types, by the two checkers that people use."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent / "project"
BIN = Path(sys.executable).parent


def mypy(file, folder):
    command = [BIN / "mypy", "--strict", f"--cache-dir={folder}", "--output=json", file]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line]
    return {each["line"] for each in found if each["severity"] == "error"}, done.stdout


def pyright(file, folder):
    config = {"include": [str(PROJECT / file)], "typeCheckingMode": "strict"}
    config |= {"pythonVersion": "3.11", "reportMissingTypeStubs": False}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))
    command = [BIN / "basedpyright", "--outputjson", "-p", folder, "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {each["range"]["start"]["line"] + 1 for each in found}, done.stdout


CHECKERS = pytest.mark.parametrize("check", [mypy, pyright], ids=["mypy --strict", "pyright"])


@CHECKERS
def test_an_applications_code_passes(check, tmp_path):
    lines, told = check("shop/worker.py", tmp_path)

    assert lines == set(), told


@CHECKERS
def test_mistakes_are_found(check, tmp_path):
    text = (PROJECT / "shop/mistakes.py").read_text()
    mistakes = {
        number for number, line in enumerate(text.splitlines(), 1) if re.search("# MISTAKE", line)
    }
    lines, told = check("shop/mistakes.py", tmp_path)

    assert lines == mistakes, told
