import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from support.docker import Container, events, inspect, run, started, wait_until

pytestmark = pytest.mark.e2e

BASE = "python:3.13-slim"
# The default, and half of what the second signal need not wait for: that it was not waited for
# shows on a busy machine too.
GRACE_SECONDS = 25
# The strictest cluster: nothing can be written, no user of that name, no home.
LOCKED = (
    "--read-only",
    "--network=none",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--user=12345:0",
    "--env=HOME=",
)
# rota's environment with every module compiled: 44 MB, of which Pygments (rich needs it), pydantic
# and what the console asks Kubernetes with are the half. A compiler or a cache would not fit.
MOST_ADDED_BYTES = 50_000_000


def python(image: str, code: str) -> str:
    return run("docker", "run", "--rm", "--entrypoint", "python", image, "-c", code)


@contextmanager
def shop(image: str, *arguments: str, options: tuple[str, ...] = ()) -> Iterator[Container]:
    with started(image, *arguments, options=(*LOCKED, *options)) as container:
        yield container


def scheduler(image: str, task: str, *options: str):
    return shop(image, options=(f"--env=ROTA_ONLY={task}", "--volume=/var/lib/rota", *options))


def test_the_image_adds_little_to_its_base(image, capsys):
    size, base = (inspect(name)["Size"] for name in (image, BASE))
    with capsys.disabled():
        print(f"\nimage {size / 1e6:.0f} MB, base {base / 1e6:.0f} MB: {size / base:.2f} times")  # noqa: T201
    assert size - base < MOST_ADDED_BYTES


def test_the_image_names_a_numeric_user_that_is_not_root(image):
    # Numeric, since the kubelet cannot tell of a name whether it is root (runAsNonRoot).
    assert inspect(image)["Config"]["User"] == "65532:65532"


def test_rota_is_installed_without_anything_that_builds(image):
    found = python(
        image,
        "import importlib.util as u, shutil as s;"
        "print([m for m in ('pip', 'hatchling', 'setuptools', 'wheel', 'pytest') if u.find_spec(m)]"
        " + [p for p in ('gcc', 'cc', 'make', 'git') if s.which(p)])",
    )
    assert found.strip() == "[]"


def test_every_module_is_compiled_already(image):
    missing = python(
        image,
        "import importlib.util as u, pathlib as p;"
        "root = p.Path('/opt/rota/lib');"
        "print([str(f) for f in root.rglob('*.py')"
        " if not p.Path(u.cache_from_source(str(f))).exists()])",
    )
    assert missing.strip() == "[]"


def test_an_image_without_arguments_is_the_scheduler(image):
    config = inspect(image)["Config"]
    assert (config["Entrypoint"], config["Cmd"]) == (["rota"], ["scheduler"])


def test_a_run_needs_no_writable_file_no_home_and_no_known_user(shop_image):
    output = run("docker", "run", "--rm", *LOCKED, shop_image, "run", "where")
    (finished,) = (event for event in events(output) if event["event"] == "run.finished")
    counts = finished["counts"]
    # Process 1 only reaps and forwards; its child does the work.
    assert counts.pop("pid") > 1
    assert counts == {"uid": 12345, "gid": 0}


def test_a_wrong_name_ends_a_container_with_2(shop_image):
    with shop(shop_image, "run", "wehre") as container:
        assert container.end() == 2
        assert "where" in run("docker", "logs", container.name)


def test_sigterm_with_work_left_ends_a_run_with_143_after_the_grace(shop_image):
    with shop(shop_image, "run", "long", options=("--env=ROTA_GRACE_SECONDS=2",)) as container:
        container.wait_for("run.started")
        asked = time.monotonic()
        container.signal("TERM")
        assert container.end() == 143
        assert 1.5 < time.monotonic() - asked < GRACE_SECONDS
        (finished,) = container.events("run.finished")
        assert finished["outcome"] == "interrupted"


def test_a_second_sigterm_ends_a_run_at_once(shop_image):
    with shop(shop_image, "run", "long", options=("--env=ROTA_GRACE_SECONDS=50",)) as container:
        container.wait_for("run.started")
        container.signal("TERM")
        container.wait_for("stop.requested")
        assert container.state["Running"]
        asked = time.monotonic()
        container.signal("TERM")
        assert container.end() == 143
        assert time.monotonic() - asked < GRACE_SECONDS


def test_sigterm_ends_the_scheduler_with_0_and_its_slots_are_kept(shop_image):
    with scheduler(shop_image, "where") as container:
        container.wait_for("run.finished")
        asked = time.monotonic()
        container.signal("TERM")
        assert container.end() == 0
        assert time.monotonic() - asked < GRACE_SECONDS
        assert container.events("worker.stopped")
        assert not container.events("state.unusable")
        assert container.events("run.finished")[0]["counts"]["pid"] > 1


def test_a_scheduler_whose_event_loop_is_stuck_turns_unhealthy_and_still_stops(shop_image):
    health = (
        "--health-cmd=rota health",
        "--health-interval=1s",
        "--health-timeout=10s",
        "--health-retries=2",
    )
    with scheduler(
        shop_image, "where,blocking", "--env=ROTA_GRACE_SECONDS=1", *health
    ) as container:
        container.wait_for("run.started")
        wait_until(lambda: container.health == "unhealthy", "unhealthy", timeout_seconds=60)
        answers = [check["Output"] for check in container.state["Health"]["Log"]]
        assert any("no answer at 0.0.0.0:8080: timed out" in answer for answer in answers)
        asked = time.monotonic()
        container.signal("TERM")
        assert container.end() == 0
        assert time.monotonic() - asked < GRACE_SECONDS
