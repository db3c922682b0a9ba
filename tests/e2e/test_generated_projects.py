"""Projects of `rota new`, unedited: installed, checked, built, run in docker-compose, deployed.

All share one environment, in which one at a time is installed and checked. Meanwhile those that
have been checked are brought up in containers, and the first one runs on the cluster, too.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import cluster
from support.docker import ROOT, run, wait_until

pytestmark = pytest.mark.e2e

SHOP = "shop"
LETTERS = "internationalwarehousebookings"
# What else `rota new` is told.
PROJECTS: dict[str, tuple[str, ...]] = {
    SHOP: (),
    "my-shop": (),
    LETTERS: (),
    "b2b": ("--task=send-reminders=0 8 * * MON-FRI", "--task=poll=5m"),
    "depot": ("--class-tasks", "--task=stock-take=@daily"),
}
OTHERS = [context for context in PROJECTS if context != SHOP]
# What `rota add` puts into the first one: a CronJob of it can be waited for.
EVERY_MINUTE = "tick"
# On a machine that is busy with other tests.
COMMAND_SECONDS = 900
ALL_SECONDS = 1800
FIRED_SECONDS = 300
# The one that is checked, and those in containers, which have to answer in time.
AT_ONCE = 3


class Projects:
    """The projects, and what came of each step with each of them: futures, set in threads."""

    def __init__(self, folder: Path, image: str) -> None:
        self.image = image
        self._folder = folder
        self._venv = folder / "venv"
        # The tests themselves may run below a make, whose variables are not for these.
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
            "MYPY_CACHE_DIR": str(folder / "mypy"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        steps = [(step, context) for step in ("check", "ready") for context in PROJECTS]
        self._results: dict[tuple[str, str], Future[str]] = {each: Future() for each in steps}

    def at(self, context: str) -> Path:
        return self._folder / "services" / self.package(context)

    def package(self, context: str) -> str:
        return f"{context.replace('-', '_')}_worker"

    def result(self, step: str, context: str) -> str:
        """Return what a step wrote, once it is done; raise as it did."""
        return self._results[step, context].result(timeout=ALL_SECONDS)

    def generate(self) -> None:
        rota = (sys.executable, "-m", "rota")
        for context, options in PROJECTS.items():
            services = self._folder / "services"
            self._run(*rota, "new", context, f"--directory={services}", *options)
        self._run(*rota, "add", "task", EVERY_MINUTE, "--schedule=60", cwd=self.at(SHOP))

    def check_all(self, pool: ThreadPoolExecutor) -> None:
        """Check one after the other; have those brought up that are done. The first comes last."""
        wheel = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
        self._run(sys.executable, *wheel, f"--wheel-dir={self._folder}", ROOT)
        [rota] = self._folder.glob("rota-*.whl")
        for context in OTHERS:
            self._note("check", context, lambda context=context: self._checked(context, rota))
            pool.submit(
                self._note, "ready", context, lambda context=context: self._brought_up(context)
            )
        self._note("check", SHOP, lambda: self._checked(SHOP, rota))
        self._note("ready", SHOP, lambda: self._make(SHOP, "ready"))

    def _note(self, step: str, context: str, work: Callable[[], str]) -> None:
        future = self._results[step, context]
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 (each test shows that of its own project)
            future.set_exception(error)

    def _checked(self, context: str, rota: Path) -> str:
        if self._venv.exists():
            others = [self.package(each) for each in PROJECTS if each != context]
            self._run(self._venv / "bin/pip", "uninstall", "--yes", "--quiet", *others)
        # The environment is younger than all projects but this one.
        (self.at(context) / "pyproject.toml").touch()
        told = self._make(context, "test", f"ROTA={rota}")
        return told if context == SHOP else told + self._make(context, *_WITHOUT_DOCKER)

    def _make(self, context: str, *arguments: str) -> str:
        given = (f"VENV={self._venv}", f"BASE_IMAGE={self.image}")
        return self._run("make", *arguments, *given, cwd=self.at(context))

    def _brought_up(self, context: str) -> str:
        """Try the points that need Docker, from an environment where no project is installed."""
        package = self.package(context)
        client = f"{''.join(part.capitalize() for part in context.split('-'))}Client"
        return self._run(
            *(sys.executable, "-m", "rota", "ready", "--only=6-8", f"--base-image={self.image}"),
            cwd=self.at(context),
            PYTHONPATH=str(self.at(context) / "src"),
            ROTA_TASKS=f"{package}.tasks",
            ROTA_API_CLIENT=f"{package}.infrastructure.http.business_api_client:{client}",
        )

    def _run(self, *command: str | Path, cwd: Path | None = None, **variables: str) -> str:
        """Return what a command wrote; AssertionError unless it ends with 0."""
        ended = subprocess.run(
            # Consoles are watched beside, by the second.
            ["nice", "-n", "5", *map(str, command)],
            cwd=cwd or self._folder,
            env={**self._environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, f"{' '.join(map(str, command))}:\n{ended.stdout}"
        return ended.stdout


_WITHOUT_DOCKER = ("ready", "READY_ARGS=--only 1-5")


class Deployed:
    """The first project on the cluster, beside a Business API."""

    def __init__(self, projects: Projects) -> None:
        self._image = f"{projects.image}-shop-worker"
        self.namespace = cluster.Namespace(f"generated-{projects.image.rpartition(':')[2]}")
        self.api = cluster.BusinessApi(self.namespace, projects.image)
        build = ("--build-arg", f"BASE_IMAGE={projects.image}", str(projects.at(SHOP)))
        run("docker", "build", "--tag", self._image, *build, timeout_seconds=COMMAND_SECONDS)
        load = os.environ.get("LOAD_IMAGE", f"{cluster.SCRIPT} load")
        run(*load.split(), self._image, timeout_seconds=COMMAND_SECONDS)
        repository, _, tag = self._image.partition(":")
        deploy = projects.at(SHOP) / "deploy"
        self.namespace.helm(
            *("install", "shop-worker", cluster.CHART),
            *(f"--values={deploy / name}" for name in ("values.yaml", "tasks.yaml")),
            *("--set", f"image.repository={repository},image.tag={tag}"),
            timeout_seconds=120,
        )

    def delete(self) -> None:
        self.namespace.delete()
        subprocess.run(["docker", "rmi", "--no-prune", self._image], check=False)

    def runs(self, task: str) -> list[dict[str, Any]]:
        """Return the ends of runs, as the pods of the task's Jobs have logged them."""
        jobs = self.namespace.get("jobs", f"rota/task={task}")
        logs = [self.namespace.logs(f"job/{job['metadata']['name']}") for job in jobs[:1]]
        return [event for log in logs for event in log if event["event"] == "run.finished"]


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory, cluster_image: str) -> Iterator[Projects]:
    made = Projects(tmp_path_factory.mktemp("generated"), cluster_image)
    made.generate()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pool.submit(made.check_all, pool)
        yield made
    # What docker-compose has built stays after its `down`.
    names = [f"{context}-worker" for context in PROJECTS]
    subprocess.run(["docker", "rmi", "--no-prune", *names], capture_output=True, check=False)


@pytest.fixture(scope="module")
def deployed(projects: Projects) -> Iterator[Deployed]:
    found = Deployed(projects)
    yield found
    found.delete()


def test_a_cronjob_of_it_fires_and_the_api_sees_it_at_its_slot(
    projects: Projects, deployed: Deployed
) -> None:
    path = f"/api/v1/operations/{EVERY_MINUTE}"
    wait_until(lambda: bool(deployed.api.calls(path)), path, timeout_seconds=FIRED_SECONDS)
    wait_until(lambda: bool(deployed.runs(EVERY_MINUTE)), "a run's end", timeout_seconds=120)
    tasks = yaml.safe_load((projects.at(SHOP) / "deploy/tasks.yaml").read_text())["tasks"]
    cronjobs = {each["metadata"]["name"] for each in deployed.namespace.get("cronjobs")}
    end = deployed.runs(EVERY_MINUTE)[0]
    [call] = [each for each in deployed.api.calls(path) if end["run_id"] in each["user_agent"]]

    assert cronjobs == {f"shop-worker-rota-{name}" for name in tasks}
    assert call["status"] == 200
    assert f"task={EVERY_MINUTE}; run={end['run_id']}" in call["user_agent"]
    assert (end["outcome"], end["trigger"]) == ("succeeded", "schedule")
    assert end["slot"].endswith(":00Z")


@pytest.mark.parametrize("context", [*OTHERS, SHOP])
def test_it_is_installed_linted_typed_and_tested_as_it_was_generated(
    projects: Projects, context: str
) -> None:
    told = projects.result("check", context)

    assert "Success: no issues found" in told
    assert " passed" in told
    assert "ok: " in told


@pytest.mark.parametrize("context", [*OTHERS, SHOP])
def test_every_point_of_the_list_holds(projects: Projects, context: str) -> None:
    told = projects.result("check", context) + projects.result("ready", context)
    ticked = [line.split()[2] for line in told.splitlines() if line.startswith("- [x] ")]

    assert ticked == [f"{number}." for number in range(1, 9)], told
