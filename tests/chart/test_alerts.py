"""The chart's alerts on rota's own metrics, asked of promtool."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rota.observers.metric_table import METRICS
from rota.schedules import Cron, success_due
from support import helm
from support.promtool import DAY, HOUR, MINUTE, Story, check_rules

RULES = {
    "mode": "hybrid",
    "tasks": {"fast": {"intervalSeconds": 5}},
    "metrics": {"prometheusRule": {"enabled": True}},
    "console": {"enabled": True},
}
OF = 'namespace="shop",job="rota",pod="a"'
OF_TASK = f'{OF},task="cleanup"'
OF_NEXT_POD = OF_TASK.replace('pod="a"', 'pod="b"')
DUE = "rota_task_success_due_timestamp_seconds"
SKIPPED = "rota_task_slots_skipped_total"


@pytest.fixture(scope="module")
def groups():
    rule = helm.only(RULES, "PrometheusRule", more=("--namespace", "shop"))
    return rule["spec"]["groups"]


def named(metric, labels=OF_TASK, more=""):
    return f"{metric}{{{labels}{more}}}"


def test_promtool_takes_them(groups):
    assert check_rules(groups) == ""


def test_they_ask_for_metrics_that_there_are(groups):
    for group in groups:
        for rule in group["rules"]:
            asked = re.findall(r"\brota_\w+", rule["expr"])
            assert asked
            assert set(asked) <= set(METRICS)


class TestOverdue:
    alert = "RotaTaskOverdue"

    def test_fires_once_a_success_is_due_and_tells_the_task(self, groups):
        story = Story(groups).series(named(DUE), (3 * HOUR, 2 * HOUR))

        assert not story.fires(self.alert, 2 * HOUR)
        [labels] = story.alerts(self.alert, 2 * HOUR + 2 * MINUTE)
        assert labels["task"] == "cleanup"
        assert labels["namespace"] == "shop"

    def test_fires_for_a_task_that_never_succeeded(self, groups):
        story = (
            Story(groups)
            .series(named("rota_task_last_success_timestamp_seconds"), (3 * HOUR, 0))
            .series(named(DUE), (3 * HOUR, 2 * HOUR))
        )

        assert story.fires(self.alert, 2 * HOUR + 5 * MINUTE)

    def test_ends_with_a_success_although_failed_jobs_are_still_there(self, groups):
        """kubernetes-mixin's KubeJobFailed goes on until somebody deletes the Job."""
        story = (
            Story(groups)
            .series('kube_job_failed{namespace="shop",job_name="cleanup-1"}', (4 * HOUR, 1))
            .series(named(DUE), (3 * HOUR, 2 * HOUR), (4 * HOUR, 5 * HOUR))
        )

        assert story.fires(self.alert, 3 * HOUR - MINUTE)
        assert not story.fires(self.alert, 3 * HOUR)

    def test_is_silent_while_suspended_and_right_after_a_resume(self, groups):
        story = Story(groups).series(
            named(DUE), (HOUR, 2 * HOUR), (5 * HOUR, 0), (8 * HOUR, 7 * HOUR)
        )

        assert not any(story.fires(self.alert, at * HOUR) for at in (1, 3, 5, 6, 7))
        assert story.fires(self.alert, 7 * HOUR + 5 * MINUTE)

    @pytest.mark.parametrize(
        ("change", "due_after"),
        [
            pytest.param("2026-03-29", 71, id="the clock jumps over the slot"),
            pytest.param("2026-10-25", 25, id="the slot comes twice"),
        ],
    )
    def test_knows_of_the_clock_that_changes(self, groups, change, due_after):
        schedule = Cron("30 2 * * *", "Europe/Berlin")
        slot = datetime.fromisoformat(f"{change}T02:30").replace(tzinfo=ZoneInfo("Europe/Berlin"))
        last_success = schedule.next_epoch(int(slot.timestamp()) - DAY - HOUR)
        due = success_due(schedule, last_success, catch_up_seconds=600, budget_seconds=60)
        wait = due - last_success
        story = Story(groups, step=600).series(named(DUE), (80 * HOUR, wait))

        assert wait // HOUR == due_after
        assert not story.fires(self.alert, wait // 600 * 600)
        assert story.fires(self.alert, wait // 600 * 600 + 1800)

    def test_one_rule_serves_every_schedule(self, groups):
        story = Story(groups)
        for task, due in (("minutely", 10 * MINUTE), ("monthly", 31 * DAY)):
            story.series(f'{DUE}{{{OF},task="{task}"}}', (HOUR, due))

        [labels] = story.alerts(self.alert, 30 * MINUTE)
        assert labels["task"] == "minutely"

    def test_goes_on_as_one_alert_when_the_pod_is_replaced(self, groups):
        story = (
            Story(groups)
            .series(named(DUE), (2 * HOUR, HOUR))
            .series(named(DUE, OF_NEXT_POD), (2 * HOUR, None), (3 * HOUR, HOUR))
        )

        before = story.alerts(self.alert, 2 * HOUR - MINUTE)
        after = story.alerts(self.alert, 2 * HOUR)
        assert before == after
        assert len(after) == 1

    def test_two_pods_at_a_time_are_one_alert_or_none(self, groups):
        story = (
            Story(groups)
            .series(named(DUE), (3 * HOUR, HOUR))
            .series(named(DUE, OF_NEXT_POD), (3 * HOUR, 2 * HOUR))
        )

        assert not story.fires(self.alert, 2 * HOUR)
        assert len(story.alerts(self.alert, 3 * HOUR - MINUTE)) == 1

    def test_is_not_about_the_tasks_of_another_namespace(self, groups):
        elsewhere = OF_TASK.replace("shop", "other")
        story = Story(groups).series(named(DUE, elsewhere), (3 * HOUR, HOUR))

        assert not story.fires(self.alert, 2 * HOUR)


class TestFailing:
    alert = "RotaTaskFailing"
    metric = named("rota_task_consecutive_failures")

    def test_fires_at_the_second_failure_in_a_row_and_ends_with_a_success(self, groups):
        story = Story(groups).series(self.metric, (HOUR, 1), (2 * HOUR, 2), (3 * HOUR, 0))

        assert not story.fires(self.alert, HOUR - MINUTE)
        assert story.fires(self.alert, HOUR + MINUTE)
        assert not story.fires(self.alert, 2 * HOUR)

    @pytest.mark.parametrize(
        "stopped", ["rota_task_suspended", "rota_task_paused_until_timestamp_seconds"]
    )
    def test_is_silent_while_nothing_that_could_succeed_comes(self, groups, stopped):
        story = (
            Story(groups)
            .series(self.metric, (3 * HOUR, 2))
            .series(named("rota_task_suspended"), (3 * HOUR, 0))
            .series(named(stopped), (HOUR, 0), (2 * HOUR, 1), (3 * HOUR, 0))
        )

        assert story.fires(self.alert, HOUR - MINUTE)
        assert not story.fires(self.alert, HOUR)
        assert story.fires(self.alert, 2 * HOUR + 2 * MINUTE)

    def test_is_silent_where_a_retry_succeeded(self, groups):
        """Rules on kube_job_status_failed count the pods that failed before it."""
        story = (
            Story(groups)
            .series('kube_job_status_failed{namespace="shop",job_name="cleanup-1"}', (HOUR, 2))
            .series(self.metric, (HOUR, 0))
        )

        assert not story.fires(self.alert, HOUR - MINUTE)


class TestStuck:
    alert = "RotaTaskStuck"
    metric = named("rota_task_run_due_timestamp_seconds")

    def test_fires_for_a_run_that_is_beyond_its_end(self, groups):
        story = Story(groups).series(self.metric, (HOUR, 30 * MINUTE), (2 * HOUR, 0))

        assert not story.fires(self.alert, 30 * MINUTE)
        assert story.fires(self.alert, 32 * MINUTE)
        assert not story.fires(self.alert, HOUR)

    def test_is_silent_while_nothing_runs(self, groups):
        """KubeCronJobRunning took the time since a slot for the time of a run."""
        story = (
            Story(groups)
            .series(named("rota_task_next_slot_timestamp_seconds"), (HOUR, 60))
            .series(self.metric, (HOUR, 0))
        )

        assert not story.fires(self.alert, HOUR - MINUTE)


class TestSlotsSkipped:
    alert = "RotaTaskSlotsSkipped"

    @staticmethod
    def reason(name, labels=OF_TASK):
        return named(SKIPPED, labels, f',reason="{name}"')

    def test_fires_for_an_hour_and_tells_the_reason(self, groups):
        story = Story(groups).series(self.reason("overlap"), (3 * HOUR, 4), (6 * HOUR, 5))

        assert not story.fires(self.alert, 3 * HOUR - MINUTE)
        [labels] = story.alerts(self.alert, 3 * HOUR + 5 * MINUTE)
        assert labels["reason"] == "overlap"
        assert not story.fires(self.alert, 4 * HOUR + 5 * MINUTE)

    def test_sees_what_a_new_pod_has_counted_before_its_first_scrape(self, groups):
        """increase() does not: a counter that begins with 3 has not grown."""
        story = (
            Story(groups)
            .series(self.reason("missed"), (2 * HOUR, 0))
            .series(self.reason("missed", OF_NEXT_POD), (4 * HOUR, None), (7 * HOUR, 3))
        )

        assert not story.fires(self.alert, 2 * HOUR)
        assert story.fires(self.alert, 4 * HOUR)
        assert not story.fires(self.alert, 5 * HOUR + 5 * MINUTE)

    def test_sees_a_restart_within_one_series(self, groups):
        story = Story(groups).series(self.reason("missed"), (2 * HOUR, 7), (4 * HOUR, 2))

        assert story.fires(self.alert, 2 * HOUR + 5 * MINUTE)

    def test_a_gap_in_the_scrapes_is_no_skip(self, groups):
        story = Story(groups).series(
            self.reason("overlap"), (2 * HOUR, 4), (2 * HOUR + 30 * MINUTE, None), (6 * HOUR, 4)
        )

        assert not any(story.fires(self.alert, at) for at in range(2 * HOUR, 5 * HOUR, 10 * MINUTE))

    @pytest.mark.parametrize("reason", ["deleted", "paused", "suspended", "stopping"])
    def test_is_silent_about_slots_that_nobody_misses(self, groups, reason):
        story = Story(groups).series(self.reason(reason), (2 * HOUR, 0), (3 * HOUR, 5))

        assert not story.fires(self.alert, 2 * HOUR + 5 * MINUTE)


class TestProcesses:
    def test_a_scheduler_without_metrics_is_down_and_the_alert_has_labels(self, groups):
        """`absent` without equality matchers yields no labels, as one published rule has it."""
        build = named("rota_build_info", OF, ',mode="scheduler",version="1"')
        story = Story(groups).series(build, (HOUR, 1), (2 * HOUR, None))

        assert not story.fires("RotaSchedulerDown", HOUR)
        [labels] = story.alerts("RotaSchedulerDown", HOUR + 6 * MINUTE)
        assert labels["namespace"] == "shop"

    def test_a_restart_is_no_outage(self, groups):
        build = named("rota_build_info", OF, ',mode="scheduler",version="1"')
        story = Story(groups).series(build, (HOUR, 1), (HOUR + 4 * MINUTE, None), (2 * HOUR, 1))

        assert not any(
            story.fires("RotaSchedulerDown", at) for at in range(HOUR, 2 * HOUR, 2 * MINUTE)
        )

    def test_a_process_that_no_longer_looks_at_the_clock_is_told_though_another_does(self, groups):
        ticking = [at * MINUTE for at in range(60)]
        stuck = [*ticking[:30], *[ticking[29]] * 30]
        story = Story(groups)
        for mode, ticks in (("scheduler", stuck), ("console", ticking)):
            pod = OF.replace('"a"', f'"{mode}"')
            build = named("rota_build_info", pod, f',mode="{mode}",version="1"')
            story.series(build, (HOUR, 1))
            story.growing(named("rota_loop_tick_timestamp_seconds", pod), *ticks)

        assert not story.fires("RotaClockNotRead", 30 * MINUTE)
        [labels] = story.alerts("RotaClockNotRead", 35 * MINUTE)
        assert labels["mode"] == "scheduler"

    @pytest.mark.parametrize(
        ("alert", "mode"), [("RotaSchedulerDown", "scheduler"), ("RotaConsoleDown", "console")]
    )
    def test_of_two_processes_the_one_that_is_gone_is_told(self, groups, alert, mode):
        story = Story(groups)
        for each in ("scheduler", "console"):
            pod = OF.replace('"a"', f'"{each}"')
            build = named("rota_build_info", pod, f',mode="{each}",version="1"')
            story.series(build, (HOUR, 1), (2 * HOUR, None if each == mode else 1))

        assert not story.fires(alert, HOUR)
        assert story.fires(alert, HOUR + 6 * MINUTE)
        other = {"RotaSchedulerDown", "RotaConsoleDown"} - {alert}
        assert not any(story.fires(each, HOUR + 6 * MINUTE) for each in other)


class TestWatch:
    @staticmethod
    def connected(kind):
        return named("rota_watch_connected", OF, f',kind="{kind}"')

    def test_one_that_stays_broken_is_told_by_its_kind(self, groups):
        story = (
            Story(groups)
            .series(self.connected("Job"), (HOUR, 1), (2 * HOUR, 0))
            .series(self.connected("Pod"), (HOUR, 1), (HOUR + 5 * MINUTE, 0), (2 * HOUR, 1))
        )

        assert not story.fires("RotaWatchBroken", HOUR + 9 * MINUTE)
        [labels] = story.alerts("RotaWatchBroken", HOUR + 15 * MINUTE)
        assert labels["kind"] == "Job"

    def test_events_are_not_missed(self, groups):
        """They are optional: `console.rbac.events: false` takes the right to read them."""
        story = Story(groups).series(self.connected("Event"), (HOUR, 0))

        assert not story.fires("RotaWatchBroken", HOUR - MINUTE)

    def test_a_console_that_hears_nothing_more_is_blind_although_it_is_connected(self, groups):
        seen = [at * MINUTE for at in range(60)]
        horizon = named("rota_watch_horizon_timestamp_seconds", OF)
        story = (
            Story(groups)
            .series(self.connected("Job"), (2 * HOUR, 1))
            .growing(horizon, *seen, *[seen[-1]] * 60)
        )

        assert not story.fires("RotaConsoleBlind", HOUR + 3 * MINUTE)
        assert story.fires("RotaConsoleBlind", HOUR + 7 * MINUTE)
        assert not story.fires("RotaWatchBroken", HOUR + 20 * MINUTE)

    def test_one_that_has_not_listed_yet_is_not_blind(self, groups):
        horizon = named("rota_watch_horizon_timestamp_seconds", OF)
        story = Story(groups).series(horizon, (HOUR, 0))

        assert not story.fires("RotaConsoleBlind", HOUR - MINUTE)
