import pytest

from rota.model.errors import UsageError
from rota.scaffold.task_stub import TaskStub, parse_task, parse_tasks


@pytest.mark.parametrize(
    ("text", "stub"),
    [
        ("poll=3600", TaskStub("poll", interval_seconds=3600)),
        ("poll=5m", TaskStub("poll", interval_seconds=300)),
        ("poll=1h30m", TaskStub("poll", interval_seconds=5400)),
        ("poll=90s", TaskStub("poll", interval_seconds=90)),
        ("poll=0 8 * * MON-FRI", TaskStub("poll", schedule="0 8 * * MON-FRI")),
        ("poll=@every 5m", TaskStub("poll", interval_seconds=300)),
        ("poll=@daily", TaskStub("poll", schedule="@daily")),
        ("poll=TZ=Europe/Berlin 0 8 * * *", None),
    ],
)
def test_a_task_has_a_name_and_either_kind_of_schedule(text, stub):
    if stub is None:
        with pytest.raises(UsageError):
            parse_task(text)
    else:
        assert parse_task(text) == stub
        assert parse_task(stub.text) == stub


def test_the_names_in_its_code_follow_from_its_name():
    stub = parse_task("send-bills2=5m")

    assert (stub.identifier, stub.module) == ("send_bills2", "send_bills2_task")
    assert stub.class_name == "SendBills2Task"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("poll", "--task 'poll' has no schedule: write NAME=SCHEDULE; write seconds, a span as"),
        ("=5m", "task name '' is not allowed: use lower-case letters"),
        ("Poll=5m", "task name 'Poll' is not allowed"),
        ("class=5m", "task 'class' cannot be the name of a function in Python: choose another"),
        ("7up=5m", "task '7up' cannot be the name of a function in Python"),
        ("task=5m", "task 'task' is the name of something else in its file"),
        ("run-task=5m", "task 'run-task' is the name of something else in its file"),
        ("base=5m", "task 'base' is the name of something else in its file"),
        ("filter=5m", "task 'filter' is the name of something else in its file"),
        ("testimonials=5m", "task 'testimonials' would be taken for a test by pytest"),
        ("poll=", "task 'poll': "),
        ("poll=soon", "task 'poll': "),
        ("poll=0 8 * *", "task 'poll': "),
        ("poll=30s", "task 'poll': 30 s is less than the minute that a CronJob needs"),
        ("poll=@every 30s", "task 'poll': 30 s is less than the minute that a CronJob needs"),
        ("poll=５m", "task 'poll': "),
        ("poll=0", "task 'poll': "),
        ("poll=999999999999", "task 'poll': "),
        pytest.param("poll=" + "9" * 5000, "task 'poll': ", id="thousands of digits"),
        pytest.param(f"poll={'9' * 5000}s", "task 'poll': ", id="a span of thousands of digits"),
        ("poll=-5m", "task 'poll': "),
    ],
)
def test_a_task_that_cannot_be_written_is_refused_by_its_name(text, problem):
    with pytest.raises(UsageError) as refused:
        parse_task(text)

    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize("second", ["send-bills=6m", "send_bills=6m"])
def test_two_tasks_that_would_be_one_file_are_refused(second):
    with pytest.raises(UsageError, match="is given twice"):
        parse_tasks(["send-bills=5m", second])
