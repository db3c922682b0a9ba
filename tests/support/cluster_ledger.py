"""A release watch on a real cluster, in a thread of its own, and CronJobs for it to watch."""

import asyncio
import contextlib
import socket
import threading
import time
from pathlib import Path
from typing import Any

import yaml

from rota.kubernetes.connection import connected
from rota.kubernetes.release_watch import ReleaseWatch
from rota.ledger.console import ConsoleLedger
from rota.model.clock import SystemClock
from support.cluster import environment

RELEASE = "watched"
_RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
_WRITES_MESSAGE = (
    "import json, sys, time; time.sleep({seconds}); "
    "json.dump({{'counts': {{'n': 7}}, 'reason': '{reason}'}}, open('/dev/termination-log', 'w')); "
    "sys.exit({code})"
)


def cronjob(
    task: str, image: str, *, code: int = 0, seconds: float = 0, reason: str = "", **spec: Any
) -> dict[str, Any]:
    """Return a CronJob of every minute whose pod sleeps and ends with `code`."""
    labels = {"rota/task": task, "app.kubernetes.io/instance": RELEASE}
    program = _WRITES_MESSAGE.format(seconds=seconds, reason=reason, code=code)
    container = {
        "name": "rota",
        "image": image,
        "imagePullPolicy": spec.pop("imagePullPolicy", "IfNotPresent"),
        "command": ["python", "-c", program],
        "securityContext": _RESTRICTED,
    }
    pod = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "securityContext": {
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    job = {"backoffLimit": 0, "template": {"metadata": {"labels": labels}, "spec": pod}}
    job |= spec.pop("job", {})
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": f"{RELEASE}-{task}", "labels": labels},
        "spec": {
            "schedule": "* * * * *",
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 20,
            "jobTemplate": {"metadata": {"labels": labels}, "spec": job},
            **spec,
        },
    }


class Relay:
    """Passes bytes on to the API server of the cluster, until it is cut."""

    def __init__(self, folder: Path) -> None:
        config = yaml.safe_load(Path(environment()["KUBECONFIG"]).read_text("utf-8"))
        [cluster] = [each["cluster"] for each in config["clusters"]]
        host, _, port = cluster["server"].removeprefix("https://").partition(":")
        self._target = (host, int(port))
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        cluster["server"] = f"https://127.0.0.1:{self._port}"
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(config), "utf-8")

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)

    async def cut(self) -> None:
        """End all connections, and take no new ones."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection(*self._target)
            self._writers.add(back)
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
            self._writers -= {back}
        self._writers -= {writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()


class Console:
    """What `rota console` does without its pages: a watch in a thread, stopped and started."""

    def __init__(self, namespace: str, folder: Path) -> None:
        self._namespace = namespace
        self.path = folder / f"{namespace}.sqlite3"
        self.watch: ReleaseWatch | None = None
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self.relay = Relay(folder)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.call(self.relay.open())

    def call(self, coroutine: Any) -> Any:
        """Run a coroutine in the console's thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def start(self) -> None:
        started = threading.Event()
        self.call(self._start(started))
        assert started.wait(60), "the console did not start"

    async def _start(self, started: threading.Event) -> None:
        self._task = asyncio.ensure_future(self._run(started))

    async def _run(self, started: threading.Event) -> None:
        async with connected() as connection:
            clock = SystemClock()
            ledger = ConsoleLedger(self.path, clock)
            self.watch = ReleaseWatch(connection, self._namespace, RELEASE, ledger, clock)
            started.set()
            await self.watch.run()

    def stop(self) -> None:
        self.call(self._stop())

    async def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def close(self) -> None:
        self.stop()
        self.call(self.relay.cut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def horizon(self) -> float:
        return (self.watch.horizon if self.watch is not None else None) or 0.0


def next_minute() -> int:
    """Return the next whole minute, an epoch time."""
    return int(time.time()) // 60 * 60 + 60
