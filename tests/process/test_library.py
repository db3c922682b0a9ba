"""`TaskScheduler` in a process that is not rota's."""

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio
import logging

from rota.api import BusinessApiClient
from rota.scheduler import TaskScheduler
from rota.tasks import NotificationTask

{logging}


async def broken(api_client):
    raise ValueError("no such table")


async def main():
    async with BusinessApiClient("http://127.0.0.1:9") as client:
        scheduler = TaskScheduler(client)
        scheduler.register_task("broken", broken, 3600, run_on_start=True)
        scheduler.register_task("notifications", NotificationTask(), 300)
        print({{name: task["interval"] for name, task in scheduler.tasks.items()}})
        await scheduler.start()
        await asyncio.sleep(0.2)
        await scheduler.stop()


asyncio.run(main())
"""


def run(folder, logging):
    (folder / ".env").write_text("ROTA_RIBBON=red\nTASK_INTERVAL_SECONDS=seven\n", "utf-8")
    environment = {
        "ROTA_BANNER": "hello",
        "ROTA_TASK__BROKEN__INTERVAL_SECONDS": "nonsense",
        "BUSINESS_API_URL": "nonsense",
    }
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(logging=logging)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.fault(107)
@pytest.mark.parametrize(
    ("logging", "prefix"),
    [("", ""), ("logging.basicConfig(level='INFO')", "ERROR:rota.runs:")],
    ids=["none", "basicConfig"],
)
def test_a_foreign_environment_is_not_read_and_a_failed_run_leaves_a_record(
    tmp_path, logging, prefix
):
    ended = run(tmp_path, logging)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "{'broken': 3600, 'notifications': 300}\n"
    assert f"{prefix}task 'broken' failed after 0.0" in ended.stderr
    assert ": no such table\nTraceback (most recent call last):\n" in ended.stderr
    assert ended.stderr.count("ValueError: no such table") == 1
