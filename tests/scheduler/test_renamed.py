"""A task with another name than before goes on from the slots that it met."""

import pytest

from rota.ledger.memory import MemoryLedger
from rota.model.errors import TaskDefinitionError
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from support.registries import task_of


def scheduler_of(*tasks, clock, **parts):
    scheduler = TaskScheduler(object(), settings=Settings(_env_file=None), clock=clock, **parts)
    for each in tasks:
        scheduler.register_task(each.name, each, each.interval_seconds)
    return scheduler


OLD = task_of("remind", interval_seconds=3600)
NEW = task_of("early", formerly=("remind",), interval_seconds=3600)


async def test_a_slot_that_the_old_name_missed_is_caught_up_under_the_new_one(clock, recording):
    ledger = MemoryLedger()
    first = scheduler_of(OLD, clock=clock, ledger=ledger, observers=[recording])
    await first.start()
    clock.offset += 3000
    await first.stop()
    clock.offset += 3000
    second = scheduler_of(NEW, clock=clock, ledger=ledger, observers=[recording])
    await second.start()
    await second.stop()

    assert recording.started() == [("catch_up", int(clock.timestamp()) // 3600 * 3600)]
    assert [run.task for run in ledger.runs()] == ["early"]


async def test_a_name_that_is_taken_again_is_refused(clock):
    scheduler = scheduler_of(OLD, NEW, clock=clock)
    with pytest.raises(TaskDefinitionError, match="was formerly 'remind', and another task has"):
        await scheduler.start()

    assert not scheduler.running
