"""Sessions at a terminal, as the pages show them: what is typed there prints what stands there."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.loopback_api import loopback_api
from support.processes import LONGEST_SECONDS, MEASURED
from support.shown import ROOT, is_like, shown

PAGES = ["README.md", *sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/*.md"))]

# What is tried where there is what it needs.
ELSEWHERE = {
    "make ": "tests/test_docs.py",  # that the target exists; .ci/run calls them
    "python3 -m venv": "tests/scaffold",
    "venv/bin/": "tests/scaffold",
    ".venv/bin/rota dev": "tests/process/test_dev.py",
    "export PATH": "tests/docs",
    "kubectl ": "tests/e2e",
    "helm ": "tests/e2e",
    "docker-compose ": "tests/e2e/test_compose.py",
    "curl ": "tests/web",
    "pip install 'rota[otel]'": "requirements-dev.txt",
    "openssl ": "tests/net/test_tls.py",
    "rota trigger": "tests/e2e",
    "rota pause": "tests/cli/test_pause.py",
    "rota resume": "tests/cli/test_pause.py",
    "rota diff --namespace": "tests/e2e",
    "rota import cronjobs": "tests/importing",
    "rota backfill": "tests/process/test_backfill.py",
    "rota why": "tests/cli",
    "rota doctor": "tests/doctor",
    "rota health": "tests/process",
    "rota run send-bills --arg": "tests/process/test_exit_codes.py",
    "rota run send-bills --slot 2026-11-20T06:0": "tests/process/test_repeated_slots.py",
    "rota add": "tests/scaffold",
    "rota new --diff": "tests/scaffold",
    "ROTA_WEB_ADDRESS=127.0.0.1:8080 rota": "tests/process",
    "ROTA_HEALTH_ADDRESS=127.0.0.1:8080 rota": "tests/process",
    "ROTA_TASKS=shop rota dev": "tests/process/test_dev.py",
    "export ROTA_PING_URL": "tests/process/test_pings.py",
}
CRONTAB = """\
MAILTO=ops@example.com
30 2 * * *    /usr/local/bin/backup.sh --password hunter2
0 9 * * 7     timeout 10m /opt/shop/report
0 0 */2 * 1   /opt/shop/archive
@reboot       /opt/shop/start
"""
EXIT_CODES = """
from rota import BaseTask, fan_out

class Raises(BaseTask):
    name = "raises"
    async def execute(self, api_client):
        raise ValueError("the price list has no row 7")

class NotFound(BaseTask):
    name = "not-found"
    async def execute(self, api_client):
        await api_client.get("/api/v1/nothing-here")

class Slow(BaseTask):
    name = "slow"
    async def execute(self, api_client):
        import asyncio
        await asyncio.sleep(60)

class Some(BaseTask):
    name = "some"
    async def execute(self, api_client):
        ids = ["notification-1", "notification-2", "nobody"]
        return await fan_out(ids, api_client.send_notification, done="sent")
"""


@dataclass(frozen=True)
class Scene:
    """What a page takes for granted: files in the folder, variables, and those of single commands.

    `ports` are those that the page has chosen, `taken` those of them that somebody else has.
    `apart`: each block begins in an empty folder.
    """

    files: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    apart: bool = False


def example(page, text):
    """Return the block of Python in a page that has `text`."""
    blocks = (ROOT / page).read_text("utf-8").split("```python\n")[1:]
    [found] = [block.partition("```")[0] for block in blocks if text in block]
    return found


SCENES = {
    "README.md": Scene({"shop.py": example("README.md", "@task")}, ports=("8011",)),
    "docs/exit-codes.md": Scene(
        {"codes.py": EXIT_CODES},
        {"ROTA_TASKS": "codes,rota.tasks:CleanupTask,rota.tasks:NotificationTask"},
    ),
    "docs/importing.md": Scene({"crontab": CRONTAB}),
    "docs/scaffold.md": Scene(apart=True),
    "docs/scheduler.md": Scene(taken=("8014",)),
    "docs/settings.md": Scene(
        {".env": "ROTA_GRACE_SECOND=3\nTASK_INTERVAL_SECONDS=0\nLOG_LEVEL=LOUD\n"}
    ),
    "docs/writing-tasks.md": Scene(
        {
            "shop/__init__.py": "",
            "shop/reminders.py": example("README.md", "@task"),
            "shop/client.py": example("docs/writing-tasks.md", "class ShopClient"),
            "shop/bills.py": example("docs/writing-tasks.md", "async def send_bills"),
            "shop/reports.py": "from rota import task\n\n@task\nasync def monthly(api): ...\n",
            "shop/billing.py": "import shop.reports\n"
            + example("docs/writing-tasks.md", "async def send_bills"),
            "shop/orders.py": "\n" * 11
            + "from rota import task\n\n@task\nasync def ping(api, db): ...\n",
            "shop/tasks.py": "from rota import task\nfrom shop.client import ShopClient\n\n"
            "@task\nasync def send_bills(api: ShopClient): ...\n",
        },
    ),
}


class Terminal:
    """A folder, variables and a shell; `export` is remembered, `&` is ended at the end."""

    def __init__(self, folder, scene, api_url):
        self._scene, self._home = scene, folder
        self.folder = folder
        self.variables = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **MEASURED,
            "HOME": str(folder),
            "BUSINESS_API_URL": api_url,
            "ROTA_STATE_PATH": "off",
            "COLUMNS": "400",
            **scene.variables,
        }
        self._ports = {port: str(free_port()) for port in scene.ports}
        self._sockets = [socket.create_server(("127.0.0.1", 0)) for _ in scene.taken]
        for port, taken in zip(scene.taken, self._sockets, strict=True):
            self._ports[port] = str(taken.getsockname()[1])
        self._background = []
        for name, text in scene.files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")

    def type(self, shown_command):
        """Have the command done; return what it prints. One that shows nothing has to end well."""
        command = self._here(shown_command.command)
        if self._scene.apart:
            self.folder = self._home / f"block-{shown_command.number}"
            self.folder.mkdir(exist_ok=True)
        if command.startswith("export "):
            for each in shlex.split(command)[1:]:
                name, _, value = each.partition("=")
                self.variables[name] = value
            return ""
        if command.endswith("&") or "^C" in shown_command.lines:
            return self._until_interrupted(command, shown_command.lines)
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        if not shown_command.lines:
            assert done.returncode == 0, done.stdout
            return ""
        return done.stdout

    def _here(self, command):
        for port, free in self._ports.items():
            command = command.replace(f":{port}", f":{free}")
        return command

    def _until_interrupted(self, command, lines):
        out = self.folder / f"printed-{len(self._background)}"
        with out.open("w") as file:
            process = subprocess.Popen(
                ["bash", "-c", f"exec env {command.rstrip('& ')}"],
                cwd=self.folder,
                env=self.variables,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        self._background.append(process)
        before = lines[: lines.index("^C")] if "^C" in lines else lines
        deadline = time.monotonic() + LONGEST_SECONDS
        while not is_like(out.read_text("utf-8"), (*before, "…"), varies=True):
            assert process.poll() is None, out.read_text("utf-8")
            assert time.monotonic() < deadline, out.read_text("utf-8")
            time.sleep(0.05)
        if "^C" not in lines:
            return "\n".join(lines)
        process.send_signal(signal.SIGINT)
        process.wait(LONGEST_SECONDS)
        printed = out.read_text("utf-8").splitlines()
        # Where the page has it: on a slow machine more was printed before the signal was sent.
        number = next(
            number
            for number in range(len(printed) + 1)
            if is_like("\n".join(printed[:number]), before, varies=True)
        )
        return "\n".join([*printed[:number], "^C", *printed[number:]])

    def close(self):
        for process in self._background:
            if process.poll() is None:
                process.kill()
            process.wait()
        for taken in self._sockets:
            taken.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def open_terminal(tmp_path):
    opened = []

    def open_terminal(page):
        terminal = Terminal(tmp_path, SCENES.get(page, Scene()), api.url)
        opened.append(terminal)
        return terminal

    with loopback_api() as api:
        api.store.add_numbered(2)
        yield open_terminal
        for terminal in opened:
            terminal.close()


def is_elsewhere(command):
    return command.startswith(tuple(ELSEWHERE)) or " | rota diff" in command


def tells_the_time(command):
    return "--from" in command or "--slot" in command


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_at_the_terminal_is_what_happens_there(page, open_terminal):
    here = [each for each in shown(page) if not is_elsewhere(each.command)]
    terminal = open_terminal(page)

    for each in here:
        printed = terminal.type(each)
        as_shown = is_like(printed, each.lines, varies=not tells_the_time(each.command))
        assert as_shown, f"{each}\n{printed}"


def test_what_is_tried_elsewhere_is_tried_there():
    assert [place for place in ELSEWHERE.values() if not (ROOT / place).exists()] == []
    commands = [each.command for page in PAGES for each in shown(page)]
    used = {prefix for prefix in ELSEWHERE if any(each.startswith(prefix) for each in commands)}
    assert used == set(ELSEWHERE)


@pytest.mark.parametrize(
    ("printed", "lines", "same"),
    [
        ("a\nb\n", ("a", "b"), True),
        ("a\nb\n", ("a",), False),
        ("a\nb\nc\n", ("a", "…"), True),
        ("a\nb\nc\n", ("…", "c"), True),
        ("a\nb\nc\n", ("a", "…", "d"), False),
        ('{"x": 1, "y": 2}\n', ('{…, "y": 2}',), True),
        ('{"x": 1, "y": 3}\n', ('{…, "y": 2}',), False),
        ("at 2026-11-26T07:44:15Z\n", ("at 2026-11-25T01:00:00Z",), True),
        ("", (), True),
    ],
)
def test_a_session_is_compared_line_by_line(printed, lines, same):
    assert is_like(printed, lines, varies=True) is same


def test_where_the_time_is_told_instants_do_not_vary():
    assert not is_like("2026-11-26T07:44:15Z\n", ("2026-11-25T01:00:00Z",), varies=False)
