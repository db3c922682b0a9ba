"""`rota console` as a process, on an API server of this machine."""

import json
import signal
import time
import urllib.error
import urllib.request

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from support.kubernetes_api import kubernetes_api, write_kubeconfig
from support.kubernetes_objects import CRONJOB_UID, JOB_UID, cronjob, ended, job, pod
from support.loopback_api import loopback_api

INSTANCE = {"app.kubernetes.io/instance": "rota"}
HOUR = 3600


@pytest.fixture
def cluster():
    with kubernetes_api() as served:
        yield served


@pytest.fixture
def start(rota, cluster, tmp_path):
    """Return a function that starts a console of the cluster with its ledger in a file."""
    kubeconfig = tmp_path / "kubeconfig"
    write_kubeconfig(kubeconfig, cluster.url)

    def started(*arguments, method=rota.start, **settings):
        return method(
            "console",
            "--namespace=shop",
            *arguments,
            without=["BUSINESS_API_URL"],
            **{
                "KUBECONFIG": str(kubeconfig),
                "ROTA_WEB_ADDRESS": "127.0.0.1:0",
                "ROTA_STATE_PATH": str(tmp_path / "console.sqlite3"),
                **settings,
            },
        )

    return started


def url_of(process):
    process.until("web.listening")
    [listening] = process.events("web.listening")
    return listening["url"]


def ask(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 (this machine's)
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def eventually(question, wanted):
    for _ in range(3000):
        answer = question()
        if wanted(answer):
            return answer
        time.sleep(0.02)
    raise AssertionError(answer)


def _kind(kind, found):
    labels = {**found["metadata"].get("labels", {}), **INSTANCE}
    return {"kind": kind, **found, "metadata": {**found["metadata"], "labels": labels}}


def test_it_shows_what_happens_until_it_is_told_to_stop_and_goes_on_where_it_was(start, cluster):
    now = int(time.time())
    slot = now - now % HOUR
    cluster.put("shop", _kind("CronJob", cronjob(created=now - 2 * HOUR)))
    console = start()
    url = url_of(console)
    eventually(lambda: ask(f"{url}/readyz"), lambda answer: answer[0] == 200)
    assert ask(f"{url}/livez")[0] == 200

    cluster.put("shop", _kind("Job", job(slot)))
    state = ended(3, start=slot + 5, end=slot + 9, message={"reason": "no such tenant"})
    cluster.put("shop", _kind("Pod", pod(state=state)))
    cluster.put("shop", _kind("Job", job(slot, conditions=[("Failed", "PodFailurePolicy")])))

    items = eventually(
        lambda: json.loads(ask(f"{url}/api/v1/tasks")[1])["items"],
        lambda items: items and items[0]["state"] == "failing",
    )
    assert items[0]["cronjob"]["schedule"] == "0 * * * *"
    run = json.loads(ask(f"{url}/api/v1/runs/{JOB_UID}")[1])
    assert (run["exit_code"], run["reason"]) == (3, "no such tenant")
    assert "rota-cleanup" in ask(f"{url}/tasks/cleanup")[1]
    exit_code, _ = console.end_after(signal.SIGTERM)
    assert exit_code == 0
    assert console.events("console.stopped")

    # Without an API server it shows what it knew.
    again = start(KUBECONFIG=str(_nowhere(console.folder)))
    url = url_of(again)
    assert json.loads(ask(f"{url}/api/v1/tasks")[1])["items"][0]["state"] == "failing"
    assert ask(f"{url}/readyz")[0] == 503
    assert ask(f"{url}/livez")[0] == 200
    page = eventually(lambda: ask(f"{url}/")[1], lambda text: "refused" in text)
    assert "The cluster has not been seen" in page
    assert again.end_after(signal.SIGINT)[0] == 0
    assert CRONJOB_UID not in again.stderr


def _nowhere(folder):
    path = folder / "nowhere"
    write_kubeconfig(path, "http://127.0.0.1:9")
    return path


def test_what_it_cannot_do_without_ends_it_with_a_sentence(start, cluster, rota, tmp_path):
    refused = start(method=rota.run, ROTA_WEB_ADDRESS="")
    assert (refused.exit_code, "set ROTA_WEB_ADDRESS" in refused.stderr) == (2, True)

    refused = start(method=rota.run, KUBECONFIG=str(tmp_path / "none"))
    assert (refused.exit_code, "no usable cluster" in refused.stderr) == (2, True)

    cluster.replies = [(403, {"message": 'jobs is forbidden: User "me" cannot list resource'})]
    refused = start(method=rota.run)
    assert refused.exit_code == 2
    assert "rota: error: a right is missing in namespace 'shop'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_stop_while_it_is_being_imported_is_no_failure(start, tmp_path):
    (tmp_path / "pydantic_settings.py").write_text(
        "import sys, time\nprint('importing', file=sys.stderr, flush=True)\ntime.sleep(60)\n"
    )
    console = start(PYTHONPATH=str(tmp_path))
    console.until("importing")

    assert console.end_after(signal.SIGTERM)[0] == 0


def test_it_pings_on_behalf_of_a_pod_that_was_killed_and_counts_that(start, cluster):
    pings = []

    async def ping(request):
        pings.append((request.url.path, (await request.body()).decode()))
        return Response()

    app = Starlette(routes=[Route("/{path:path}", ping, methods=["GET", "POST"])])
    now = int(time.time())
    slot = now - now % HOUR
    cluster.put("shop", _kind("CronJob", cronjob(created=now - 2 * HOUR)))
    with loopback_api(app=app) as service:
        console = start(ROTA_PING_URL=f"healthchecks+{service.url}/Zk3-canary-91/{{task}}")
        url = url_of(console)
        eventually(lambda: ask(f"{url}/readyz"), lambda answer: answer[0] == 200)
        killed = ended(137, start=now + 5, end=now + 60, reason="OOMKilled")
        cluster.put("shop", _kind("Pod", pod(state=killed)))
        failed = [("Failed", "BackoffLimitExceeded")]
        cluster.put("shop", _kind("Job", job(slot, created=now, conditions=failed)))
        delivered = 'rota_pings_total{result="delivered"} 1.0'
        eventually(lambda: ask(f"{url}/metrics")[1], lambda text: delivered in text)
        assert console.end_after(signal.SIGTERM)[0] == 0

    assert pings == [("/Zk3-canary-91/cleanup/137", "exit code 137: killed by SIGKILL")]
    assert "canary" not in console.stderr
