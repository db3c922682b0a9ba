import subprocess
import threading

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from rota.model.events import HttpAttempt, RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.model.outcome import SkipReason
from rota.observers.metric_table import METRICS
from rota.observers.metrics import MOST_RESULTS_OF_A_TASK, Metrics
from rota.observers.readings import Reading, TaskReading
from support.helm import tool
from support.ledger_runs import START, record, run

OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
READING = Reading(
    tasks=[TaskReading("t", "*/5 * * * *", "Europe/Berlin", running=2, consecutive_failures=3)],
    tick=START + 0.25,
    store_rows=7,
    watches={"jobs": True, "pods": False},
    watch_horizon=START - 20,
    heard={"jobs": START, "pods": 0.0},
)


@pytest.fixture
def metrics():
    return Metrics(version="1.2.3", mode="scheduler")


def text_of(metrics, reading=READING, accept=""):
    return metrics.render(accept, reading)[0].decode()


def samples(metrics, reading=READING):
    """Every sample's value by its name and the values of its labels, sorted by their names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in prometheus(text_of(metrics, reading))
        for sample in family.samples
    }


def test_every_metric_of_the_table_is_exposed_and_no_other(metrics):
    headers = [line for line in text_of(metrics).splitlines() if line.startswith("# TYPE")]

    assert [line.split()[2] for line in headers] == list(METRICS)


@pytest.mark.parametrize(("accept", "parse"), [("", prometheus), (OPENMETRICS, openmetrics)])
def test_labels_are_those_of_the_table(metrics, accept, parse):
    metrics(RunFinished(record("r", counts={"sent": 1})))
    metrics.count("rota_watch_relists_total", "jobs", "gone")
    metrics.count("rota_watch_blind_seconds_total", by=3)
    labels = {}
    for family in parse(text_of(metrics, accept=accept)):
        for sample in family.samples:
            names = set(sample.labels) - {"le"}
            labels.setdefault(sample.name, []).append(names)
    for metric in METRICS.values():
        series = f"{metric.name}_bucket" if metric.kind == "histogram" else metric.name
        assert labels[series], metric.name
        assert all(names == set(metric.labels) for names in labels[series])


def test_counters_of_a_task_are_there_before_anything_happens(metrics):
    found = samples(metrics)

    assert {key[1] for key in found if key[0] == "rota_task_runs_total"} == {
        "succeeded",
        "failed",
        "timed_out",
        "interrupted",
        "lost",
    }
    assert {key[1] for key in found if key[0] == "rota_task_slots_skipped_total"} == {*SkipReason}
    assert found["rota_http_requests_total", "POST", "error"] == 0
    assert found["rota_pings_total", "failed"] == 0


def test_there_are_no_created_series_in_either_format(metrics):
    metrics(RunFinished(record("r")))

    assert "_created" not in text_of(metrics)
    assert "_created" not in text_of(metrics, accept=OPENMETRICS)


def test_events_are_counted(metrics):
    metrics(RunStarted(run("r"), 4.0))
    metrics(RunFinished(record("r", "failed", duration_seconds=20.0)))
    metrics(RunLost("t", "q", START))
    metrics(SlotsSkipped("t", START, START, 5, capped=False, reason=SkipReason.OVERLAP))
    metrics(HttpAttempt(run("r"), "POST", "/a", 503, 1, 0.1))
    metrics(HttpAttempt(run("r"), "POST", "/a", None, 2, 0.1, "timeout"))
    found = samples(metrics)

    assert found["rota_task_runs_total", "failed", "t"] == 1
    assert found["rota_task_runs_total", "lost", "t"] == 1
    assert found["rota_task_slots_skipped_total", "overlap", "t"] == 5
    assert found["rota_http_requests_total", "POST", "5xx"] == 1
    assert found["rota_http_requests_total", "POST", "error"] == 1
    assert found["rota_run_duration_seconds_bucket", "10"] == 0
    assert found["rota_run_duration_seconds_bucket", "30"] == 1
    assert found["rota_run_duration_seconds_bucket", "+Inf"] == 1
    assert found["rota_run_duration_seconds_sum",] == 20
    assert found["rota_run_lateness_seconds_bucket", "2"] == 0
    assert found["rota_run_lateness_seconds_bucket", "5"] == 1


def test_a_duration_as_long_as_a_bound_is_within_it(metrics):
    metrics(RunFinished(record("r", duration_seconds=30.0)))

    assert samples(metrics)["rota_run_duration_seconds_bucket", "30"] == 1


def test_a_run_whose_duration_nobody_knows_is_counted_all_the_same(metrics):
    metrics(RunFinished(record("r", "interrupted", duration_seconds=None)))
    found = samples(metrics)

    assert found["rota_task_runs_total", "interrupted", "t"] == 1
    assert found["rota_run_duration_seconds_count",] == 0


def test_counts_are_added_up_where_they_are_numbers(metrics):
    counts = {"sent": 3, "seconds": 0.5, "ok": True, "name": "x", "less": -1, "more": {"a": 1}}
    metrics(RunFinished(record("r", counts=counts)))
    metrics(RunFinished(record("q", counts={"sent": 4})))
    found = samples(metrics)

    assert {key: value for key, value in found.items() if key[0] == "rota_task_items_total"} == {
        ("rota_task_items_total", "sent", "t"): 7,
        ("rota_task_items_total", "seconds", "t"): 0.5,
    }


def test_counts_with_ever_new_names_share_one_series(metrics):
    for number in range(100):
        metrics(RunFinished(record("r", counts={f"order-{number}": 1})))
    items = {key: value for key, value in samples(metrics).items() if "items" in key[0]}

    assert len(items) == MOST_RESULTS_OF_A_TASK + 1
    assert items["rota_task_items_total", "other", "t"] == 100 - MOST_RESULTS_OF_A_TASK


def test_what_a_task_is_known_to_count_is_there_at_zero(metrics):
    metrics.expect_task("t", ["sent"])

    assert samples(metrics)["rota_task_items_total", "sent", "t"] == 0


def test_gauges_show_the_reading(metrics):
    found = samples(metrics)

    assert found["rota_task_info", "*/5 * * * *", "t", "Europe/Berlin"] == 1
    assert found["rota_build_info", "scheduler", "1.2.3"] == 1
    assert found["rota_task_running", "t"] == 2
    assert found["rota_task_consecutive_failures", "t"] == 3
    assert found["rota_loop_tick_timestamp_seconds",] == START + 0.25
    assert found["rota_store_rows",] == 7
    assert found["rota_watch_connected", "jobs"] == 1
    assert found["rota_watch_connected", "pods"] == 0
    assert found["rota_watch_horizon_timestamp_seconds",] == START - 20


def test_what_watches_nothing_has_no_horizon(metrics):
    found = samples(metrics, Reading())

    assert not {name for name, *_ in found if name.startswith("rota_watch_h")}


def test_odd_names_are_quoted(metrics):
    metrics(RunFinished(record("r", counts={'a"b\n\\c{}': 1})))

    assert samples(metrics)["rota_task_items_total", 'a"b\n\\c{}', "t"] == 1


def test_threads_lose_no_count(metrics):
    def work():
        for _ in range(2000):
            metrics(RunFinished(record("r")))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = samples(metrics)
    assert found["rota_task_runs_total", "succeeded", "t"] == 8000
    assert found["rota_run_duration_seconds_count",] == 8000


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        (OPENMETRICS, "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ],
)
def test_the_format_is_what_the_scraper_accepts(metrics, accept, content_type):
    text, found = metrics.render(accept, READING)

    assert found.startswith(content_type)
    assert text.endswith(b"# EOF\n") is ("openmetrics" in content_type)


def test_promtool_finds_nothing_to_say_against_them(metrics):
    metrics(RunFinished(record("r", counts={"sent": 3})))
    checked = subprocess.run(
        [tool("promtool"), "check", "metrics"],
        input=text_of(metrics),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
