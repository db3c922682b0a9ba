import asyncio
import contextlib

import pytest

from rota.ready import checklist
from rota.ready.checklist import Checklist, Circumstances
from rota.ready.points import NotReadyError
from rota.ready.structure import Project

FACTS = {
    "client": {"defined": ["a:B"], "used": "a:B", "used_is_defined": True, "refused": None},
    "scheduler": {"planned": {"poll": {"next": "soon", "splay": False}}, "missing": []},
    "tasks": {"written": ["a:poll"], "registered": ["poll"], "selected": ["poll"], "missing": []},
}


class Around:
    """What the list needs of the machine, faked: what was asked for, and what fails."""

    def __init__(self):
        self.asked = []
        self.failing = {}

    def note(self, name):
        self.asked.append(name)
        if name in self.failing:
            raise NotReadyError(self.failing[name])
        return f"{name} is fine"

    async def start(self):
        self.note("up")

    async def wait_until_healthy(self):
        return self.note("healthy")


@pytest.fixture
def around(monkeypatch):
    around = Around()

    async def noted(name):
        return around.note(name)

    async def look(*_):
        around.note("look")
        return FACTS

    @contextlib.asynccontextmanager
    async def given(name, value):
        around.note(name)
        yield value
        around.note(f"{name} ended")

    monkeypatch.setattr(checklist.package, "look_at_package", look)
    monkeypatch.setattr(checklist.stopping, "try_signals", lambda *_: noted("signals"))
    monkeypatch.setattr(checklist.image, "built", lambda *_: given("build", "tag"))
    monkeypatch.setattr(checklist.image, "look_at_image", lambda *_: noted("image"))
    monkeypatch.setattr(checklist.compose, "stack", lambda *_: given("stack", around))
    monkeypatch.setattr(checklist.compose, "watch_schedule", lambda *_: noted("watch"))
    return around


def gone_through(tmp_path, chosen=range(1, 9)):
    async def go():
        project = Project(tmp_path, "a", "a", [])
        given = Circumstances(api="http://127.0.0.1:1", grace_seconds=1)
        found = Checklist(project, None, given)
        return [verdict async for verdict in found.verdicts(set(chosen))]

    return asyncio.run(go())


def test_every_point_is_tried_in_order_and_the_package_looked_at_once(around, tmp_path):
    verdicts = gone_through(tmp_path)

    assert [verdict.passed for verdict in verdicts] == [True] * 8
    assert around.asked == [
        *("look", "signals", "build", "image", "build ended"),
        *("stack", "up", "healthy", "watch", "stack ended"),
    ]


@pytest.mark.parametrize("fails", ["up", "healthy", "stack"])
def test_what_does_not_come_up_is_not_tried_twice(around, tmp_path, fails):
    around.failing[fails] = "no way"
    *_, up, schedule = gone_through(tmp_path)

    assert (up.passed, up.detail) == (False, "no way")
    assert (schedule.passed, schedule.detail) == (False, "nothing runs: no way")
    assert around.asked.count("stack") == 1
    assert "watch" not in around.asked


def test_the_last_point_alone_brings_everything_up(around, tmp_path):
    verdicts = gone_through(tmp_path, [8])

    assert [verdict.passed for verdict in verdicts] == [None] * 7 + [True]
    assert around.asked == ["look", "stack", "up", "healthy", "watch", "stack ended"]


def test_a_point_that_fails_leaves_the_others(around, tmp_path):
    around.failing = {"signals": "stuck", "build": "no Dockerfile"}

    assert [verdict.passed for verdict in gone_through(tmp_path)] == [
        *(True, True, True, True, False, False, True, True)
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("scheduler", {"missing": ["poll"]}), "does not plan poll"),
        (("scheduler", {"planned": {}}), "does not plan every task"),
        (("tasks", {"written": []}), "there is no tasks/*_task.py"),
    ],
)
def test_a_package_without_what_is_needed_is_told(around, tmp_path, monkeypatch, change, told):
    part, facts = change
    monkeypatch.setitem(FACTS, part, FACTS[part] | facts)

    assert told in " ".join(verdict.detail for verdict in gone_through(tmp_path, [3, 4]))
    assert around.asked == ["look"]
