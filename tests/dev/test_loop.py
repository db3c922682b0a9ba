import asyncio
import io

import pytest

from rota.dev.board import Phase
from rota.dev.keys import Quit, Reload, RunTask
from rota.dev.loop import DevLoop
from rota.dev.messages import World
from rota.dev.sources import Places, Watcher
from rota.dev.view import PlainView

READY = {"event": "ready", "api": "http://demo"}
TASKS = {
    "event": "tasks",
    "tasks": [{"name": "bills", "schedule": "every 1 h", "next_slot": None, "running": 0}],
}


class FakeChild:
    """Notes what it is asked for; `says` are the messages of each start."""

    def __init__(self):
        self.calls = []
        self.says = (READY, TASKS)
        self.stop_seconds = 0
        self.dev = None

    async def start(self, world, *, again, environment):
        self.calls.append(("start", again))
        for message in self.says:
            self.dev.on_message(message)

    def ask_to_run(self, name):
        self.calls.append(("run", name))

    async def stop(self, within_seconds):
        await asyncio.sleep(self.stop_seconds)
        self.calls.append(("stop",))


class Story:
    """A loop with a virtual file, a fake child and what was written."""

    def __init__(self):
        self.files = {"shop.py": 1}
        self.written = io.StringIO()
        self.child = FakeChild()
        watcher = Watcher(Places(frozenset(self.files)), self.look)
        self.dev = DevLoop(
            PlainView(self.written), watcher, world=World(demo="http://demo"), environment={}
        )
        self.child.dev = self.dev

    def look(self, places):
        return {path: (self.files[path], 0) for path in places.files if path in self.files}

    async def run(self, *steps):
        """Run the loop; a step is a number of seconds to wait, or something to call."""
        running = asyncio.create_task(self.dev.run(self.child))
        await asyncio.sleep(0.01)
        for step in steps:
            if callable(step):
                step()
            else:
                await asyncio.sleep(step)
        self.dev.ask(Quit())
        await running
        await self.dev.end(self.child)
        return self.child.calls

    def save(self):
        self.files["shop.py"] += 1


@pytest.fixture
def story():
    return Story()


async def test_it_starts_a_child_and_stops_it_in_the_end(story):
    assert await story.run(5) == [("start", False), ("stop",)]
    assert "stopping" in story.written.getvalue()


async def test_a_saved_file_stops_the_child_and_starts_another(story):
    calls = await story.run(story.save, 5)

    assert calls == [("start", False), ("stop",), ("start", True), ("stop",)]
    assert "reloading: shop.py changed" in story.written.getvalue()


async def test_keys_run_a_task_and_reload(story):
    calls = await story.run(lambda: story.dev.press("1x9r"), 1)

    assert calls == [("start", False), ("run", "bills"), ("stop",), ("start", True), ("stop",)]


async def test_a_task_is_not_run_where_no_child_is_ready(story):
    story.child.says = (TASKS,)

    assert ("run", "bills") not in await story.run(lambda: story.dev.ask(RunTask("bills")), 1)


async def test_broken_code_waits_for_the_next_save_and_has_not_had_its_first_start(story):
    story.child.says = ({"event": "refused", "text": "SyntaxError"},)

    calls = await story.run(lambda: story.dev.on_end(2), 3, story.save, 3)

    assert calls == [("start", False), ("stop",), ("start", False), ("stop",)]
    assert "cannot be used, as said above; waiting" in story.written.getvalue()


async def test_a_child_that_was_killed_is_not_started_again_by_itself(story):
    calls = await story.run(lambda: story.dev.on_end(-9), 60)

    assert calls == [("start", False), ("stop",)]
    assert "ended with exit code -9; waiting" in story.written.getvalue()


async def test_quitting_during_a_reload_starts_no_other_child(story):
    story.child.stop_seconds = 20

    calls = await story.run(lambda: story.dev.ask(Reload()), 1, lambda: story.dev.press("q"), 1)

    assert calls == [("start", False), ("stop",), ("stop",)]


async def test_what_the_child_names_is_watched_too(story):
    story.files["other.py"] = 1
    sources = {"event": "sources", "files": ["other.py"], "folders": [], "flat": []}

    def change():
        story.files["other.py"] = 2

    calls = await story.run(lambda: story.dev.on_message(sources), 2, change, 3)

    assert calls.count(("start", True)) == 1


async def test_many_files_that_change_together_are_one_reload(story):
    names = [f"{number}.py" for number in range(5)]
    story.files |= dict.fromkeys(names, 1)
    sources = {"event": "sources", "files": names, "folders": [], "flat": []}

    def change():
        story.files |= dict.fromkeys(names, 2)

    await story.run(lambda: story.dev.on_message(sources), 2, change, 3)

    assert "0.py, 1.py, 2.py, 2 more changed" in story.written.getvalue()


async def test_what_the_child_writes_is_written_unchanged(story):
    await story.run(lambda: story.dev.on_line('{"event": "run.started"}'))

    assert '{"event": "run.started"}\n' in story.written.getvalue()
    assert story.dev.board.phase is Phase.STOPPING


async def test_a_fault_of_its_own_leaves_the_terminal_as_it_was(story):
    closed = []

    class Closing(PlainView):
        def close(self):
            closed.append(True)

    class Unable(FakeChild):
        async def start(self, *_, **__):
            raise OSError("no process is to be had")

    story.dev._view = Closing(story.written)
    with pytest.raises(OSError, match="no process"):
        await story.dev.run(Unable())

    assert closed == [True]
