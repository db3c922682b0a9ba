import pytest

from rota.importing.cronjobs import import_cronjobs
from rota.importing.job import State
from rota.importing.stubs import stubs, written_schedules
from rota.importing.verification import verify

NOW = 1_795_651_200  # 2026-11-26T00:00:00Z


def cronjob(schedule="0 3 * * *", *, job=None, container=None, **spec):
    container = {"name": "a", "image": "shop:1", "command": ["/app/clean"], **(container or {})}
    template = {"spec": {"containers": [container]}}
    return {
        "kind": "CronJob",
        "metadata": {"name": "clean.up", "namespace": "shop"},
        "spec": {
            "schedule": schedule,
            "jobTemplate": {"spec": {"template": template, **(job or {})}},
            **spec,
        },
    }


def one(*objects, timezone="Etc/UTC"):
    [job] = import_cronjobs(objects, timezone=timezone)
    return job


def test_a_cronjob_keeps_its_schedule_zone_and_fields():
    job = one(
        cronjob(
            timeZone="Europe/Berlin",
            concurrencyPolicy="Replace",
            startingDeadlineSeconds=600,
            suspend=True,
            job={
                "backoffLimit": 0,
                "activeDeadlineSeconds": 900,
                "completionMode": "Indexed",
                "completions": 3,
            },
        )
    )

    assert job.state is State.CONVERTED
    assert (job.where, job.name) == ("CronJob shop/clean.up", "clean-up")
    assert (job.schedule, job.timezone) == ("0 3 * * *", "Europe/Berlin")
    assert dict(job.fields) == {
        "overlap": "replace",
        "catch_up_seconds": 600,
        "timeout_seconds": 900,
        "backoff_limit": 0,
        "shards": 3,
        "suspend": True,
    }
    assert str(verify(job, "0 3 * * *", "Europe/Berlin", NOW)) == "400 instants are equal"
    assert verify(job, "0 3 * * *", "Etc/UTC", NOW).differs


def test_the_defaults_of_kubernetes_are_stated():
    job = one(cronjob(), timezone="Europe/Berlin")

    assert dict(job.fields) == {"overlap": "allow", "backoff_limit": 6}
    assert job.timezone == "Europe/Berlin"
    assert "taken for Europe/Berlin" in job.notes[0]


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ("CRON_TZ=Europe/Berlin 0 3 * * *", "TZ"),
        ("0 3 * * 7", "write 0 for Sunday"),
        ("0 0 30 2 *", "never fires"),
        (None, "must be text"),
        (["0"], "must be text"),
    ],
)
def test_a_schedule_that_rota_refuses_is_left_to_a_person(schedule, reason):
    job = one(cronjob(schedule))

    assert job.state is State.BY_HAND
    assert reason in job.reason


def test_an_interval_has_no_fixed_instants():
    job = one(cronjob("@every 90s"))

    assert job.state is State.CONVERTED
    assert any("not the phase" in note for note in job.notes)
    assert str(verify(job, "@every 90s", "Etc/UTC", NOW)) == "has no fixed instants"


@pytest.mark.parametrize(
    "container",
    [
        {"command": ["/usr/bin/rota"], "args": ["run", "cleanup"]},
        {"command": None, "args": ["run", "cleanup"], "env": [{"name": "ROTA_CRONJOB_NAME"}]},
    ],
)
def test_rotas_own_cronjobs_are_left_out(container):
    job = one(cronjob(container=container))

    assert job.state is State.LEFT_OUT
    assert written_schedules(stubs([job], "rota import cronjobs")) == {}


def test_values_of_variables_are_not_copied():
    env = [{"name": "PGPASSWORD", "value": "hunter2"}]
    container = {"args": ["--token", "hunter3", "a\nimport os"], "env": env}
    job = one(cronjob(container=container))
    module = stubs([job], "rota import cronjobs")

    compile(module, "stubs", "exec")
    assert "hunter" not in module
    assert "\nimport os" not in module
    assert "PGPASSWORD" in module


def test_other_objects_are_passed_over():
    others = [{"kind": "Deployment"}, {}, 7, None]

    assert list(import_cronjobs(others, timezone="Etc/UTC")) == []


@pytest.mark.parametrize("spec", [None, [], {}, {"jobTemplate": 3}])
def test_a_cronjob_without_a_usable_spec_is_left_to_a_person(spec):
    assert one({"kind": "CronJob", "spec": spec}).state is State.BY_HAND


def test_a_deadline_that_is_no_number_or_too_small_is_noted():
    for deadline in (5, "600", 10.5):
        job = one(cronjob(startingDeadlineSeconds=deadline))

        assert "catch_up_seconds" not in dict(job.fields)
        assert any("startingDeadlineSeconds is not carried over" in note for note in job.notes)
