"""The chart's alerts on CronJobs from kube-state-metrics alone, asked of promtool."""

import pytest

from rota.schedules import Cron, largest_gap_seconds
from support import helm
from support.promtool import DAY, HOUR, MINUTE, Story, check_rules

NIGHTLY = {"schedule": "30 2 * * *", "timezone": "Europe/Berlin", "largestGapSeconds": 47 * HOUR}
VALUES = {
    "tasks": {"hourly": {"intervalSeconds": 3600, "catchUpSeconds": 600}, "nightly": NIGHTLY},
    "metrics": {"prometheusRule": {"enabled": True, "kubeStateMetrics": True}},
}
# 600 s of catch-up, the Job's deadline with its retries, 60 s.
JOB_DEADLINE = 120 + 3 * (3600 + 30) + 10 + 20
SLOT_TAKES = 600 + JOB_DEADLINE + 60


@pytest.fixture(scope="module")
def groups():
    rule = helm.only(VALUES, "PrometheusRule", more=("--namespace", "shop"))
    return rule["spec"]["groups"]


def of(metric, cronjob="shop-rota-hourly", exporter="ksm-1"):
    return f'{metric}{{namespace="shop",cronjob="{cronjob}",instance="{exporter}"}}'


SUCCESS = "kube_cronjob_status_last_successful_time"
SCHEDULED = "kube_cronjob_status_last_schedule_time"
CREATED = "kube_cronjob_created"
SUSPENDED = "kube_cronjob_spec_suspend"
ACTIVE = "kube_cronjob_status_active"
DUE = HOUR + SLOT_TAKES


def test_promtool_takes_them_and_there_are_no_others(groups):
    assert check_rules(groups) == ""
    assert [group["name"] for group in groups] == ["rota.cronjobs"]


def test_the_deadline_of_the_job_is_in_the_number(groups):
    cronjob = helm.by_task(helm.objects(VALUES))["hourly"]
    assert cronjob["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] == JOB_DEADLINE
    assert f"[{DUE}s]" in groups[0]["rules"][0]["expr"]


class TestOverdue:
    alert = "RotaTaskOverdue"

    def test_fires_for_a_cronjob_that_never_ran(self, groups):
        story = Story(groups).series(of(CREATED), (2 * DUE, 0)).series(of(SUSPENDED), (2 * DUE, 0))

        assert not story.fires(self.alert, DUE - MINUTE)
        [labels] = story.alerts(self.alert, DUE + 10 * MINUTE)
        assert labels["task"] == "hourly"

    def test_a_first_success_ends_it(self, groups):
        story = (
            Story(groups)
            .series(of(CREATED), (3 * DUE, 0))
            .series(of(SUSPENDED), (3 * DUE, 0))
            .series(of(SUCCESS), (2 * DUE, None), (3 * DUE, 2 * DUE))
        )

        assert story.fires(self.alert, 2 * DUE - 10 * MINUTE)
        assert not story.fires(self.alert, 2 * DUE + 10 * MINUTE)

    def test_is_silent_over_the_night_that_has_no_slot_and_late_on_all_others(self, groups):
        berlin = Cron(NIGHTLY["schedule"], NIGHTLY["timezone"])
        assert largest_gap_seconds(berlin, 1_767_225_600, 1_830_297_600) == 47 * HOUR
        takes = 3600 + JOB_DEADLINE + 60
        due = 47 * HOUR + takes
        nightly = "shop-rota-nightly"
        story = Story(groups, step=600)
        for metric in (CREATED, SUSPENDED, SUCCESS):
            story.series(of(metric, nightly), (4 * DAY, 0))

        assert not story.fires(self.alert, due // 600 * 600)
        assert story.fires(self.alert, due // 600 * 600 + 1200)

    def test_is_silent_while_suspended_and_for_a_gap_after_a_resume(self, groups):
        story = (
            Story(groups)
            .series(of(CREATED), (6 * DUE, 0))
            .series(of(SUCCESS), (6 * DUE, 60))
            .series(of(SUSPENDED), (HOUR, 0), (3 * DUE, 1), (6 * DUE, 0))
        )

        assert not any(
            story.fires(self.alert, at) for at in (2 * DUE, 3 * DUE + HOUR, 4 * DUE - HOUR)
        )
        assert story.fires(self.alert, 4 * DUE + 10 * MINUTE)

    def test_neither_starts_nor_ends_with_a_restart_of_kube_state_metrics(self, groups):
        story = Story(groups)
        for exporter, begin, end in (("ksm-1", 0, 2 * DUE), ("ksm-2", 2 * DUE - HOUR, 4 * DUE)):
            for metric in (CREATED, SUCCESS, SUSPENDED):
                parts = [(begin, None), (end, 60)] if begin else [(end, 60)]
                if metric == SUSPENDED:
                    parts = [(until, value and 0) for until, value in parts]
                story.series(of(metric, exporter=exporter), *parts)

        for at in (2 * DUE - 30 * MINUTE, 2 * DUE + MINUTE, 3 * DUE):
            assert len(story.alerts(self.alert, at)) == 1

    def test_a_deleted_cronjob_is_not_overdue(self, groups):
        story = Story(groups)
        for metric in (CREATED, SUCCESS, SUSPENDED):
            story.series(of(metric), (HOUR, 0))

        assert not any(story.fires(self.alert, at) for at in (2 * HOUR, DUE + HOUR, 2 * DUE))

    def test_a_cronjob_that_was_made_again_begins_anew(self, groups):
        story = (
            Story(groups)
            .series(of(CREATED), (2 * DUE, 0), (5 * DUE, 2 * DUE))
            .series(of(SUSPENDED), (5 * DUE, 0))
        )

        assert story.fires(self.alert, 2 * DUE - 10 * MINUTE)
        assert not story.fires(self.alert, 3 * DUE - 10 * MINUTE)


class TestFailing:
    alert = "RotaTaskFailing"

    @staticmethod
    def story(groups, *, scheduled, success, active=0):
        story = (
            Story(groups)
            .series(of(CREATED), (2 * HOUR, 0))
            .series(of(SCHEDULED), (2 * HOUR, scheduled))
            .series(of(ACTIVE), (2 * HOUR, active))
        )
        return story if success is None else story.series(of(SUCCESS), (2 * HOUR, success))

    @pytest.mark.parametrize("success", [None, 20], ids=["never succeeded", "succeeded before"])
    def test_fires_where_the_last_slot_had_no_success(self, groups, success):
        story = self.story(groups, scheduled=60, success=success)

        assert story.fires(self.alert, 10 * MINUTE)

    def test_is_silent_while_a_job_is_at_work(self, groups):
        story = self.story(groups, scheduled=60, success=20, active=1)

        assert not story.fires(self.alert, HOUR)

    def test_is_silent_while_suspended(self, groups):
        story = self.story(groups, scheduled=60, success=20)
        story.series(of(SUSPENDED), (HOUR, 0), (2 * HOUR, 1))

        assert story.fires(self.alert, HOUR - MINUTE)
        assert not story.fires(self.alert, HOUR)

    def test_is_silent_where_a_retry_succeeded_however_many_pods_failed(self, groups):
        failed = 'kube_job_status_failed{namespace="shop",job_name="shop-rota-hourly-1",reason=""}'
        story = self.story(groups, scheduled=60, success=120).series(failed, (2 * HOUR, 2))

        assert not story.fires(self.alert, HOUR)

    def test_sees_a_job_that_its_pod_failure_policy_has_ended(self, groups):
        """kube-state-metrics knows no reason for those, so rules on a reason miss them."""
        failed = 'kube_job_failed{namespace="shop",job_name="shop-rota-hourly-1",condition="true"}'
        story = self.story(groups, scheduled=60, success=20).series(failed, (2 * HOUR, 1))

        assert story.fires(self.alert, HOUR)

    def test_a_later_success_ends_it_although_the_failed_job_is_still_there(self, groups):
        failed = 'kube_job_failed{namespace="shop",job_name="shop-rota-hourly-1",condition="true"}'
        story = (
            self.story(groups, scheduled=60, success=None)
            .series(failed, (2 * HOUR, 1))
            .series(of(SUCCESS), (HOUR, None), (2 * HOUR, HOUR))
        )

        assert story.fires(self.alert, HOUR - MINUTE)
        assert not story.fires(self.alert, HOUR + MINUTE)

    def test_is_silent_before_the_first_slot(self, groups):
        story = Story(groups).series(of(CREATED), (HOUR, 0)).series(of(ACTIVE), (HOUR, 0))

        assert not story.fires(self.alert, 30 * MINUTE)
