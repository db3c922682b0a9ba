import pytest

from rota.tasks.warnings import task_warnings
from support.registries import definition_of

IN_2026 = 1_795_478_400


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"interval_seconds": 300}, []),
        ({"schedule": "0 4 * * *"}, []),
        ({"interval_seconds": 30}, ["every 30 s is too often for a CronJob"]),
        ({"interval_seconds": 420}, ["every 420 s has no five-field text"]),
        (
            {"interval_seconds": 420, "catch_up_seconds": 600},
            ["every 420 s has no five-field text", "catch_up_seconds is refused in CronJob mode"],
        ),
        ({"schedule": "0 4 * * *", "catch_up": "all"}, ["catch_up=all is refused in CronJob mode"]),
        (
            {"interval_seconds": 420, "catch_up": "none"},
            ["every 420 s has no five-field text", "catch_up=none is refused in CronJob mode"],
        ),
        ({"schedule": "*/7 * * * *"}, ["the minute steps in '*/7'"]),
        (
            {"schedule": "30 2 * * *", "timezone": "Europe/Berlin"},
            [
                "the run at 02:30 in Europe/Berlin is skipped",
                "the run at 02:30 in Europe/Berlin is run twice",
            ],
        ),
    ],
    ids=[
        "plain",
        "plain cron",
        "short",
        "every",
        "every with a deadline",
        "all",
        "none",
        "steps",
        "clock",
    ],
)
def test_what_may_not_be_meant_is_reported_in_its_order(attributes, words):
    warnings = task_warnings(definition_of("t", **attributes), IN_2026)

    assert len(warnings) == len(words)
    for warning, beginning in zip(warnings, words, strict=True):
        assert warning.startswith(beginning)


def test_what_does_not_fire_soon_is_reported():
    task = definition_of("t", schedule="0 0 29 2 *")

    # 2100 has no 29 February: after that of 2096 the next is eight years away.
    told = task_warnings(task, 3_981_571_200)
    assert told[-1:] == ["does not fire within the next five years"]


def test_a_disagreement_of_databases_stands_beside_the_other_warnings(system_zones):
    system_zones("# version 1999b", Europe__Berlin="Africa/Lagos")
    task = definition_of("t", schedule="30 2 * * *", timezone="Europe/Berlin")

    warnings = task_warnings(task, IN_2026)

    assert len(warnings) == 3
    assert warnings[2].startswith("tz databases disagree on Europe/Berlin")
