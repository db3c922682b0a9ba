"""The metrics of a real scheduler, as a real Prometheus has them."""

import signal
from urllib.parse import urlsplit

import httpx
from prometheus_client.parser import text_string_to_metric_families

from support.docker import wait_until
from support.prometheus import prometheus

ONE_TASK = {
    "ROTA_HEALTH_ADDRESS": "127.0.0.1:0",
    "ROTA_ONLY": "cleanup",
    "ROTA_TASK__CLEANUP__INTERVAL_SECONDS": "1",
}


def url_of(scheduler):
    [listening] = scheduler.events("health.listening")
    return listening["url"]


def scraped(url):
    text = httpx.get(f"{url}/metrics", timeout=60, trust_env=False).text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


SUCCEEDED = ("rota_task_runs_total", ("outcome", "succeeded"), ("task", "cleanup"))
LAST_SUCCESS = ("rota_task_last_success_timestamp_seconds", ("task", "cleanup"))
REQUESTS = ("rota_http_requests_total", ("method", "POST"), ("status_class", "2xx"))


def test_the_next_process_goes_on_from_the_ledger_of_this_one(rota, tmp_path):
    kept = {**ONE_TASK, "ROTA_STATE_PATH": str(tmp_path / "state.sqlite3")}
    first = rota.start("scheduler", **kept)
    first.until('"run.finished"')
    url = url_of(first)
    wait_until(lambda: scraped(url)[SUCCEEDED] > 0, "a run is counted", timeout_seconds=30)
    before = scraped(url)
    first.end_after(signal.SIGTERM)

    # A task that is not due for hours: what is known of it is the ledger's.
    later = {**kept, "ROTA_TASK__CLEANUP__SUSPEND": "true"}
    second = rota.start("scheduler", **later)
    second.until('"worker.started"')
    after = scraped(url_of(second))
    second.end_after(signal.SIGTERM)

    assert before[REQUESTS] > 0
    assert after[SUCCEEDED] == 0
    # The ledger has milliseconds.
    assert after[LAST_SUCCESS] >= before[LAST_SUCCESS] - 0.001 > 0


def test_a_one_shot_run_loads_nothing_of_it(rota):
    ended = rota.run("run", "cleanup", **{**ONE_TASK, "PYTHONPROFILEIMPORTTIME": "1"})

    assert "rota.runs" in ended.stderr
    assert "prometheus_client" not in ended.stderr


def test_prometheus_scrapes_every_series(rota, tmp_path):
    scheduler = rota.start("scheduler", **ONE_TASK)
    scheduler.until('"worker.started"')
    url = url_of(scheduler)
    with prometheus(tmp_path, urlsplit(url).netloc, namespace="shop") as server:
        server.wait_for('rota_task_runs_total{task="cleanup",outcome="succeeded"} > 1')
        [target] = server.targets()
        series = server.query('count by (__name__) ({__name__=~"rota_.*"})')
        exposed = {key[0] for key in scraped(url)}
        overdue = server.query("time() - (rota_task_success_due_timestamp_seconds > 0)")
    scheduler.end_after(signal.SIGTERM)

    assert target["lastError"] == ""
    assert target["health"] == "up"
    [lateness] = overdue.values()
    assert lateness < 0
    assert {dict(labels)["__name__"] for labels in series} == exposed
