"""Observers that are found by name, in real processes."""

import json
import os
import re
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from support.loopback_api import loopback_api
from support.processes import FIXTURES

PAGE = Path(__file__).parents[2] / "docs/observers.md"
EXAMPLE = re.search(r'```python\n("""shop/observers.*?)```', PAGE.read_text("utf-8"), re.DOTALL)[1]
HANGING = "import time\ndef hang(event):\n    time.sleep(3600)\n"


@pytest.fixture
def tracker():
    """An error tracker: its URL, and the reports that it has got."""
    reports = []

    async def report(request):
        reports.append(json.loads(await request.body()))
        return Response()

    app = Starlette(routes=[Route("/errors", report, methods=["POST"])])
    with loopback_api(app=app) as api:
        yield f"{api.url}/errors", reports


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "shop_observers.py").write_text(text)
        return {
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{FIXTURES}",
            "ROTA_OBSERVERS": "shop_observers:" + re.findall(r"def (\w+)", text)[-1],
        }

    return write


@pytest.mark.parametrize(
    ("task", "outcome"),
    [("Raises", "failed"), ("BlocksTheLoop", "timed_out")],
)
def test_the_example_of_the_page_reports_a_failure(rota, tracker, write, task, outcome):
    url, reports = tracker
    process = rota.run(
        "run",
        re.sub(r"(?<!^)([A-Z])", r"-\1", task).lower(),
        ROTA_TASKS="misbehaving_tasks:Raises,misbehaving_tasks:BlocksTheLoop",
        ROTA_TASK__BLOCKS_THE_LOOP__TIMEOUT_SECONDS="1",
        ERRORS_URL=url,
        **write(EXAMPLE),
    )

    assert process.exit_code == {"failed": 1, "timed_out": 5}[outcome]
    [report] = reports
    finished = process.events("run.finished")[0]
    assert (report["outcome"], report["run_id"]) == (outcome, finished["run_id"])
    assert report["reason"] == finished["reason"] == process.message["reason"]


def test_a_success_is_not_a_failure_to_report(rota, tracker, write):
    url, reports = tracker
    process = rota.run("run", "cleanup", ERRORS_URL=url, **write(EXAMPLE))

    assert (process.exit_code, reports) == (0, [])


def test_one_that_hangs_holds_up_neither_the_run_nor_the_end(rota, write):
    began = time.monotonic()
    process = rota.run("run", "cleanup", **write(HANGING))

    assert process.exit_code == 0
    assert process.events("observer.left")
    assert time.monotonic() - began < 20


def test_one_that_cannot_be_used_is_named_before_anything_runs(rota, api, write):
    process = rota.run("run", "cleanup", **{**write(HANGING), "ROTA_OBSERVERS": "shop_observers:x"})

    assert process.exit_code == 2
    assert "ROTA_OBSERVERS: 'shop_observers' has no attribute 'x'" in process.stderr
    assert api.store.cleanups == 0
