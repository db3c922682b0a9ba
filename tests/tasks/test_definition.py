"""Which value wins, what the defaults are, and what is refused."""

import functools

import pytest

from rota.model.errors import ConfigError, ScheduleError, TaskDefinitionError
from rota.model.exit_codes import ExitCode
from rota.model.plain import plain_repr
from rota.model.task_fields import TASK_FIELD_BY_NAME
from rota.schedules import Cron, splay_offset_minutes
from rota.settings import Overlap, Settings
from rota.tasks import BaseTask
from rota.tasks.definition import active_deadline_seconds, define_task
from rota.tasks.description import describe
from support.registries import definition_of


class Silent(BaseTask):
    """States nothing: its interval is BaseTask's own."""

    async def execute(self, _):
        return None


class Stated(Silent):
    interval_seconds = 300


class StatesSixty(Silent):
    interval_seconds = 60


class Inherits(Stated):
    """States nothing itself; a class between it and BaseTask does."""


class Scheduled(Silent):
    schedule = "30 2 * * *"
    timezone = "Europe/Berlin"


class SetsOnItself(Silent):
    def __init__(self):
        super().__init__()
        self.interval_seconds = 120


async def plain(api_client):
    return None


ENV = "ROTA_TASK__T__INTERVAL_SECONDS"


@pytest.mark.parametrize(
    ("handler", "given", "environment", "interval"),
    [
        pytest.param(Silent(), 60, {}, 60, id="nothing said: 60"),
        pytest.param(Silent(), 60, {"TASK_INTERVAL_SECONDS": "900"}, 900, id="the common setting"),
        pytest.param(Stated(), 300, {"TASK_INTERVAL_SECONDS": "900"}, 300, id="class over common"),
        pytest.param(StatesSixty(), 60, {"TASK_INTERVAL_SECONDS": "900"}, 60, id="a stated 60"),
        pytest.param(Inherits(), 300, {"TASK_INTERVAL_SECONDS": "900"}, 300, id="a class between"),
        pytest.param(SetsOnItself(), 120, {"TASK_INTERVAL_SECONDS": "900"}, 120, id="instance"),
        pytest.param(Stated(), 300, {ENV: "7"}, 7, id="environment over class"),
        pytest.param(
            Silent(), 60, {ENV: "7", "TASK_INTERVAL_SECONDS": "900"}, 7, id="environment over all"
        ),
        pytest.param(Silent(), 45, {}, 45, id="an explicit argument"),
        pytest.param(Silent(), 45, {"TASK_INTERVAL_SECONDS": "900"}, 45, id="argument over common"),
        pytest.param(Silent(), 45, {ENV: "7"}, 7, id="environment over argument"),
        pytest.param(plain, 60, {"TASK_INTERVAL_SECONDS": "900"}, 60, id="a plain handler's own"),
        pytest.param(Scheduled(), 60, {ENV: "7200"}, 7200, id="interval over a class's schedule"),
    ],
)
def test_which_interval_wins(settings_of, handler, given, environment, interval):
    task = define_task("t", handler, given, run_on_start=False, settings=settings_of(**environment))
    assert task.interval_seconds == interval


@pytest.mark.parametrize(
    ("handler", "environment", "text", "timezone"),
    [
        (Scheduled(), {}, "30 2 * * *", "Europe/Berlin"),
        (Scheduled(), {"ROTA_TASK__T__SCHEDULE": "0 5 * * *"}, "0 5 * * *", "Europe/Berlin"),
        (Scheduled(), {"ROTA_TASK__T__TIMEZONE": "Asia/Tokyo"}, "30 2 * * *", "Asia/Tokyo"),
        (Stated(), {"ROTA_TASK__T__SCHEDULE": "0 5 * * *"}, "0 5 * * *", "Etc/UTC"),
        (Scheduled(), {"TASK_INTERVAL_SECONDS": "900"}, "30 2 * * *", "Europe/Berlin"),
    ],
    ids=["class", "text by environment", "zone by environment", "over an interval", "over common"],
)
def test_which_schedule_wins(settings_of, handler, environment, text, timezone):
    given = handler.interval_seconds
    task = define_task("t", handler, given, run_on_start=False, settings=settings_of(**environment))
    assert isinstance(task.schedule, Cron)
    assert (task.schedule.text, task.schedule.timezone) == (text, timezone)
    assert task.interval_seconds is None


def define(settings, handler, name="t", interval_seconds=None, *, run_on_start=False):
    return define_task(
        name, handler, interval_seconds, run_on_start=run_on_start, settings=settings
    )


def with_attributes(**attributes):
    return type("Given", (Silent,), attributes)()


@pytest.mark.parametrize(
    ("handler", "environment", "culprit"),
    [
        pytest.param(
            Silent(),
            {ENV: "60", "ROTA_TASK__T__SCHEDULE": "0 5 * * *"},
            "INTERVAL_SECONDS and SCHEDULE",
            id="both in the environment",
        ),
        pytest.param(
            with_attributes(timezone="Europe/Berlin", interval_seconds=60),
            {},
            "timezone",
            id="a zone beside an interval",
        ),
        pytest.param(
            Scheduled(),
            {ENV: "60", "ROTA_TASK__T__TIMEZONE": "Europe/Berlin"},
            "timezone",
            id="a zone beside an interval of the environment",
        ),
        pytest.param(with_attributes(interval_seconds=0), {}, "interval_seconds = 0", id="zero"),
        pytest.param(with_attributes(interval_seconds=-5), {}, "interval_seconds", id="negative"),
        pytest.param(
            with_attributes(interval_seconds=float("nan")), {}, "interval_seconds", id="NaN"
        ),
        pytest.param(with_attributes(interval_seconds=""), {}, "interval_seconds", id="empty"),
        pytest.param(
            with_attributes(interval_seconds=1.5), {}, "interval_seconds", id="a fraction"
        ),
        pytest.param(with_attributes(interval_seconds=10**12), {}, "interval_seconds", id="huge"),
        pytest.param(with_attributes(timeout_seconds=0), {}, "timeout_seconds = 0", id="timeout 0"),
        pytest.param(
            with_attributes(catch_up_seconds=9), {}, "catch_up_seconds = 9", id="catch-up below 10"
        ),
        pytest.param(with_attributes(overlap="skip"), {}, "overlap = 'skip'", id="overlap"),
        pytest.param(with_attributes(shards=0), {}, "shards = 0", id="shards"),
        pytest.param(with_attributes(backoff_limit=-1), {}, "backoff_limit = -1", id="backoff"),
        pytest.param(with_attributes(schedule="0 0 31 2 *"), {}, "never fires", id="never fires"),
        pytest.param(with_attributes(schedule="61 * * * *"), {}, "61", id="no minute"),
        pytest.param(with_attributes(schedule=5), {}, "schedule = 5", id="no text"),
        pytest.param(
            with_attributes(schedule="0 5 * * *", timezone="Mars/Base"), {}, "Mars/Base", id="zone"
        ),
        pytest.param(
            with_attributes(schedule="0 5 * * *", splay_minutes=5),
            {},
            "splay",
            id="splay of a text",
        ),
        pytest.param(
            with_attributes(interval_seconds=420, splay_minutes=5), {}, "splay", id="splay of 7 min"
        ),
    ],
)
@pytest.mark.fault(1)
def test_what_cannot_be_meant_is_refused_in_one_sentence(
    settings_of, handler, environment, culprit
):
    given = getattr(handler, "interval_seconds", 60)
    with pytest.raises((TaskDefinitionError, ScheduleError)) as caught:
        define(settings_of(**environment), handler, interval_seconds=given)
    text = str(caught.value)
    assert text.startswith("task 't': ")
    assert culprit in text
    assert "\n" not in text
    assert caught.value.exit_code is ExitCode.USAGE


def _yields(self, api_client):
    yield


async def _yields_async(self, api_client):
    yield


async def _takes_nothing(self):
    pass


@pytest.mark.parametrize(
    ("attributes", "culprit"),
    [
        (
            {"shedule": "0 3 * * *"},
            "not an attribute of a task, did you mean 'schedule'?",
        ),
        ({"interval_second": 60}, "did you mean 'interval_seconds'?"),
        ({"execute": _yields}, "execute yields"),
        ({"execute": _yields_async}, "execute yields"),
        ({"execute": _takes_nothing}, "execute cannot be called with only the API client"),
    ],
)
def test_a_class_that_cannot_be_meant_is_refused(settings_of, attributes, culprit):
    task = type("T", (Silent,), attributes)()
    with pytest.raises(TaskDefinitionError) as refusal:
        define_task("t", task, 60, run_on_start=False, settings=settings_of())
    assert culprit in str(refusal.value)
    assert "task 't'" in str(refusal.value)


def test_a_class_without_a_name_is_refused(settings_of):
    class Nameless(Silent):
        name = BaseTask.name

    with pytest.raises(TaskDefinitionError, match="Nameless has no name"):
        define_task(Nameless.name, Nameless(), 60, run_on_start=False, settings=settings_of())


def test_an_application_s_own_attributes_and_wrappers_are_left_alone(settings_of):
    def wrapped(function):
        @functools.wraps(function)
        def wrapper(*arguments):
            return function(*arguments)

        return wrapper

    class Own(Silent):
        timeout = 3
        interval = 5
        batch_size = 100
        _schedules = ()
        execute = wrapped(Silent.execute)

        def schedules(self):
            return []

    task = define_task("t", Own(), 60, run_on_start=False, settings=settings_of())
    assert task.interval_seconds == 60


def test_a_handler_that_cannot_be_called_is_refused(settings_of):
    with pytest.raises(TaskDefinitionError, match="'t': the handler 'text' cannot be called"):
        define(settings_of(), "text")


@pytest.mark.parametrize(
    ("interval", "timeout"),
    [(1, 60), (60, 60), (61, 61), (3600, 3600), (3601, 3600), (86400, 3600)],
)
def test_the_timeout_is_the_interval_within_a_minute_and_an_hour(settings_of, interval, timeout):
    assert define(settings_of(), plain, interval_seconds=interval).timeout_seconds == timeout


def test_slots_are_caught_up_one_after_the_other_only_where_runs_do_not_overlap():
    assert definition_of("t", catch_up="all").overlap is Overlap.FORBID
    for overlap in ("allow", "replace"):
        problem = f"^task 't': catch_up=all .* requires overlap=forbid, not overlap={overlap}$"
        with pytest.raises(TaskDefinitionError, match=problem):
            definition_of("t", catch_up="all", overlap=overlap)


def test_the_other_defaults(settings_of):
    task = define(settings_of(), plain)
    assert (task.overlap, task.catch_up_seconds, task.backoff_limit) == (Overlap.FORBID, 3600, 2)
    assert (task.splay_minutes, task.shards, task.enabled, task.suspend) == (0, 1, True, False)
    assert (task.run_on_start, task.source) == (False, "register_task")
    assert task.explicit_fields == {"interval_seconds"}


def test_a_cron_text_gets_an_hour(settings_of):
    assert define(settings_of(), Scheduled()).timeout_seconds == 3600


@pytest.mark.parametrize("field", ["backoff_limit", "splay_minutes"])
def test_a_zero_is_a_value_and_no_default(settings_of, field):
    task = define(settings_of(**{f"ROTA_TASK__T__{field.upper()}": "0"}), Silent())
    assert getattr(task, field) == 0
    assert field in task.explicit_fields


@pytest.mark.parametrize(
    ("registered", "said", "expected"),
    [(True, None, True), (True, "false", False), (False, "true", True), (False, None, False)],
)
def test_run_on_start_is_the_argument_unless_the_environment_says_otherwise(
    settings_of, registered, said, expected
):
    variables = {} if said is None else {"ROTA_TASK__T__RUN_ON_START": said}
    task = define(settings_of(**variables), Silent(), run_on_start=registered)
    assert task.run_on_start is expected


@pytest.mark.parametrize("name", ["send-bills", "send_bills"])
def test_a_variable_has_an_underscore_where_the_name_has_a_hyphen(settings_of, name):
    settings = settings_of(ROTA_TASK__SEND_BILLS__TIMEOUT_SECONDS="5")
    assert define(settings, Silent(), name).timeout_seconds == 5


def test_every_as_a_schedule_is_an_interval(settings_of):
    task = define(settings_of(), with_attributes(schedule="@every 90m"))
    assert task.interval_seconds == 5400
    assert task.cronjob_schedule().text == "@every 5400s"


def test_a_splay_moves_the_minute_alike_for_the_scheduler_and_the_cronjob(settings_of):
    settings = settings_of(ROTA_RELEASE="shop")
    task = define(settings, with_attributes(interval_seconds=3600, splay_minutes=60))
    assert isinstance(task.schedule, Cron)
    assert task.cronjob_schedule().text == task.schedule.text
    minutes = {
        define(
            settings, with_attributes(interval_seconds=3600, splay_minutes=60), f"t{n}"
        ).schedule.text.split()[0]
        for n in range(30)
    }
    assert len(minutes) > 15, "tasks are spread"


@pytest.mark.fault(2)
def test_less_than_a_minute_has_no_cronjob(settings_of):
    with pytest.raises(ScheduleError):
        define(settings_of(), plain, interval_seconds=45).cronjob_schedule()


def test_a_refused_task_is_a_configuration_error():
    assert issubclass(TaskDefinitionError, ConfigError)


@pytest.mark.parametrize(
    ("attributes", "carried"),
    [
        ({"schedule": "30 2 * * *"}, True),
        ({"interval_seconds": 300}, True),
        ({"interval_seconds": 420}, False),
        ({"interval_seconds": 420, "catch_up_seconds": 600}, True),
    ],
    ids=["cron", "with five fields", "without", "stated"],
)
def test_a_deadline_to_start_is_carried_where_it_means_something_or_is_stated(attributes, carried):
    task = definition_of("t", **attributes)

    assert task.in_manifests(TASK_FIELD_BY_NAME["catch_up_seconds"]) is carried
    assert task.in_manifests(TASK_FIELD_BY_NAME["timeout_seconds"])


@pytest.mark.parametrize(
    ("attributes", "texts"),
    [
        ({"schedule": "30 2 * * *", "timezone": "Europe/Berlin"}, ("30 2 * * *", "Europe/Berlin")),
        ({"interval_seconds": 300}, (None, None)),
        ({"interval_seconds": 420}, (None, None)),
    ],
    ids=["cron", "with five fields", "without"],
)
def test_a_schedule_is_decided_only_where_one_is_written(attributes, texts):
    task = definition_of("t", **attributes)

    assert (task.value_of("schedule"), task.value_of("timezone")) == texts


@pytest.mark.parametrize("release", ["rota", "shop"])
def test_the_offset_of_a_splay_is_the_releases_own_and_that_of_a_cronjob(release):
    task = definition_of("t", release=release, interval_seconds=3600, splay_minutes=59)

    minute = splay_offset_minutes(release, "t", 59)
    assert task.schedule == Cron(f"{minute} * * * *", "Etc/UTC")
    assert task.interval_seconds == 3600
    assert splay_offset_minutes("shop", "t", 59) != splay_offset_minutes("rota", "t", 59)


def test_a_schedule_from_the_environment_leaves_no_interval(settings_of):
    settings = settings_of(ROTA_TASK__T__SCHEDULE="30 2 * * *")
    task = define_task("t", Stated(), 300, run_on_start=False, settings=settings)

    assert task.interval_seconds is None
    assert task.explicit_fields == {"schedule"}


@pytest.mark.parametrize("length", [100, 1000])
def test_a_value_that_is_refused_is_shown_cut_where_it_is_long(length):
    value = "x" * length
    with pytest.raises(TaskDefinitionError) as caught:
        definition_of("t", overlap=value)
    shown = f"task 't': overlap = {plain_repr(value, 200)} is not allowed: input should be 'forbid'"
    assert str(caught.value).startswith(shown)


def test_a_misspelt_attribute_is_found_behind_others_and_in_a_class_further_up():
    async def execute(self, api_client):
        return None

    further_up = type("FurtherUp", (BaseTask,), {"_own": 1, "batch": 2, "shedule": "* * * * *"})
    for bases in ((further_up,), (BaseTask, Mixin)):
        task = type("T", bases, {"name": "t", "interval_seconds": 60, "execute": execute})()
        with pytest.raises(TaskDefinitionError, match="'shedule' is not an attribute of a task"):
            define_task("t", task, None, run_on_start=False, settings=Settings(_env_file=None))


class Mixin:
    shedule = "* * * * *"


@pytest.mark.parametrize(
    ("attributes", "zone"),
    [
        ({"interval_seconds": 420}, "Etc/UTC"),
        ({"schedule": "@every 7m"}, "Etc/UTC"),
        ({"schedule": "0 3 * * *", "timezone": "Europe/Berlin"}, "Europe/Berlin"),
    ],
)
def test_every_task_is_described_with_a_time_zone(attributes, zone):
    task = definition_of("t", **attributes)

    assert describe(task, selected=True, now=0)["timezone"] == zone


@pytest.mark.parametrize(
    ("timeout", "backoff_limit", "grace", "expected"),
    [
        pytest.param(60, 0, 30, 120 + 90, id="one-attempt-no-wait"),
        pytest.param(60, 1, 30, 120 + 2 * 90 + 10, id="one-wait"),
        pytest.param(3600, 2, 30, 120 + 3 * 3630 + 10 + 20, id="waits-double"),
        pytest.param(0.5, 0, 5, 120 + 6, id="parts-of-a-second-round-up"),
        pytest.param(60, 6, 30, 120 + 7 * 90 + 10 + 20 + 40 + 80 + 160 + 320, id="all-below-ten"),
        pytest.param(60, 8, 30, 120 + 9 * 90 + 630 + 2 * 600, id="ten-minutes-at-most"),
    ],
)
def test_the_deadline_leaves_room_for_every_attempt(timeout, backoff_limit, grace, expected):
    found = active_deadline_seconds(
        timeout_seconds=timeout, backoff_limit=backoff_limit, termination_grace_seconds=grace
    )

    assert found == expected
