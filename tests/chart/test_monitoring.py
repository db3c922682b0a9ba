"""What the chart renders for Prometheus and Grafana."""

import json
import re
from pathlib import Path

import pytest
import yaml

from rota.observers.metric_table import METRICS
from support import helm
from support.promtool import check_rules

FILES = helm.CHART / "files"
RUNBOOK = (Path(__file__).parents[2] / "docs/runbook.md").read_text("utf-8")
KINDS = ("PodMonitor", "PrometheusRule")
ALERTS = {
    rule["alert"]
    for group in yaml.safe_load((FILES / "alerts.yaml").read_text("utf-8"))
    for rule in group["rules"]
} | {
    rule["alert"]
    for rule in yaml.safe_load((FILES / "kube-state-metrics-alerts.yaml").read_text("utf-8"))
}


def metrics(**parts):
    return {"metrics": {name: {"enabled": True, **more} for name, more in parts.items()}}


def rules_of(values, **options):
    rule = helm.only(values, "PrometheusRule", **options)
    return [each for group in rule["spec"]["groups"] for each in group["rules"]]


@pytest.mark.parametrize("mode", ["cronjobs", "scheduler", "hybrid"])
def test_nothing_of_it_is_there_by_default(mode):
    kinds = [each["kind"] for each in helm.objects({"mode": mode})]
    assert not {"PodMonitor", "PrometheusRule"} & {*kinds}
    assert "grafana" not in helm.template({"mode": mode})


def test_the_monitor_selects_the_scheduler_and_no_pod_of_a_task():
    values = {"mode": "hybrid", "tasks": {"fast": {"intervalSeconds": 5}, "slow": {}}}
    values["tasks"]["slow"] = {"intervalSeconds": 300}
    found = helm.objects({**values, **metrics(podMonitor={})})
    by_kind = {each["kind"]: each for each in found}
    spec = by_kind["PodMonitor"]["spec"]
    [expression] = spec["selector"]["matchExpressions"]

    def selects(pod):
        labels = pod["metadata"]["labels"]
        return (
            spec["selector"]["matchLabels"].items() <= labels.items()
            and labels.get(expression["key"]) in expression["values"]
        )

    scheduler = by_kind["Deployment"]["spec"]["template"]
    job = by_kind["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]
    assert expression["operator"] == "In"
    assert selects(scheduler)
    assert not selects(job)
    [endpoint] = spec["podMetricsEndpoints"]
    ports = [port["name"] for port in scheduler["spec"]["containers"][0]["ports"]]
    assert endpoint == {"port": "health", "path": "/metrics", "interval": "30s"}
    assert endpoint["port"] in ports


def test_without_a_scheduler_there_is_nothing_to_scrape():
    assert helm.objects(metrics(podMonitor={}), "PodMonitor") == []


def test_the_rules_ask_for_the_series_of_the_monitors_job():
    values = {"mode": "scheduler", **metrics(podMonitor={}, prometheusRule={})}
    monitor = helm.only(values, "PodMonitor", more=("--namespace", "ns"))["metadata"]
    job = f'namespace="ns",job="ns/{monitor["name"]}"'

    assert all(f"{{{job}" in rule["expr"] for rule in rules_of(values, more=("--namespace", "ns")))


def test_a_selector_of_ones_own_replaces_it():
    values = {"mode": "scheduler", **metrics(prometheusRule={"selector": 'job="mine"'})}

    assert all('{job="mine"' in rule["expr"] for rule in rules_of(values))


def test_alerts_are_left_out_by_name_and_labelled():
    more = {"disabled": ["RotaTaskSlotsSkipped"], "alertLabels": {"team": "x", "severity": "page"}}
    rules = rules_of({"mode": "scheduler", **metrics(prometheusRule=more)})

    names = {rule["alert"] for rule in rules}
    assert "RotaTaskOverdue" in names
    assert "RotaTaskSlotsSkipped" not in names
    assert all(rule["labels"] == {"team": "x", "severity": "page"} for rule in rules)


def test_objects_have_the_labels_that_prometheus_and_grafana_select_by():
    labels = {"labels": {"release": "prometheus"}}
    parts = metrics(podMonitor=labels, prometheusRule=labels, dashboard={})
    found = {each["kind"]: each for each in helm.objects({"mode": "scheduler", **parts})}

    for kind in KINDS:
        assert found[kind]["metadata"]["labels"]["release"] == "prometheus"
    maps = helm.objects({"mode": "scheduler", **parts}, "ConfigMap")
    [dashboard] = [each for each in maps if "rota.json" in each["data"]]
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_a_scheduler_of_no_replicas_is_not_missed():
    values = {"mode": "scheduler", "scheduler": {"replicas": 0}, **metrics(prometheusRule={})}

    assert "RotaSchedulerDown" not in {rule["alert"] for rule in rules_of(values)}


def test_with_a_console_cronjobs_have_alerts_of_their_own():
    values = {"console": {"enabled": True}, **metrics(prometheusRule={})}

    names = {rule["alert"] for rule in rules_of(values)}
    assert {"RotaTaskOverdue", "RotaConsoleDown", "RotaConsoleBlind", "RotaWatchBroken"} <= names
    assert "RotaSchedulerDown" not in names


def test_without_a_console_nobody_misses_one():
    names = {
        rule["alert"] for rule in rules_of({"mode": "scheduler", **metrics(prometheusRule={})})
    }

    assert not {name for name in names if "Console" in name or "Watch" in name}


def test_with_cronjobs_alone_there_is_nothing_to_alert_on_but_kube_state_metrics():
    with pytest.raises(helm.HelmRefusedError, match=r"prometheusRule.kubeStateMetrics: is false"):
        helm.template(metrics(prometheusRule={}))


def test_the_largest_gap_of_cron_text_must_be_given():
    values = metrics(prometheusRule={"kubeStateMetrics": True})
    tasks = {"report": {"schedule": "0 6 1 * *"}}

    with pytest.raises(helm.HelmRefusedError, match=r"tasks.report.largestGapSeconds: is not set"):
        helm.template({**values, "tasks": tasks})
    assert helm.template({"tasks": tasks})


def test_hybrid_has_both_kinds_of_alerts_each_for_its_tasks():
    values = {
        "mode": "hybrid",
        "tasks": {"fast": {"intervalSeconds": 5}, "slow": {"intervalSeconds": 300}},
        **metrics(prometheusRule={"kubeStateMetrics": True}),
    }
    rule = helm.only(values, "PrometheusRule")
    groups = {group["name"]: group["rules"] for group in rule["spec"]["groups"]}

    assert set(groups) == {"rota.tasks", "rota.processes", "rota.cronjobs"}
    assert {each["labels"]["task"] for each in groups["rota.cronjobs"]} == {"slow"}


@pytest.mark.parametrize("alert", sorted(ALERTS))
def test_each_alert_has_a_section_in_the_runbook_and_links_to_it(alert):
    section = RUNBOOK.partition(f"\n## {alert}\n")[2].partition("\n## ")[0]
    assert "**Severity**" in section
    assert "**Means**" in section
    severities = {
        rule["labels"]["severity"]
        for group in helm.only(BOTH, "PrometheusRule")["spec"]["groups"]
        for rule in group["rules"]
        if rule["alert"] == alert
    }
    assert all(f"**Severity**: {severity}." in section for severity in severities)


BOTH = {
    "mode": "hybrid",
    "tasks": {"fast": {"intervalSeconds": 5}, "slow": {"intervalSeconds": 300}},
    "console": {"enabled": True},
    **metrics(prometheusRule={"kubeStateMetrics": True}),
}


def test_every_alert_links_to_its_section_and_says_what_is_wrong():
    for rule in rules_of(BOTH):
        assert rule["annotations"]["runbook_url"].endswith(f"/runbook#{rule['alert'].lower()}")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]


def test_the_runbook_has_no_section_for_an_alert_that_is_gone():
    sections = set(re.findall(r"^## (Rota\w+)$", RUNBOOK, re.MULTILINE))

    assert sections == ALERTS


def test_the_dashboard_uses_metrics_that_there_are_and_their_labels():
    dashboard = json.loads((FILES / "dashboard.json").read_text("utf-8"))
    texts = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]] + [
        each["query"]["query"] for each in dashboard["templating"]["list"][1:]
    ]
    known = {*METRICS} | {
        f"{metric.name}_bucket" for metric in METRICS.values() if metric.kind == "histogram"
    }
    used = {name for text in texts for name in re.findall(r"\brota_\w+", text)}

    assert used <= known
    assert len(used) > 15
    labels = {label for metric in METRICS.values() for label in metric.labels} | {"le"}
    for text in texts:
        for by in re.findall(r"by \(([^)]*)\)", text):
            assert {label.strip() for label in by.split(",")} <= labels


def test_prometheus_can_read_every_expression_of_the_dashboard():
    dashboard = json.loads((FILES / "dashboard.json").read_text("utf-8"))
    rules = []
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$__rate_interval", "5m")
            rules.append({"record": f"panel_{panel['id']}_{target['refId']}", "expr": expression})

    assert check_rules([{"name": "dashboard", "rules": rules}]) == ""


def test_the_dashboard_is_rendered_as_it_is():
    maps = helm.objects({"mode": "scheduler", **metrics(dashboard={})}, "ConfigMap")
    [found] = [each for each in maps if "rota.json" in each["data"]]

    assert found["data"]["rota.json"] == (FILES / "dashboard.json").read_text("utf-8")
