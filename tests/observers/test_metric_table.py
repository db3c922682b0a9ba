import re
from pathlib import Path

from rota.observers.metric_table import METRICS

PAGE = (Path(__file__).parents[2] / "docs/metrics.md").read_text("utf-8")
# https://prometheus.io/docs/practices/naming
UNITS = ("seconds", "total", "info", "rows")
PLAIN_NUMBERS = {
    "rota_task_consecutive_failures",
    "rota_task_running",
    "rota_task_suspended",
    "rota_leader",
    "rota_watch_connected",
}


def test_the_page_has_a_row_for_every_metric_and_none_for_another():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `rota_")]

    assert rows == [
        f"| `{metric.name}` | {metric.kind} | "
        f"{', '.join(f'`{label}`' for label in metric.labels)} | {metric.about} |"
        for metric in METRICS.values()
    ]


def test_the_page_names_no_metric_that_there_is_not():
    named = set(re.findall(r"\brota_[a-z_]*[a-z]\b", PAGE)) - {"rota_watch"}

    assert named <= set(METRICS)


def test_names_end_with_their_unit():
    assert [
        name
        for name in METRICS
        if name.rpartition("_")[2] not in UNITS and name not in PLAIN_NUMBERS
    ] == []
    assert all(
        name.endswith("_total") is (metric.kind == "counter") for name, metric in METRICS.items()
    )


def test_a_series_is_named_by_its_task_and_by_nothing_else_of_the_task():
    of_tasks = [metric for name, metric in METRICS.items() if name.startswith("rota_task_")]

    assert all(metric.labels[0] == "task" for metric in of_tasks)
    assert all(metric.labels == ("task",) for metric in of_tasks if metric.kind == "gauge")
