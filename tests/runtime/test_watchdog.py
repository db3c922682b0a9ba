import asyncio
import time

import pytest

from rota.model.clock import SystemClock
from rota.runtime.watchdog import Watchdog
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from support.recording import Recording


def block_the_loop_on_purpose(seconds):
    time.sleep(seconds)


@pytest.mark.fault(60)
def test_what_blocks_the_loop_is_logged_with_its_stack_once(caplog):
    async def main():
        watchdog = Watchdog(blocked_after_seconds=0.2)
        watchdog.start()
        await asyncio.sleep(0)
        block_the_loop_on_purpose(0.8)
        await asyncio.sleep(0.05)
        watchdog.stop()

    asyncio.run(main())

    (record,) = caplog.records
    assert record.message == "loop.blocked"
    assert "block_the_loop_on_purpose" in record.blocked_by


def test_a_loop_that_turns_is_not_reported(caplog):
    async def main():
        watchdog = Watchdog(blocked_after_seconds=1.5)
        watchdog.start()
        await asyncio.sleep(1.7)
        watchdog.stop()

    asyncio.run(main())

    assert caplog.records == []


@pytest.mark.fault(60)
def test_a_task_that_blocks_the_loop_delays_the_others_and_loses_none_of_their_slots():
    recording = Recording()

    async def blocking(api_client):
        block_the_loop_on_purpose(0.6)

    async def quick(api_client):
        pass

    async def main():
        scheduler = TaskScheduler(
            object(), settings=Settings(_env_file=None), clock=SystemClock(), observers=[recording]
        )
        scheduler.register_task("quick", quick, 1)
        scheduler.register_task("blocking", blocking, 1)
        await scheduler.start()
        await asyncio.sleep(3.3)
        await scheduler.stop()

    asyncio.run(main())

    slots = recording.slots("quick")
    assert len(slots) >= 3
    assert slots == list(range(slots[0], slots[0] + len(slots)))
