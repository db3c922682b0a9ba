"""A real Prometheus on this machine, which scrapes once a second."""

import contextlib
import json
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from support.docker import wait_until
from support.helm import tool

LONGEST_SECONDS = 60.0


class Prometheus:
    def __init__(self, url: str) -> None:
        self.url = url

    def query(self, expression: str) -> dict[tuple[tuple[str, str], ...], float]:
        """Return the values of an instant query by the labels of their series."""
        answer = self._get("query", query=expression)
        return {
            tuple(sorted(each["metric"].items())): float(each["value"][1])
            for each in answer["result"]
        }

    def value(self, expression: str) -> float | None:
        """Return the one value of a query; None where there is none."""
        found = list(self.query(expression).values())
        assert len(found) <= 1, found
        return found[0] if found else None

    def wait_for(self, expression: str) -> float:
        """Wait until a query has a value; return it."""
        wait_until(
            lambda: self.value(expression) is not None, expression, timeout_seconds=LONGEST_SECONDS
        )
        value = self.value(expression)
        assert value is not None
        return value

    def targets(self) -> list[dict[str, Any]]:
        """Return what it knows of the targets, their last errors too."""
        found: list[dict[str, Any]] = self._get("targets")["activeTargets"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        """Return what it knows of the alerting rules, their health and state too."""
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def _get(self, path: str, **parameters: str) -> Any:
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=parameters, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@contextlib.contextmanager
def prometheus(folder: Path, target: str, **labels: str) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes `target` (host:port) while the body runs."""
    scrape = {"job_name": "rota", "static_configs": [{"targets": [target], "labels": labels}]}
    config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}}
    (folder / "prometheus.yml").write_text(json.dumps({**config, "scrape_configs": [scrape]}))
    port = _free_port()
    log = folder / "prometheus.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [
                tool("prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _ready(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _ready(url: str, process: subprocess.Popen[bytes], log: Path) -> Prometheus:
    def running() -> None:
        assert process.poll() is None, log.read_text()

    return ready(url, running)


def ready(url: str, check: Callable[[], None] = lambda: None) -> Prometheus:
    """Return the Prometheus at `url` once it answers; `check` raises if it will not."""

    def answers() -> bool:
        check()
        try:
            return httpx.get(f"{url}/-/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    wait_until(answers, "Prometheus is ready", timeout_seconds=LONGEST_SECONDS)
    return Prometheus(url)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
