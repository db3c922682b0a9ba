import pytest

from rota.model.errors import TaskDefinitionError, UnknownTaskError
from rota.model.exit_codes import ExitCode
from rota.tasks.registry import Registry


async def handler(api_client):
    return None


@pytest.fixture
def registry_of(settings_of):
    def registry_of(*names, **variables):
        registry = Registry(settings_of(**variables))
        for name in names:
            registry.source = f"{name}.py"
            registry.register_task(name, handler, 60)
        return registry

    return registry_of


def selected(registry):
    return [task.name for task in registry.selected()]


def test_two_tasks_of_one_name_are_refused_with_both_places(registry_of):
    registry = registry_of("cleanup")
    registry.source = "other.py"
    with pytest.raises(TaskDefinitionError) as caught:
        registry.register_task("cleanup", handler, 60)
    assert str(caught.value) == (
        "two tasks are named 'cleanup': one from cleanup.py, one from other.py; rename one of them"
    )


@pytest.mark.fault(76)
def test_two_names_that_meet_in_kubernetes_are_refused(registry_of):
    with pytest.raises(TaskDefinitionError) as caught:
        registry_of("send-bills", "send_bills")
    assert str(caught.value) == (
        "tasks 'send-bills' and 'send_bills' would both be 'send-bills' in Kubernetes; "
        "rename one of them"
    )


def test_all_that_are_enabled_run_in_the_order_of_registration(registry_of):
    registry = registry_of("b", "a", "c", ROTA_TASK__A__ENABLED="false")
    assert selected(registry) == ["b", "c"]
    assert list(registry.found) == ["b", "a", "c"]


def test_a_suspended_task_is_among_them(registry_of):
    assert selected(registry_of("a", ROTA_TASK__A__SUSPEND="true")) == ["a"]


@pytest.mark.parametrize("value", ["b", " b ,", "b,b"])
def test_only_means_exactly_those(registry_of, value):
    assert selected(registry_of("a", "b", "c", ROTA_ONLY=value)) == ["b"]


def test_only_names_a_disabled_task_too(registry_of):
    registry = registry_of("a", "b", ROTA_ONLY="a", ROTA_TASK__A__ENABLED="false")

    assert selected(registry) == ["a"]
    assert all(task.enabled for task in registry.selected())


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        (
            {"ROTA_ONLY": "clenup"},
            "ROTA_ONLY: no task is named 'clenup', did you mean 'cleanup'? (known: cleanup, send)",
        ),
        (
            {"ROTA_TASK__CLENUP__ENABLED": "true"},
            (
                "ROTA_TASK__CLENUP__…: no task is named 'clenup', did you mean 'cleanup'? "
                "(known: cleanup, send)"
            ),
        ),
    ],
    ids=["ROTA_ONLY", "ROTA_TASK__"],
)
@pytest.mark.fault(22)
def test_a_name_that_no_task_has_is_refused(registry_of, variables, text):
    registry = registry_of("cleanup", "send", **variables)
    with pytest.raises(UnknownTaskError) as caught:
        registry.selected()
    assert str(caught.value) == text
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("variables", "name", "text"),
    [
        ({}, "clenup", "no task is named 'clenup', did you mean 'cleanup'? (known: cleanup, send)"),
        ({}, "zzz", "no task is named 'zzz' (known: cleanup, send)"),
        ({"ROTA_ONLY": "send"}, "cleanup", "task 'cleanup' is not in ROTA_ONLY"),
        ({"ROTA_TASK__CLEANUP__ENABLED": "false"}, "cleanup", "task 'cleanup' is disabled"),
    ],
    ids=["near", "far", "not in ROTA_ONLY", "disabled"],
)
def test_a_task_that_does_not_run_cannot_be_had(registry_of, variables, name, text):
    with pytest.raises(UnknownTaskError) as caught:
        registry_of("cleanup", "send", **variables).get(name)
    assert str(caught.value) == text


def test_a_task_is_had_by_its_name(registry_of):
    assert registry_of("cleanup").get("cleanup").source == "cleanup.py"


def test_a_registry_yields_the_tasks_that_run(registry_of):
    registry = registry_of("a", "b", ROTA_TASK__A__ENABLED="false")
    assert [task.name for task in registry] == ["b"]


@pytest.mark.parametrize(("given", "starts"), [((), False), ((True,), True)], ids=["not", "start"])
def test_what_is_registered_with_a_plain_handler_is_the_tasks(settings_of, given, starts):
    registry = Registry(settings_of())
    registry.register_task("a", handler, 45, *given)

    task = registry.found["a"]
    assert (task.interval_seconds, task.run_on_start) == (45, starts)
    assert task.source == "register_task"
