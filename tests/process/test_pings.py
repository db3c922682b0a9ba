"""Dead-man pings of real processes, to a service on this machine."""

import signal
import socket
from contextlib import contextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from support.docker import wait_until
from support.loopback_api import loopback_api

KEY = "Zk3-canary-91"
EVERY_SECOND = {
    "ROTA_HEALTH_ADDRESS": "127.0.0.1:0",
    "ROTA_ONLY": "cleanup",
    "ROTA_TASK__CLEANUP__INTERVAL_SECONDS": "1",
    "ROTA_STATE_PATH": "off",
}


@pytest.fixture
def service():
    """A service: its URL, and the paths and bodies of the pings that it has got."""
    pings = []

    async def ping(request):
        body = (await request.body()).decode()
        pings.append((request.url.path.partition(f"/{KEY}")[2], body))
        return Response()

    app = Starlette(routes=[Route("/{path:path}", ping, methods=["GET", "POST"])])
    with loopback_api(app=app) as running:
        yield f"{running.url}/{KEY}", pings


@contextmanager
def hanging_service():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/{KEY}"


@pytest.mark.parametrize(
    ("task", "exit_code", "end"),
    [
        ("cleanup", 0, ("/cleanup", "exit code 0: succeeded")),
        ("raises", 1, ("/raises/1", "exit code 1: the task raised")),
        ("blocks-the-loop", 5, ("/blocks-the-loop/5", "exit code 5: the task timed out")),
    ],
)
def test_a_run_pings_at_its_start_and_end(rota, service, task, exit_code, end):
    url, pings = service
    process = rota.run(
        "run",
        task,
        ROTA_TASKS="rota.tasks.reference,misbehaving_tasks:Raises,misbehaving_tasks:BlocksTheLoop",
        ROTA_TASK__BLOCKS_THE_LOOP__TIMEOUT_SECONDS="1",
        ROTA_PING_URL=f"healthchecks+{url}/{{task}}",
        DEBUG="true",
    )
    assert process.exit_code == exit_code
    assert pings == [(f"/{task}/start", ""), end]
    assert KEY not in process.stderr


def test_a_service_that_hangs_changes_no_exit_code_and_costs_one_line(rota, api, tmp_path):
    path = tmp_path / "ping-url"
    with hanging_service() as url:
        path.write_text(f"{url}/{{task}}")
        process = rota.run("run", "cleanup", ROTA_PING_URL_FILE=str(path))
    assert process.exit_code == 0
    assert api.store.cleanups == 1
    [warning] = [line for line in process.log if line["level"] == "warning"]
    assert (warning["event"], warning["reason"]) == ("ping.failed", "no answer within 2 s")
    assert KEY not in process.stderr


def test_a_ca_that_cannot_be_used_is_refused_by_the_name_of_its_setting(rota, api, tmp_path):
    (tmp_path / "ca.pem").write_text("no PEM")
    process = rota.run(
        "run",
        "cleanup",
        ROTA_PING_URL="https://ping.test/a",
        ROTA_PING_CA_FILE=str(tmp_path / "ca.pem"),
    )
    assert process.exit_code == 2
    assert "ROTA_PING_CA_FILE: CA file" in process.stderr
    assert api.store.cleanups == 0


def test_a_scheduler_pings_for_itself_and_reads_its_file_again(rota, service, tmp_path):
    url, pings = service
    path = tmp_path / "targets"
    path.write_text(f"@scheduler {url}/{{task}}")
    scheduler = rota.start("scheduler", **EVERY_SECOND, ROTA_PING_URL_FILE=str(path))
    wait_until(lambda: ("/scheduler", "") in pings, "the scheduler pings", timeout_seconds=30)
    assert {ping for ping, _ in pings} == {"/scheduler"}
    path.write_text(f"{url}/{{task}}")
    # If a run has begun by now, the task's minute has, too, though it had no target.
    wait_until(lambda: ("/cleanup", "") in pings, "the task pings", timeout_seconds=120)
    assert scheduler.end_after(signal.SIGTERM)[0] == 0
    assert KEY not in scheduler.stderr


def test_a_setting_that_cannot_be_used_is_refused_without_its_value(rota, api):
    process = rota.run("run", "cleanup", ROTA_PING_URL=f"https://user:{KEY}@x.test/")
    assert process.exit_code == 2
    assert "ROTA_PING_URL: must be an http or https URL" in process.stderr
    assert KEY not in process.stderr
    assert api.store.cleanups == 0


def test_a_scheduler_of_every_second_pings_once_a_minute_and_counts_that(rota, service):
    url, pings = service
    scheduler = rota.start("scheduler", **EVERY_SECOND, ROTA_PING_URL=f"{url}/{{task}}/{{event}}")
    scheduler.until('"health.listening"')
    [listening] = scheduler.events("health.listening")

    def metrics():
        return httpx.get(f"{listening['url']}/metrics", timeout=60, trust_env=False).text

    def is_counted():
        return 'rota_pings_total{result="delivered"} 2.0' in metrics()

    wait_until(is_counted, "both pings are counted", timeout_seconds=30)
    wait_until(
        lambda: len(scheduler.events("run.finished")) > 1, "it runs again", timeout_seconds=30
    )
    assert scheduler.end_after(signal.SIGTERM)[0] == 0
    assert pings[:2] == [("/cleanup/start", ""), ("/cleanup/success", "")]
    finished = len(scheduler.events("run.finished"))
    assert len(pings) < 2 * finished


def test_a_service_that_hangs_does_not_keep_a_scheduler_from_stopping(rota):
    with hanging_service() as url:
        scheduler = rota.start("scheduler", **EVERY_SECOND, ROTA_PING_URL=f"{url}/{{event}}")
        scheduler.until('"run.finished"')
        assert scheduler.end_after(signal.SIGTERM)[0] == 0
    assert KEY not in scheduler.stderr
