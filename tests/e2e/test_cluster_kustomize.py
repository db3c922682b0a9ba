"""Both example overlays of `rota export kustomize`, with the image and the tasks of these tests."""

import pytest
import yaml

from support.cluster import API_URL
from support.cluster_scenarios import rota
from support.cluster_watch import ended, epoch, message
from support.docker import wait_until

pytestmark = pytest.mark.e2e

NEXT_SLOT_SECONDS = 150


@pytest.fixture(scope="module")
def applied(scenarios, tmp_path_factory):
    """Export the reference tasks, and apply both examples, each in its namespace."""
    folder = tmp_path_factory.mktemp("kustomize")
    often = {"ROTA_TASK__NOTIFICATIONS__INTERVAL_SECONDS": "60", "ROTA_RELEASE": "shop"}
    rota("export", "kustomize", f"--output={folder}", BUSINESS_API_URL=API_URL, **often)
    repository, _, tag = scenarios.image.partition(":")
    for mode in ("cronjobs", "scheduler"):
        own = folder / "overlays" / mode
        own.mkdir()
        kustomization = {
            "resources": [f"../example-{mode}"],
            "images": [{"name": "rota", "newName": repository, "newTag": tag}],
        }
        (own / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), "utf-8")
        namespace(scenarios, mode).kubectl("apply", f"--kustomize={own}")
    return folder


def namespace(scenarios, mode):
    (found,) = [each for each in scenarios.namespaces if each.name.endswith(f"kustomize-{mode}")]
    return found


def test_the_cronjobs_run_on_start_and_on_schedule(scenarios, applied):
    name = namespace(scenarios, "cronjobs").name

    def triggers():
        pods = scenarios.pods.of(name, rota_task="notifications")
        return {message(pod)["trigger"] for pod in pods if ended(pod)}

    wait_until(
        lambda: triggers() == {"manual", "schedule"},
        "a run on start and one on schedule",
        timeout_seconds=NEXT_SLOT_SECONDS,
    )
    polls = scenarios.apis["kustomize-cronjobs"].calls("/api/v1/notifications")
    assert len(polls) >= 2


def test_the_scheduler_runs_on_start_and_on_schedule(scenarios, applied):
    where = namespace(scenarios, "scheduler")
    where.wait_for_rollout("shop-rota-scheduler")

    def starts():
        lines = where.logs("deployment/shop-rota-scheduler")
        return {line["trigger"]: line for line in lines if line["event"] == "run.started"}

    wait_until(
        lambda: starts().keys() >= {"start", "schedule"},
        "a run on start and one on schedule",
        timeout_seconds=NEXT_SLOT_SECONDS,
    )
    assert epoch(starts()["schedule"]["slot"]) % 60 == 0
    polls = scenarios.apis["kustomize-scheduler"].calls("/api/v1/notifications")
    assert len(polls) >= 2


def test_a_changed_setting_restarts_the_scheduler(scenarios, applied):
    where = namespace(scenarios, "scheduler")
    own = applied / "overlays/scheduler"
    kustomization = yaml.safe_load((own / "kustomization.yaml").read_text("utf-8"))
    generator = {"name": "shop-rota-env", "behavior": "merge", "literals": ["LOG_LEVEL=debug"]}
    changed = {**kustomization, "configMapGenerator": [generator]}
    (own / "kustomization.yaml").write_text(yaml.safe_dump(changed), "utf-8")
    newest = ["get", "deployment/shop-rota-scheduler", "--output=jsonpath={.metadata.generation}"]
    before = int(where.kubectl(*newest))
    named = ["get", "configmaps", "--selector=app.kubernetes.io/name=rota", "--output=name"]
    earlier = [name for name in where.kubectl(*named).split() if "/shop-rota-env-" in name]

    where.kubectl("apply", f"--kustomize={own}")
    where.wait_for_rollout("shop-rota-scheduler")

    assert int(where.kubectl(*newest)) == before + 1
    [level] = where.kubectl(
        "exec", "deployment/shop-rota-scheduler", "--", "printenv", "LOG_LEVEL"
    ).split()
    assert level == "debug"
    where.kubectl("delete", *earlier)


def test_the_documented_way_runs_a_start_job_again(scenarios, applied):
    where = namespace(scenarios, "cronjobs")
    own = f"--kustomize={applied / 'overlays/cronjobs'}"
    label = "--selector=rota/run-on-start=true"
    uid = ["get", "jobs", label, "--output=jsonpath={.items[*].metadata.uid}"]
    before = where.kubectl(*uid)

    where.kubectl("delete", own, label, "--ignore-not-found")
    where.kubectl("apply", own)

    assert len(before.split()) == 1
    assert where.kubectl(*uid) not in {before, ""}


@pytest.mark.parametrize("mode", ["cronjobs", "scheduler"])
def test_deleting_the_overlay_leaves_nothing(scenarios, applied, mode):
    where = namespace(scenarios, mode)
    where.kubectl(
        "delete", f"--kustomize={applied / 'overlays' / mode}", "--cascade=foreground", "--wait"
    )
    kinds = "cronjobs,jobs,pods,deployments,configmaps,serviceaccounts"
    left = where.kubectl("get", kinds, "--selector=app.kubernetes.io/name=rota", "--output=name")
    assert left.split() == []
