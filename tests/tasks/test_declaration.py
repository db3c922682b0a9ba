"""What a task says about itself, wherever it says it."""

from dataclasses import dataclass

import pytest

from rota.model.errors import ConfigError
from rota.settings import Settings
from rota.tasks import BaseTask
from rota.tasks.definition import define_task

EARLY = "30 2 * * *"


class Base(BaseTask):
    async def execute(self, api_client):
        return None


class Plain:
    """A task that is no BaseTask."""

    name = "t"

    async def __call__(self, api_client):
        return None


class PlainInterval(Plain):
    interval_seconds = 300


def child(parent, **attributes):
    return type("Child", (parent,), attributes)


def define(handler, given=None, **environment):
    settings = Settings(_env_file=None, task={"t": environment} if environment else {})
    return define_task("t", handler, given, run_on_start=False, settings=settings)


def when(task):
    return task.interval_seconds or task.schedule.text


@pytest.mark.fault(104)
@pytest.mark.parametrize("parent", [Base, Plain], ids=["BaseTask", "plain"])
class TestIntervalBesideSchedule:
    def test_on_one_class_it_is_refused(self, parent):
        both = child(parent, interval_seconds=60, schedule=EARLY)
        with pytest.raises(ConfigError, match="'t': has both interval_seconds and schedule"):
            define(both())
        with pytest.raises(ConfigError, match="has both"):
            define(child(both)())

    def test_the_most_derived_class_wins(self, parent):
        interval = child(parent, interval_seconds=300)
        schedule = child(parent, schedule=EARLY, timezone="Europe/Berlin")
        assert when(define(child(interval, schedule=EARLY)())) == EARLY
        assert when(define(child(schedule, interval_seconds=300)())) == 300
        assert define(child(interval, schedule=EARLY)()).explicit_fields == {"schedule"}

    def test_none_takes_back_what_a_class_further_up_states(self, parent):
        both = child(parent, interval_seconds=300, schedule=EARLY)
        assert when(define(child(both, schedule=None)())) == 300
        assert when(define(child(both, interval_seconds=None)())) == EARLY

    def test_the_object_wins_over_its_class(self, parent):
        task = child(parent, schedule=EARLY)()
        task.interval_seconds = 300
        assert when(define(task, 300)) == 300

    def test_a_zone_beside_the_interval_is_refused_and_one_further_up_is_not(self, parent):
        scheduled = child(parent, schedule=EARLY, timezone="Europe/Berlin")
        with pytest.raises(ConfigError, match="timezone requires cron text"):
            define(child(scheduled, interval_seconds=60, timezone="Europe/Berlin")())

    def test_an_interval_that_is_registered_beside_a_schedule_is_refused(self, parent):
        with pytest.raises(ConfigError, match="registered with interval_seconds=300"):
            define(child(parent, schedule=EARLY)(), 300)

    def test_the_environment_overrides_either(self, parent):
        assert when(define(child(parent, schedule=EARLY)(), interval_seconds=7)) == 7
        assert when(define(child(parent, interval_seconds=7)(), schedule=EARLY)) == EARLY


def test_an_interval_that_is_registered_wins_over_a_class_s_as_in_the_seed():
    assert when(define(child(Base, interval_seconds=300)(), 45)) == 45


@pytest.mark.fault(104)
def test_a_misspelt_attribute_of_a_plain_task_is_refused():
    with pytest.raises(ConfigError, match="did you mean 'schedule'"):
        define(child(PlainInterval, shedule=EARLY)())


@pytest.mark.fault(104)
def test_a_function_may_state_them_too():
    async def poll(api_client):
        return None

    poll.name, poll.interval_seconds, poll.overlap = "t", 30, "replace"
    task = define(poll, 30)
    assert (task.interval_seconds, task.overlap.value) == (30, "replace")


def test_a_handler_that_is_not_a_task_sets_nothing():
    class Service:
        def suspend(self):
            raise AssertionError("not called")

        schedule = "nonsense"

        async def __call__(self, api_client):
            return None

    task = define(Service(), 60)
    assert (when(task), task.suspend) == (60, False)


@dataclass
class DataTask(Base):
    interval_seconds: int = 300
    batch: int = 5


@dataclass
class ScheduledDataTask(DataTask):
    schedule: str = EARLY


class NoSuper(Base):
    interval_seconds = 60

    def __init__(self):
        self.batch = 5


@pytest.mark.fault(121)
@pytest.mark.parametrize("task_class", [DataTask, NoSuper, ScheduledDataTask])
def test_a_task_that_never_calls_base_task_s_init_is_one(task_class):
    task = task_class()
    assert task.logger.name == task_class.__name__
    assert when(define(task)) == {DataTask: 300, NoSuper: 60, ScheduledDataTask: EARLY}[task_class]


@pytest.mark.fault(121)
def test_a_task_may_have_a_logger_of_its_own():
    class Own(Base):
        def __init__(self):
            super().__init__()
            self.logger = "mine"

    assert Own().logger == "mine"
