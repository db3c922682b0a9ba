import pytest

from rota.model.errors import TaskDefinitionError
from rota.tasks.naming import check_name, kubernetes_name, suggestion


@pytest.mark.parametrize("name", ["a", "7", "send-bills", "send_bills", "a-b_c-d", "x" * 40, "2fa"])
def test_a_name_that_kubernetes_variables_and_shells_can_carry_is_allowed(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "sendBills",
        "send bills",
        "send.bills",
        "send/bills",
        "-a",
        "a-",
        "_a",
        "a_",
        "a--b",
        "a__b",
        "a-_b",
        "a_-b",
        "x" * 41,
        "имя",
        "a\n",
        "a\x00",
        "é",
        "\u0661",
        None,
        7,
        b"a",
    ],
    ids=repr,
)
@pytest.mark.fault(76)
def test_every_other_name_is_refused_with_what_is_allowed(name):
    with pytest.raises(TaskDefinitionError) as caught:
        check_name(name)
    assert str(caught.value).startswith(f"task name {name!r} is not allowed: use lower-case")
    assert "at most 40 characters" in str(caught.value)


def test_kubernetes_has_no_underscores():
    assert kubernetes_name("send_big_bills") == "send-big-bills"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("clenup", ", did you mean 'cleanup'?"),
        ("clean", ", did you mean 'cleanup'?"),
        ("cle", ", did you mean 'cleanup'?"),  # a ratio of 0.6
        ("pull", ""),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_suggested_where_one_is_near(typed, hint):
    assert suggestion(typed, ["cleanup", "notifications"]) == hint
