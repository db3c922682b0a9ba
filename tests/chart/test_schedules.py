import random
import shutil

import pytest

from rota.model.errors import ScheduleError
from rota.schedules import (
    cronjob_schedule,
    five_field_text,
    splay_offset_minutes,
    splayed_cronjob_schedule,
)
from rota.settings import Settings
from rota.tasks.definition import define_task
from support import helm

LAST_SECONDS = 100_000
TEN_YEARS_SECONDS = 316_224_000
FIVE_FIELD_SECONDS = [
    seconds for seconds in range(60, 604_801, 60) if five_field_text(seconds) is not None
]

# Prints what the chart's own helpers make of the numbers given, one line each.
PROBE = """
{{- $asked := .Values.global }}
{{- range $seconds := untilStep 1 (int $asked.until) 1 }}
# {{ include "rota.fiveFieldText" (dict "seconds" $seconds "offset" 0) }}
{{- end }}
{{- range $asked.texts }}
# {{ include "rota.fiveFieldText" . }}
{{- end }}
{{- range $asked.splays }}
# {{ include "rota.splayOffset" . }}
{{- end }}
{{- range $asked.deadlines }}
# {{ include "rota.activeDeadline" . }}
{{- end }}
probe: done
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Return a function that hands cases to the chart's helpers, and returns their texts."""
    chart = tmp_path_factory.mktemp("probe") / "rota"
    shutil.copytree(helm.CHART, chart)
    for path in chart.glob("templates/**/*"):
        if path.suffix in {".yaml", ".txt"}:
            path.unlink()
    (chart / "templates/probe.yaml").write_text(PROBE, encoding="utf-8")

    def texts(**cases):
        nothing = {"until": 1, "texts": [], "splays": [], "deadlines": []}
        rendered = helm.template({"global": nothing | cases}, chart=chart)
        lines = [line for line in rendered.splitlines() if line.startswith("#")]
        return [line.removeprefix("#").strip() for line in lines if "Source:" not in line]

    return texts


def draws(seed):
    return random.Random(seed)  # noqa: S311 (a sample that is the same in each run)


def python_text(seconds, offset=0):
    return five_field_text(seconds, offset) or ""


def test_every_interval_up_to_a_day_and_more_has_pythons_text(ask):
    expected = [python_text(seconds) for seconds in range(1, LAST_SECONDS + 1)]
    assert ask(until=LAST_SECONDS + 1) == expected
    assert sum(map(bool, expected)) == len(FIVE_FIELD_SECONDS) - 1  # the week lies beyond


def test_a_sample_of_longer_intervals_has_pythons_text(ask):
    draw = draws(4)
    seconds = [draw.randint(LAST_SECONDS, TEN_YEARS_SECONDS) for _ in range(2000)]
    seconds += [604_800, 604_799, 604_801, 1_209_600, 172_800, 2_592_000, TEN_YEARS_SECONDS]
    cases = [{"seconds": each, "offset": 0} for each in seconds]
    assert ask(texts=cases) == [python_text(each) for each in seconds]


def test_every_text_moved_by_a_splay_is_pythons(ask):
    draw = draws(5)
    cases = [
        {"seconds": seconds, "offset": offset}
        for seconds in FIVE_FIELD_SECONDS
        for offset in [*range(130), *(draw.randint(130, 10_080) for _ in range(100)), 10_080]
    ]
    expected = [python_text(case["seconds"], case["offset"]) for case in cases]
    assert ask(texts=cases) == expected


def test_a_tasks_offset_is_pythons(ask):
    draw = draws(6)
    cases = [
        {
            "release": draw.choice(["rota", "shop", "a.b", "x" * 53]),
            "task": f"task_{draw.randint(0, 10**6)}",
            "splay": draw.randint(0, 10_080),
        }
        for _ in range(2000)
    ]
    expected = [
        str(splay_offset_minutes(case["release"], case["task"], case["splay"])) for case in cases
    ]
    assert ask(splays=cases) == expected
    assert len(set(expected)) > 500


def deadline(timeout, retries, grace):
    # DESIGN.md section 4; the waits as in kubernetes' pkg/controller/job/backoff_utils.go.
    waits = sum(min(600, 10 * 2**retry) for retry in range(retries))
    return 120 + (retries + 1) * (timeout + grace) + waits


def test_the_deadline_leaves_room_for_every_attempt(ask):
    cases = [
        {"timeout": timeout, "backoffLimit": retries, "grace": grace}
        for timeout in (1, 60, 3600, 604_800)
        for retries in (0, 1, 2, 6, 7, 8, 20, 100)
        for grace in (5, 30, 3605)
    ]
    expected = [deadline(*case.values()) for case in cases]
    assert ask(deadlines=cases) == [str(each) for each in expected]
    assert deadline(300, 2, 30) == 120 + 3 * 330 + 10 + 20


def name_of(seconds):
    return f"every-{seconds}"


def test_cronjobs_carry_the_schedule_that_python_gives_them():
    draw = draws(7)
    others = [draw.randint(60, TEN_YEARS_SECONDS) for _ in range(60)]
    seconds = sorted({*FIVE_FIELD_SECONDS, 61, 90, 5400, 420, 90_000, 1_000_000, *others})
    tasks = {name_of(each): {"intervalSeconds": each} for each in seconds}
    cronjobs = helm.by_task(helm.objects({"tasks": tasks}))
    for each in seconds:
        expected = cronjob_schedule(each)
        spec = cronjobs[name_of(each)]["spec"]
        assert (spec["schedule"], spec["timeZone"]) == (expected.text, expected.timezone)
        assert ("startingDeadlineSeconds" in spec) == expected.exact


def test_cronjobs_carry_the_splay_that_python_gives_them():
    tasks = {
        name_of(seconds): {"intervalSeconds": seconds, "splayMinutes": 700}
        for seconds in FIVE_FIELD_SECONDS
    }
    for release in ("rota", "shop"):
        cronjobs = helm.by_task(helm.objects({"tasks": tasks}, release=release))
        for seconds in FIVE_FIELD_SECONDS:
            name = name_of(seconds)
            expected = splayed_cronjob_schedule(
                seconds, release=release, task=name, splay_minutes=700
            )
            assert cronjobs[name]["spec"]["schedule"] == expected.text


def test_a_default_splay_leaves_alone_what_cannot_have_one():
    values = {
        "taskDefaults": {"splayMinutes": 59},
        "tasks": {
            "hourly": {"intervalSeconds": 3600},
            "odd": {"intervalSeconds": 5400},
            "texts": {"schedule": "5 3 * * *"},
        },
    }
    cronjobs = helm.by_task(helm.objects(values))
    assert cronjobs["odd"]["spec"]["schedule"] == "@every 5400s"
    assert cronjobs["texts"]["spec"]["schedule"] == "5 3 * * *"
    offset = splay_offset_minutes("shop", "hourly", 59)
    assert cronjobs["hourly"]["spec"]["schedule"] == f"{offset} * * * *"


@pytest.mark.parametrize(
    ("schedule", "timezone", "expected"),
    [
        ("30 2 * * 1-5", "Europe/Berlin", "Europe/Berlin"),
        ("* * * * *", None, "Etc/UTC"),
        ("@daily", "Asia/Kathmandu", "Asia/Kathmandu"),
        ("*/5 0-6,22 ? JAN SUN", None, "Etc/UTC"),
    ],
)
def test_a_cron_text_goes_into_the_cronjob_as_it_is(schedule, timezone, expected):
    values = {"tasks": {"report": {"schedule": schedule, "timezone": timezone}}}
    spec = helm.by_task(helm.objects(values))["report"]["spec"]
    assert (spec["schedule"], spec["timeZone"]) == (schedule, expected)


@pytest.mark.fault(2)
def test_below_a_minute_a_cronjob_is_refused_with_the_ways_out():
    values = {"tasks": {"fast": {"intervalSeconds": 30}, "faster": {"intervalSeconds": 1}}}
    with pytest.raises(helm.HelmRefusedError) as refusal:
        helm.template(values)
    for name, seconds in (("fast", 30), ("faster", 1)):
        with pytest.raises(ScheduleError) as error:
            cronjob_schedule(seconds)
        assert f"tasks.{name}.intervalSeconds: " in str(refusal.value)
        assert str(error.value).split(".")[0] in str(refusal.value)
    assert "mode: scheduler, or mode: hybrid" in str(refusal.value)


@pytest.mark.parametrize("seconds", [60, 61, 600, 3599, 3600, 3601, 86_400])
def test_the_default_timeout_is_pythons(seconds):
    task = define_task("x", lambda _: None, seconds, run_on_start=False, settings=Settings())
    config = helm.only({"tasks": {"x": {"intervalSeconds": seconds}}}, "ConfigMap")
    assert float(helm.settings(config)["ROTA_TASK__X__TIMEOUT_SECONDS"]) == task.timeout_seconds
