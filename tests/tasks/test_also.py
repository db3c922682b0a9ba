"""A second task of one function, with other options and defaults."""

import importlib

import pytest

from rota import BusinessApiClient, Run, task
from rota.model.errors import ConfigError
from rota.settings import Settings
from rota.tasks.arguments import argument_defaults, parse_arguments
from rota.tasks.definition import define_task
from rota.tasks.modules import tasks_of_module
from rota.testing import FakeApi, run_task


@task(schedule="0 8 * * *", timezone="Europe/Berlin", overlap="replace", shards=2)
async def remind(api, minutes=30, *, run: Run | None = None, urgent=False):
    """Remind of what is due."""
    return {"minutes": minutes, "urgent": int(urgent)}


late = remind.also("remind-late", schedule="0 20 * * *", minutes=90)


def fields(each):
    settings = Settings(_env_file=None)
    made = define_task(each.name, each, None, run_on_start=False, settings=settings)
    names = ("schedule", "timezone", "interval_seconds", "overlap", "shards")
    return {name: made.value_of(name) for name in names}


def test_it_is_another_task_of_the_same_function():
    assert (late.name, late.function, late.__doc__) == (
        "remind-late",
        remind.function,
        remind.__doc__,
    )
    assert repr(late) == f"<task 'remind-late' {__name__}:remind.also(\"remind-late\")>"
    assert late.logger.name == f"{__name__}.remind"
    assert fields(late) == {
        "schedule": "0 20 * * *",
        "timezone": "Europe/Berlin",
        "interval_seconds": None,
        "overlap": "replace",
        "shards": 2,
    }


def test_the_first_task_stays_as_it_is():
    assert fields(remind)["schedule"] == "0 8 * * *"
    assert run_task(remind).counts == {"minutes": 30, "urgent": 0}


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({}, {}),
        (
            {"interval_seconds": 600},
            {"schedule": None, "timezone": None, "interval_seconds": 600},
        ),
        ({"timezone": "Asia/Tokyo"}, {"timezone": "Asia/Tokyo"}),
        ({"overlap": "allow", "shards": None}, {"overlap": "allow"}),
    ],
    ids=["nothing", "an interval", "a zone", "other options"],
)
def test_what_is_left_out_is_as_in_the_first(changes, changed):
    assert fields(remind.also("another", **changes)) == {**fields(remind), **changed}


def test_a_run_of_it_has_its_own_defaults():
    assert run_task(late).counts == {"minutes": 90, "urgent": 0}
    assert run_task(late, arguments={"minutes": 7}).counts == {"minutes": 7, "urgent": 0}


async def test_a_call_of_it_has_its_own_defaults_too():
    assert await late(None) == {"minutes": 90, "urgent": 0}
    assert await late(None, 5) == {"minutes": 5, "urgent": 0}
    assert await late(None, minutes=6, urgent=True) == {"minutes": 6, "urgent": 1}


def test_arguments_given_by_hand_are_compared_with_its_own_defaults():
    settings = Settings(_env_file=None)
    made = define_task(late.name, late, None, run_on_start=False, settings=settings)

    assert argument_defaults(made) == {"minutes": 90, "urgent": False}
    assert parse_arguments(made, ["minutes=90"]) == {}
    assert parse_arguments(made, ["minutes=30"]) == {"minutes": 30}


def test_another_may_be_made_of_another():
    third = late.also("remind-again", urgent=True)

    assert run_task(third).counts == {"minutes": 90, "urgent": 1}
    assert third.target == f'{__name__}:remind.also("remind-again")'


def test_a_module_has_it_among_its_tasks_wherever_the_function_is(tmp_path, monkeypatch):
    (tmp_path / "has_function.py").write_text(
        "from rota import task\n\n@task\nasync def remind(api): ...\n"
        'late = remind.also("late", interval_seconds=60)\n',
        "utf-8",
    )
    (tmp_path / "has_another.py").write_text(
        'from has_function import remind\n\nweekly = remind.also("weekly", schedule="@weekly")\n',
        "utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    names = {
        module: [each.name for _, each in tasks_of_module(importlib.import_module(module))]
        for module in ("has_function", "has_another")
    }

    assert names == {"has_function": ["remind", "late"], "has_another": ["weekly"]}


@task(interval_seconds=60)
async def named_like_an_option(api, shards=3): ...


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (lambda: remind.also("Bad Name"), "task name 'Bad Name' is not allowed"),
        (lambda: remind.also("b", minuts=9), "parameter with a default, did you mean 'minutes'?"),
        (lambda: remind.also("b", run=None), "'run' is neither an option"),
        (lambda: remind.also("b", shards=0), "shards = 0 is not allowed"),
        (lambda: remind.also("b", schedule="61 * * * *"), "schedule '61 * * * *'"),
        (lambda: remind.also("b", schedule="@daily", interval_seconds=60), "keep one"),
        (lambda: named_like_an_option.also("b", shards=5), "and a parameter: rename the parameter"),
        (lambda: remind.also("b", formerly="a"), "write the names that it had in brackets"),
    ],
    ids=["a name", "a typo", "what rota provides", "a bad option", "a bad schedule", "two", "both",
         "former names"],
)  # fmt: skip
def test_a_mistake_is_refused_with_file_and_line(mistake, told):
    with pytest.raises(ConfigError) as caught:
        mistake()

    assert told in str(caught.value)
    assert f"{__file__}, line " in str(caught.value)


def test_it_blocks_where_the_function_does():
    @task(interval_seconds=60)
    def export(api, limit=1):
        api.post("/export")
        return {"limit": limit}

    api = FakeApi().on("POST", "/export", {})
    assert run_task(export.also("export-all", limit=9), api=api).counts == {"limit": 9}


def test_former_names_are_its_own():
    @task(interval_seconds=60, formerly=("old",))
    async def first(api: BusinessApiClient): ...

    assert first.also("second").formerly == ()
    assert first.also("second", formerly=("other",)).formerly == ("other",)
