"""The tests mean the same on a machine that has settings of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FOREIGN = {
    "TASK_INTERVAL_SECONDS": "7",
    "LOG_LEVEL": "nonsense",
    "ROTA_RELEASE": "theirs",
    "ROTA_GRACE_SECONDS": "3",
    "ROTA_NO_SUCH_SETTING": "1",
    # Any case is read, and what Kubernetes sets.
    "rota_grace_seconds": "4",
    "JOB_COMPLETION_INDEX": "3",
}


@pytest.mark.fault(140)
def test_settings_and_a_dotenv_of_whoever_runs_the_tests_change_nothing(tmp_path):
    (tmp_path / ".env").write_text("TASK_INTERVAL_SECONDS=11\nROTA_BANNER=1\n")

    end = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
            *(TESTS / "cli/test_list.py", TESTS / "api/test_factory.py"),
        ],
        cwd=tmp_path,
        env={**os.environ, **FOREIGN},
        capture_output=True,
        text=True,
        check=False,
    )

    assert end.returncode == 0, end.stdout
    assert " passed" in end.stdout
