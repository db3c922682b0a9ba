"""Functions that `@task` makes tasks of, and what is refused where it is written."""

import functools
import inspect
import logging
import re

import pytest

from rota import Run, task
from rota.model.clock import SystemClock
from rota.model.errors import ConfigError
from rota.model.exit_codes import ExitCode
from rota.model.task_fields import TASK_FIELDS
from rota.settings import Settings
from rota.tasks import BaseTask
from rota.tasks.definition import define_task
from rota.tasks.options import TaskOptions
from support.runs import run_once


@task(schedule="0 6 * * *", timezone="Europe/Berlin", overlap="Replace", timeout_seconds=90)
async def send_bills(api, limit=10, *, run, log, since="yesterday"):
    """Send the bills that are due."""
    log.info("bills.sent")
    return {"limit": limit, "shards": run.shard_count}


@task
async def ping(api):
    return await api()


def define(handler, **environment):
    name = handler.name
    settings = Settings(_env_file=None, task={name: environment} if environment else {})
    return define_task(name, handler, None, run_on_start=False, settings=settings)


async def test_it_stays_a_function():
    async def api():
        return {"pinged": 1}

    assert await ping(api) == {"pinged": 1}
    run = type("Run", (), {"shard_count": 3})()
    told = await send_bills(None, 5, run=run, log=logging.getLogger("x"))
    assert told == {"limit": 5, "shards": 3}
    assert str(inspect.signature(send_bills)) == "(api, limit=10, *, run, log, since='yesterday')"
    assert send_bills.__doc__ == "Send the bills that are due."
    assert repr(send_bills) == f"<task 'send-bills' {__name__}:send_bills>"


def test_what_it_states_is_at_hand_and_cannot_be_changed():
    assert (send_bills.name, send_bills.schedule, send_bills.overlap) == (
        "send-bills",
        "0 6 * * *",
        "replace",
    )
    assert [getattr(ping, field.name) for field in TASK_FIELDS] == [
        getattr(BaseTask, field.name) for field in TASK_FIELDS
    ]
    with pytest.raises(AttributeError, match="cannot be changed: set 'shards' in @task"):
        send_bills.shards = 3
    with pytest.raises(AttributeError, match="has no attribute 'shard'"):
        send_bills.shard  # noqa: B018 (the access is the test)


def test_all_fields_are_options_and_attributes_to_a_type_checker():
    when = {"interval_seconds", "schedule", "timezone"}
    fields = {field.name for field in TASK_FIELDS}

    assert set(TaskOptions.__annotations__) == fields - when
    assert fields <= set(type(ping).__annotations__)


def test_it_is_defined_as_a_class_would_be():
    bills = define(send_bills)

    assert (bills.schedule.text, bills.schedule.timezone) == ("0 6 * * *", "Europe/Berlin")
    assert (bills.interval_seconds, bills.timeout_seconds) == (None, 90)
    assert bills.explicit_fields == {"schedule", "timezone", "overlap", "timeout_seconds"}
    assert define(ping).explicit_fields == {"interval_seconds"}
    assert define(ping).interval_seconds == 60
    assert define(send_bills, timeout_seconds=5).timeout_seconds == 5
    assert define(send_bills, interval_seconds=300).interval_seconds == 300


async def test_a_run_hands_over_the_client_the_run_and_a_logger(caplog):
    caplog.set_level("INFO")
    record = await run_once(define(send_bills), object(), SystemClock(), shard_count=2)

    assert record.counts == {"limit": 10, "shards": 2}
    assert record.run.task == "send-bills"
    [line] = [each for each in caplog.records if each.message == "bills.sent"]
    assert line.name == f"{__name__}.send_bills"


async def test_a_run_may_have_values_for_parameters_with_a_default():
    @task
    async def counted(api, *, run: Run, limit=10):
        return {"limit": limit, **run.arguments}

    record = await run_once(define(counted), object(), SystemClock(), arguments={"limit": 3})

    assert record.counts == {"limit": 3}
    assert record.facts()["arguments"] == {"limit": 3}


async def test_so_does_a_class():
    class Counted(BaseTask):
        name = "counted"

        async def execute(self, api_client, limit=10):
            return {"limit": limit}

    settings = Settings(_env_file=None)
    counted = define_task("counted", Counted(), None, run_on_start=False, settings=settings)

    assert (await run_once(counted, object(), SystemClock())).counts == {"limit": 10}
    record = await run_once(counted, object(), SystemClock(), arguments={"limit": 3})
    assert record.counts == {"limit": 3}


async def fine(api):
    return None


def returns(api):
    return fine(api)


class Holder:
    async def method(self, api):
        return None

    @staticmethod
    async def apart(api):
        return api


async def generator(api):
    yield api


def plain_generator(api):
    yield api


REFUSED = {
    "a schedule without its name": (
        lambda: task("0 6 * * *"),
        "options are passed by name: write @task(schedule='0 6 * * *')",
    ),
    "an interval without its name": (
        lambda: task(60),
        "options are passed by name: write @task(interval_seconds=60)",
    ),
    "a function among the options": (
        lambda: task(fine, shards=2),
        "options are passed by name, above",
    ),
    "a class": (lambda: task(Holder), "a class needs no decorator: let it inherit rota.BaseTask"),
    "a method": (lambda: task(Holder.method), "a method cannot be a task: move the function out"),
    "a bound method": (lambda: task(Holder().method), "a method cannot be a task"),
    "a static method": (lambda: task(vars(Holder)["apart"]), "a method cannot be a task"),
    "a generator": (lambda: task(generator), "it yields, but a task must return"),
    "a plain generator": (lambda: task(plain_generator), "it yields, but a task must return"),
    "a lambda": (lambda: task(lambda api: api), "a lambda has no name"),
    "a partial": (lambda: task(functools.partial(fine)), "only a function can be decorated"),
    "a task": (lambda: task(task(fine)), "it already is the task 'fine': keep one @task"),
    "no parameter": (lambda: task(no_parameter), "has no parameter: a task is called with"),
    "no client": (lambda: task(no_client), "its first parameter is 'run', but would get the API"),
    "a client with a default": (
        lambda: task(default),
        (
            "its first parameter, 'limit', has a default, but would get the API client: "
            "write (api, limit=…)"
        ),
    ),
    "a client that may be left out": (
        lambda: task(optional),
        "its first parameter, 'api', has a default, but would get the API client: write (api)",
    ),
    "a client by name": (lambda: task(by_name), "its first parameter, 'api', cannot be passed"),
    "another name": (
        lambda: task(other),
        "rota has no value for 'rum', did you mean 'run'? write 'run' or 'log', or give",
    ),
    "another name, not near": (lambda: task(far), "rota has no value for 'db'; write 'run'"),
    "all names": (lambda: task(everything), "has '**more', which rota has no value for"),
    "by position": (lambda: task(positional), "its parameter 'run' is before a '/'"),
    "an unknown option": (
        lambda: task(shedule="@daily")(fine),
        "'shedule' is not an option of @task, did you mean 'schedule'?",
    ),
    "an unknown option, not near": (
        lambda: task(zzz=1)(fine),
        "'zzz' is not an option of @task (options: name, ",
    ),
    "a number as text": (
        lambda: task(interval_seconds="60")(fine),
        "interval_seconds = '60' is not allowed: write a whole number of seconds, 1 or more",
    ),
    "no number": (lambda: task(shards=True)(fine), "shards = True is not allowed: write a whole"),
    "too small": (
        lambda: task(timeout_seconds=0)(fine),
        "timeout_seconds = 0 is not allowed: write a number of seconds, more than 0, at most",
    ),
    "not finite": (lambda: task(timeout_seconds=float("nan"))(fine), "timeout_seconds = nan"),
    "too large": (lambda: task(shards=1001)(fine), "of pods, 1 or more, at most 1000"),
    "another choice": (
        lambda: task(overlap="queue")(fine),
        'overlap = \'queue\' is not allowed: write "forbid" or "replace" or "allow"',
    ),
    "a flag as a number": (lambda: task(enabled=1)(fine), "enabled = 1 is not allowed: write True"),
    "a schedule that is no text": (lambda: task(schedule=6)(fine), "write a string in quotes"),
    "a schedule that is none": (
        lambda: task(schedule="61 * * * *")(fine),
        "schedule '61",
    ),
    "a zone that is none": (
        lambda: task(schedule="@daily", timezone="Europe/Berln")(fine),
        "time zone 'Europe/Berln'",
    ),
    "two schedules": (
        lambda: task(schedule="@daily", interval_seconds=60)(fine),
        "has both interval_seconds and schedule; keep one",
    ),
    "a zone alone": (lambda: task(timezone="Europe/Berlin")(fine), "timezone requires cron"),
    "a splay of a cron text": (
        lambda: task(schedule="@daily", splay_minutes=5)(fine),
        "splay_minutes requires an interval that has a five-field text",
    ),
    "a splay of an odd interval": (
        lambda: task(interval_seconds=90, splay_minutes=5)(fine),
        "splay_minutes is refused for an interval of 90 s",
    ),
    "a splay of an odd interval as text": (
        lambda: task(schedule="@every 90s", splay_minutes=5)(fine),
        "splay_minutes is refused for an interval of 90 s",
    ),
    "a bad name": (lambda: task(name="Send Bills")(fine), "task name 'Send Bills' is not allowed"),
}


@pytest.mark.parametrize("when", [{"interval_seconds": 3600}, {"schedule": "@every 1h"}], ids=str)
def test_an_interval_in_either_form_may_have_a_splay(when):
    hourly = task(**when, splay_minutes=5)(fine)

    assert define(hourly).schedule.text.endswith(" * * * *")


async def no_parameter(): ...
async def optional(api=None): ...
async def no_client(run): ...
async def default(limit=3): ...
async def by_name(*, api): ...
async def other(api, rum): ...
async def far(api, db): ...
async def everything(api, **more): ...
async def positional(api, run, /): ...


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_is_refused(case):
    make, message = REFUSED[case]
    with pytest.raises(ConfigError) as caught:
        make()
    assert message in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("case", REFUSED)
def test_every_refusal_comes_with_file_and_line(case):
    with pytest.raises(ConfigError) as caught:
        REFUSED[case][0]()
    assert re.match(rf"@task( on .+|) \({re.escape(__file__)}, line \d+\): ", str(caught.value))


def test_the_line_is_that_of_the_function():
    line = inspect.getsourcelines(other)[1]
    with pytest.raises(ConfigError) as caught:
        task(other)
    assert str(caught.value).startswith(f"@task on other ({__file__}, line {line}): ")
