import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import cluster
from support.cluster_scenarios import Scenarios, started
from support.docker import ROOT, run

_SHOP = Path(__file__).parent / "shop"
_BUILD_SECONDS = 600
_FIGURES = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session", autouse=True)
def docker_engine() -> None:
    """Fail without an engine: nothing here can be shown then, and a skip would hide it."""
    if shutil.which("docker") is None:
        pytest.fail("the end-to-end tests need the docker command; see .ci/run")
    run("docker", "info")


@pytest.fixture(scope="session")
def compose() -> tuple[str, ...]:
    """The compose command: `DOCKER_COMPOSE`, docker-compose, or the docker plugin."""
    given = os.environ.get("DOCKER_COMPOSE")
    if given:
        return tuple(given.split())
    if shutil.which("docker-compose"):
        return ("docker-compose",)
    run("docker", "compose", "version")
    return ("docker", "compose")


@pytest.fixture(scope="session")
def image() -> Iterator[str]:
    """The image of this checkout."""
    yield from _built(str(ROOT))


@pytest.fixture(scope="session")
def shop_image(image: str) -> Iterator[str]:
    """An application's image on top of it."""
    yield from _built("--build-arg", f"IMAGE={image}", str(_SHOP))


def _built(*arguments: str) -> Iterator[str]:
    tag = f"rota-e2e:{uuid.uuid4().hex[:12]}"
    run("docker", "build", "--tag", tag, *arguments, timeout_seconds=_BUILD_SECONDS)
    yield tag
    # --no-prune keeps the layers: the next build is quick then.
    run("docker", "rmi", "--no-prune", tag)


@pytest.fixture(scope="session")
def cluster_image(image: str) -> str:
    """The image of this checkout, in the cluster of KUBECONFIG.

    `LOAD_IMAGE` is the command that brings it there, `kind load docker-image` for example; by
    default it is that of the cluster for tests.
    """
    cluster.kubectl("version")
    load = os.environ.get("LOAD_IMAGE", f"{cluster.SCRIPT} load")
    run(*load.split(), image, timeout_seconds=_BUILD_SECONDS)
    return image


@pytest.fixture(scope="session")
def scenarios(cluster_image: str) -> Iterator[Scenarios]:
    """All that the cluster's tests look at, installed before the first of them."""
    with started(cluster_image) as scenarios:
        yield scenarios


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> dict[str, str]:
    """What was measured, by what it is; the terminal summary shows it."""
    measured: dict[str, str] = {}
    request.config.stash[_FIGURES] = measured
    return measured


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    measured = config.stash.get(_FIGURES, {})
    if measured:
        terminalreporter.section("measured on the cluster")
    for what, figure in measured.items():
        terminalreporter.line(f"{what}: {figure}")
