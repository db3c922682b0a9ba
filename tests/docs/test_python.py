"""The examples in Python: each page's from top to bottom, its tasks run against a fake API."""

import inspect
import re
import sys
import types

import pytest

from rota.tasks import BaseTask, FunctionTask
from rota.testing import FakeApi, run_task
from support.loopback_api import loopback_api
from support.shown import ROOT

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Their blocks run in a test of their own, with more of what the page says.
ELSEWHERE = {
    "docs/first-hour.md": "tests/scaffold/test_first_hour.py",
    "docs/importing.md": "tests/importing/test_guide.py",
    "docs/observers.md": "tests/process/test_observers.py",
    "docs/testing.md": "tests/testing/test_page.py",
}
SLOT = "2026-11-26T05:00:00Z"
PAGES = [
    page
    for page in ["README.md", *sorted(str(each.relative_to(ROOT)) for each in ROOT.glob("docs/*"))]
    if page.endswith(".md") and _BLOCK.search((ROOT / page).read_text("utf-8"))
]


def shop_api():
    """Return an API that has every endpoint that the pages name."""
    orders = {"items": [{"id": 1, "total": 12}, {"id": 2, "total": 30}]}
    api = FakeApi(pending=["a", "b"], expired=7)
    api.on("GET", "/api/v1/ping", {})
    api.on("GET", "/api/v1/orders", orders)
    api.on("GET", "/api/v1/bills", orders)
    api.on("GET", "/api/v1/exports/latest", {"state": "ready", "version": 3})
    api.on("POST", "/api/v1/orders/archive", {"archived": 2})
    api.on("POST", "/api/v1/orders/{id}/close", {})
    api.on("POST", "/api/v1/notifications/{id}/send", {})
    api.on("POST", "/api/v1/reminders", {})
    api.on("POST", "/api/v1/superstitions/check", {})
    api.on("POST", "/api/v1/months/close", {})
    api.on("POST", "/api/v1/reports", {"id": 1})
    api.on("POST", "/api/v1/reports/send", {})
    api.on("POST", "/api/v1/rates/fetch", {"state": "done", "rates": 3})
    return api


@pytest.fixture
def module(monkeypatch, tmp_path):
    """Return a module for a page, which finds what other blocks of it have put elsewhere."""
    module = types.ModuleType("shop")
    client = types.ModuleType("shop.client")
    module.__path__ = []
    monkeypatch.setitem(sys.modules, "shop", module)
    monkeypatch.setitem(sys.modules, "shop.client", client)
    (tmp_path / "exports").mkdir()
    return module


def with_places(source, tmp_path, url):
    """Return the block with the folder and the address of this test."""
    return source.replace('"/exports/', f'"{tmp_path}/exports/').replace(
        "http://localhost:8000", url
    )


def tasks_of(scope, block):
    """Return the tasks that a block defines."""
    named = re.findall(r"^(?:async )?(?:def|class) (\w+)", block, re.MULTILINE)
    found = [scope[name] for name in named if name != "execute"]
    if "execute" in named:
        found.append(type("Page", (BaseTask,), {"name": "page", "execute": scope["execute"]}))
    return [each for each in found if isinstance(each, FunctionTask) or _is_task_class(each)]


def _is_task_class(each):
    return inspect.isclass(each) and issubclass(each, BaseTask)


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ELSEWHERE])
def test_the_examples_of_a_page_run_and_their_tasks_succeed(page, module, tmp_path):
    blocks = _BLOCK.findall((ROOT / page).read_text("utf-8"))
    scope = vars(module)
    settings, ran = {}, 0

    with loopback_api() as api:
        for block in blocks:
            source = with_places(block, tmp_path, api.url)
            exec(compile(source, page, "exec"), scope)  # noqa: S102 (that it runs is what is tested)
            if "ShopClient" in scope:
                sys.modules["shop.client"].ShopClient = scope["ShopClient"]
                settings = {"api_client": "shop.client:ShopClient"}
            for task in tasks_of(scope, block):
                run = run_task(task, api=shop_api(), slot=SLOT, settings=settings)
                assert run.outcome == "succeeded", f"{page}: {block}\n{run}"
                ran += 1

    assert ran > 0


def test_pages_that_are_tried_elsewhere_are_tried_there():
    assert set(ELSEWHERE) <= set(PAGES)
    for page, test in ELSEWHERE.items():
        assert page in (ROOT / test).read_text("utf-8")
