"""Upgrades that fail, and what is left of them, with Helm 3, Helm 4, and one after the other.

No pod needs to run here: an image that does not exist keeps every Job waiting.
"""

import json
import uuid

import pytest
import yaml

from support import cluster, helm
from support.docker import CommandFailedError, wait_until

pytestmark = pytest.mark.e2e

URL = "http://business-api:8000"
# A zone that the API server refuses, in a CronJob that comes after the others: a failure halfway.
REFUSED = {"schedule": "0 3 * * *", "timezone": "Mars/Olympus"}
BASE = {
    "a-daily": {"schedule": "0 3 * * *"},
    "a-starting": {"intervalSeconds": 3600, "runOnStart": True},
    "z-last": {"intervalSeconds": 86400},
}
# Everything of a task that may come and go, in the revision that fails.
MORE = {
    "schedule": "0 4 * * *",
    "catchUpSeconds": 100,
    "shards": 3,
    "ttlSecondsAfterFinished": 60,
    "priorityClassName": "system-node-critical",
    "timeoutSeconds": 30,
}
FAILING = {
    **BASE,
    "a-daily": MORE,
    "a-starting": {**BASE["a-starting"], "timeoutSeconds": 77},
    "z-last": REFUSED,
}
NEW = {"a-new": {"intervalSeconds": 60}}
# An interval that becomes `@every`, beside which a startingDeadlineSeconds would stop the task.
CORRECTED = {**BASE, "a-daily": {"intervalSeconds": 5400}, "z-last": {"intervalSeconds": 43200}}
KINDS = "cronjobs,configmaps,serviceaccounts,jobs"


class Story:
    """A release whose steps are told one by one, each with the Helm of that time."""

    def __init__(self, versions):
        self.namespace = cluster.Namespace(f"lifecycle-{uuid.uuid4().hex[:8]}")
        self.versions = versions

    def run(self, step, *arguments, tasks=None):
        version = self.versions[min(step, len(self.versions) - 1)]
        values = {"businessApi": {"url": URL}, "image": {"repository": "none", "tag": "v1"}}
        text = json.dumps({**values, "tasks": tasks or {}})
        more = () if tasks is None else (str(cluster.CHART), "--values=-")
        return self.namespace.helm(
            arguments[0], "shop", *more, *arguments[1:], version=version, text=text
        )

    def live(self):
        """Return what the release has in the cluster, but the CronJobs' own Jobs."""
        selector = "app.kubernetes.io/instance=shop"
        return {
            (each["kind"], each["metadata"]["name"]): each
            for each in self.namespace.get(KINDS, selector)
            if not each["metadata"].get("ownerReferences")
        }

    def manifest(self, version):
        text = self.namespace.helm("get", "manifest", "shop", version=version)
        found = [each for each in yaml.safe_load_all(text) if each]
        return {
            (each["kind"], each["metadata"]["name"]): each
            for each in found
            if each["kind"] in ("CronJob", "ConfigMap", "ServiceAccount", "Job")
        }

    def assert_one_revisions(self):
        """What is live is the last revision's: all of it, nothing besides, no key of another."""
        version = self.versions[-1]
        manifest, live = self.manifest(version), self.live()
        assert set(live) == set(manifest)
        for key, wanted in manifest.items():
            found = live[key]
            assert found.get("data") == wanted.get("data")
            assert stale(wanted.get("spec"), found.get("spec"), key[1]) == []


# Set by the API server where they are not given.
DEFAULTED = {
    "backoffLimit", "completionMode", "completions", "concurrencyPolicy", "creationTimestamp",
    "dnsPolicy", "manualSelector", "parallelism", "podReplacementPolicy", "schedulerName",
    "selector", "serviceAccount", "suspend", "terminationMessagePath", "apiVersion",
}  # fmt: skip
CONTROLLERS = ("batch.kubernetes.io/", "controller-uid", "job-name")


def stale(wanted, found, path):
    """Return the paths where the cluster differs from, or has more than, what a manifest states."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        problems = []
        for key in wanted.keys() | found.keys():
            own = wanted.get(key)
            if own is None and (key in DEFAULTED or key.startswith(CONTROLLERS)):
                continue
            if own is None and found.get(key) in (None, {}):
                continue
            problems += stale(own, found.get(key), f"{path}.{key}")
        return problems
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [
            problem
            for at, (each, other) in enumerate(zip(wanted, found, strict=True))
            for problem in stale(each, other, f"{path}[{at}]")
        ]
    return [] if wanted == found else [f"{path}: {wanted!r} became {found!r}"]


@pytest.fixture(params=[["helm3"], ["helm"], ["helm3", "helm3", "helm"]], ids="-".join)
def story(request):
    story = Story(request.param)
    yield story
    story.namespace.delete()


def specs(story):
    return {name: each["spec"] for (kind, name), each in story.live().items() if kind == "CronJob"}


@pytest.mark.fault(125)
def test_after_a_refused_upgrade_a_corrected_one_leaves_nothing_of_it(story):
    story.run(0, "install", tasks=BASE)
    before = specs(story)
    with pytest.raises(CommandFailedError, match="Mars/Olympus"):
        story.run(1, "upgrade", tasks=FAILING)

    # What the upgrade did not reach goes on with what it was deployed with.
    assert specs(story)["shop-rota-z-last"] == before["shop-rota-z-last"]
    assert "ROTA_TASK__A_DAILY" not in json.dumps(before["shop-rota-z-last"])

    story.run(2, "upgrade", tasks=CORRECTED)
    story.assert_one_revisions()
    assert specs(story)["shop-rota-a-daily"]["schedule"] == "@every 5400s"
    assert "startingDeadlineSeconds" not in specs(story)["shop-rota-a-daily"]
    story.run(2, "uninstall")
    wait_until(lambda: story.live() == {}, "nothing left", timeout_seconds=60)


@pytest.mark.fault(125)
def test_tasks_that_only_a_refused_upgrade_had_go_with_it_where_helm_is_told_to(story):
    story.run(0, "install", tasks=BASE)
    with pytest.raises(CommandFailedError, match="Mars/Olympus"):
        story.run(1, "upgrade", "--cleanup-on-fail", tasks=FAILING | NEW)
    assert "shop-rota-a-new" not in specs(story)

    story.run(2, "upgrade", tasks=CORRECTED)
    story.assert_one_revisions()


@pytest.mark.fault(125)
def test_a_refused_upgrade_can_be_rolled_back_start_jobs_included(story):
    story.run(0, "install", tasks=BASE)
    before = story.live()
    with pytest.raises(CommandFailedError, match="Mars/Olympus"):
        story.run(1, "upgrade", tasks=FAILING)
    story.run(2, "rollback", "1")

    story.assert_one_revisions()
    after = story.live()
    [job] = [each for (kind, _), each in after.items() if kind == "Job"]
    # The same Job, not another run.
    assert job["metadata"]["uid"] == before["Job", job["metadata"]["name"]]["metadata"]["uid"]
    story.run(2, "uninstall")
    wait_until(lambda: story.live() == {}, "nothing left", timeout_seconds=60)


@pytest.mark.fault(125)
@pytest.mark.parametrize("version", ["helm3", "helm"])
def test_a_refused_upgrade_rolls_itself_back_where_that_is_asked_for(version):
    story = Story([version])
    option = {"helm3": "--atomic", "helm": "--rollback-on-failure"}[version]
    story.run(0, "install", tasks=BASE)
    before = specs(story)
    with pytest.raises(CommandFailedError, match="Mars/Olympus"):
        # What rolls back waits as well: for no Job, and no pod needs to start here.
        story.run(1, "upgrade", option, "--timeout=60s", tasks=FAILING | NEW)

    story.assert_one_revisions()
    assert specs(story) == before
    story.namespace.delete()


@pytest.mark.fault(129)
@pytest.mark.parametrize("version", ["helm3", "helm"])
def test_what_was_suspended_by_hand_stays_so_through_upgrades(version):
    story = Story([version])
    story.run(0, "install", tasks=BASE)
    story.namespace.kubectl(
        "patch", "cronjob", "shop-rota-a-daily", "--patch", '{"spec": {"suspend": true}}'
    )
    story.run(1, "upgrade", tasks=CORRECTED)

    found = specs(story)
    assert found["shop-rota-a-daily"]["schedule"] == "@every 5400s"
    assert [name for name, spec in found.items() if spec["suspend"]] == ["shop-rota-a-daily"]
    story.namespace.delete()


@pytest.mark.fault(133)
@pytest.mark.parametrize("mode", ["cronjobs", "scheduler", "hybrid"])
def test_after_an_apply_there_is_nothing_left_to_apply(mode, tmp_path):
    namespace = cluster.Namespace(f"diff-{mode}-{uuid.uuid4().hex[:8]}")
    values = {
        "mode": mode,
        "businessApi": {"url": URL},
        "tasks": BASE | {"shards": {"intervalSeconds": 3600, "shards": 2}},
        "networkPolicy": {"enabled": True, "egress": [{}]},
        "service": {"enabled": True},
        "podDisruptionBudget": {"enabled": True},
        "state": {"persistence": {"enabled": True}},
    }
    more = (f"--namespace={namespace.name}", "--skip-tests")
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(helm.template(values, more=more))
    namespace.kubectl("apply", f"--filename={rendered}")

    # Exit code 1 where something differs.
    assert namespace.kubectl("diff", f"--filename={rendered}") == ""
    namespace.delete()


@pytest.mark.fault(132)
@pytest.mark.parametrize("version", ["helm3", "helm"])
def test_helm_test_shows_what_rota_check_wrote(scenarios, version):
    told = scenarios["shop"].release.test(version)

    assert "POD LOGS: shop-rota-check" in told
    assert "ok: " in told
