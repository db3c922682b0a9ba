"""The worker as a library: started and stopped in any order, in a process of its own."""

import os
import subprocess
import sys

STORY = """
import asyncio
from rota.worker import Worker

async def main():
    worker = Worker()
    await worker.stop()
    for _ in range(2):
        await worker.start()
        assert worker.running and worker.scheduler.running
        await asyncio.gather(worker.stop(), worker.stop())
        assert not worker.running and not worker.scheduler.running
    print("done")

asyncio.run(main())
"""


def test_a_worker_can_be_stopped_before_it_starts_and_started_again(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", STORY],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "ROTA_STATE_PATH": "state.sqlite3",
            "ROTA_ONLY": "cleanup",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
