import pytest

from rota.settings.unknown_names import known_names, unknown_name_problems


@pytest.mark.parametrize("name", known_names())
def test_every_setting_is_known(name):
    assert unknown_name_problems([name]) == []


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("ROTA_GRACE_SECOND", "no such setting, did you mean ROTA_GRACE_SECONDS?"),
        ("ROTA_TASK_INTERVAL_SECONDS", "no such setting, did you mean TASK_INTERVAL_SECONDS?"),
        ("ROTA_BUSINESS_API_URL", "no such setting, did you mean BUSINESS_API_URL?"),
        ("ROTA_LOG_LEVEL", "no such setting, did you mean LOG_LEVEL?"),
        ("ROTA_XYZZY_QUUX", "no such setting"),
        ("rota_grace_second", "no such setting, did you mean ROTA_GRACE_SECONDS?"),
        (
            "ROTA_TASK__CLEANUP__TIMEOUT",
            "no such field, did you mean TIMEOUT_SECONDS?",
        ),
        ("ROTA_TASK__CLEANUP__XYZZY", "no such field; fields are INTERVAL_SECONDS, SCHEDULE, "),
        ("ROTA_TASK__CLEANUP", "not of the form ROTA_TASK__<NAME>__<FIELD>; fields are "),
        (
            "ROTA_TASK__A__B__SHARDS",
            "not of the form ROTA_TASK__<NAME>__<FIELD>, did you mean ROTA_TASK__A_B__SHARDS?",
        ),
        ("ROTA_TASK____SHARDS", "not of the form ROTA_TASK__<NAME>__<FIELD>; fields are "),
    ],
)
@pytest.mark.fault(22)
def test_a_typo_is_reported_with_the_nearest_name(name, problem):
    (told,) = unknown_name_problems([name])
    assert told.startswith(f"{name.upper()}: {problem}")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ROTA_TASK_CLEANUP_TIMEOUT_SECONDS", "ROTA_TASK__CLEANUP__TIMEOUT_SECONDS"),
        ("ROTA_TASK__SEND.REMINDERS__SHARDS", "ROTA_TASK__SEND_REMINDERS__SHARDS"),
        ("rota.task.send-reminders.shards", "ROTA_TASK__SEND_REMINDERS__SHARDS"),
        ("ROTA-GRACE-SECONDS", "ROTA_GRACE_SECONDS"),
        ("rota.grace.seconds", "ROTA_GRACE_SECONDS"),
        ("ROTA_GRACE-SECONDS", "ROTA_GRACE_SECONDS"),
    ],
)
@pytest.mark.fault(121)
def test_a_name_with_other_separators_is_reported_with_the_right_ones(name, meant):
    (told,) = unknown_name_problems([name])
    assert told.startswith(f"{name.upper()}: ")
    assert told.endswith(f", did you mean {meant}?")


@pytest.mark.fault(121)
def test_a_task_that_is_named_in_two_ways_is_refused():
    names = ["ROTA_TASK__SEND-BILLS__SHARDS", "ROTA_TASK__SEND_BILLS__SHARDS"]
    assert unknown_name_problems(names) == [
        f"{names[1]}: the same setting as {names[0]}; keep one of them"
    ]
    assert unknown_name_problems([names[0], "ROTA_TASK__SEND_BILLS__ENABLED"]) == []


@pytest.mark.parametrize(
    "name",
    [
        "ROTA_PORT",
        "ROTA_PORT_8000_TCP",
        "ROTA_PORT_8000_TCP_ADDR",
        "ROTA_SERVICE_HOST",
        "ROTA_SERVICE_PORT",
        "ROTA_SERVICE_PORT_HTTP",
        "ROTA_SCHEDULER_SERVICE_HOST",
        "ROTA_SCHEDULER_PORT_8080_TCP_PROTO",
    ],
)
@pytest.mark.fault(22)
def test_what_kubernetes_adds_for_a_service_called_rota_is_skipped(name):
    assert unknown_name_problems([name]) == []


@pytest.mark.parametrize(
    "name", ["PATH", "ROTATE", "TASK_INTERVAL_SECOND", "XROTA_X", "rota-x", "log.level", ""]
)
def test_names_of_others_are_none_of_its_business(name):
    assert unknown_name_problems([name]) == []


def test_no_setting_is_named_as_kubernetes_would_name_a_service_link():
    assert not [name for name in known_names() if "_PORT" in name or "_SERVICE_" in name]


def test_a_service_link_is_no_number_that_somebody_meant(settings_of):
    settings = settings_of(
        ROTA_PORT="tcp://10.0.0.1:8000", ROTA_SERVICE_HOST="10.0.0.1", ROTA_SERVICE_PORT="8000"
    )
    assert settings.release == "rota"
