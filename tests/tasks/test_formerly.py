"""A task that had another name: what is refused, and what goes on under the new one."""

import pytest

from rota import task
from rota.model.errors import TaskDefinitionError, UnknownTaskError
from rota.testing import FakeApi, run_task
from support.registries import registry_of, task_of


async def remind(api): ...


def named(name, *formerly, **fields):
    return task_of(name, formerly=formerly, interval_seconds=3600, **fields)


@pytest.mark.parametrize(
    ("formerly", "told"),
    [
        ("remind", "formerly = 'remind' is not allowed: write the names that it had in brackets"),
        (7, "formerly = 7 is not allowed"),
        (("Old Name",), "task name 'Old Name' is not allowed"),
        (("remind-early",), "formerly has the name that it has now"),
    ],
    ids=["a string", "a number", "no name", "its own"],
)
@pytest.mark.parametrize(
    "define",
    [
        lambda formerly: registry_of(task_of("remind-early", formerly=formerly)),
        lambda formerly: task(name="remind-early", formerly=formerly)(remind),
    ],
    ids=["class", "function"],
)
def test_former_names_are_checked(define, formerly, told):
    with pytest.raises(TaskDefinitionError) as caught:
        define(formerly)

    assert told in str(caught.value)


def test_a_former_name_that_another_task_has_is_refused():
    with pytest.raises(TaskDefinitionError) as caught:
        registry_of(named("early", "remind"), named("remind")).selected()

    assert str(caught.value) == (
        "task 'early' was formerly 'remind', and another task has that name now: rename that one, "
        "or leave it out of formerly"
    )


def test_two_tasks_that_had_the_same_name_are_refused():
    with pytest.raises(TaskDefinitionError, match="'early' and 'late' were both formerly 'remind'"):
        registry_of(named("early", "remind"), named("late", "remind")).selected()


def test_the_same_object_under_another_name_is_another_task():
    registry = registry_of(named("early", "remind"))
    registry.register_task("again", named("early", "remind"), 3600)

    assert [each.formerly for each in registry.selected()] == [("remind",), ()]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: registry_of(named("early", "send_reminders")).get("send_reminders"),
        lambda: registry_of(named("early", "send_reminders"), only=["send_reminders"]).selected(),
    ],
    ids=["run", "ROTA_ONLY"],
)
def test_who_asks_for_the_old_name_is_told_the_new_one(ask):
    with pytest.raises(UnknownTaskError, match="task 'send_reminders' is called 'early' now"):
        ask()


def test_a_setting_for_the_old_name_is_refused_and_says_the_new_one():
    settings = {"task": {"send_reminders": {"overlap": "allow"}}}
    with pytest.raises(UnknownTaskError, match="is called 'early' now"):
        registry_of(named("early", "send-reminders"), **settings).selected()


@pytest.mark.parametrize("formerly", [("remind",), ("remind", "remind-all")])
def test_work_has_the_keys_of_the_oldest_name(formerly):
    def keys(name, formerly):
        @task(name=name, formerly=formerly, interval_seconds=3600)
        async def work(api):
            await api.post("/work")

        api = FakeApi().on("POST", "/work", {})
        run_task(work, api=api, slot="2026-11-24T00:00:00Z")
        return [call.key for call in api.calls]

    assert keys("remind-early", formerly) == keys("remind", ())
    assert keys("remind-early", formerly) != keys("remind-early", ())
