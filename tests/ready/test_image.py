import asyncio
import json

import pytest

from rota.ready.image import built, look_at_image
from rota.ready.points import NotReadyError

DOCKER = (
    "open('asked', 'a').write(json.dumps(given) + '\\n')",
    "command = given[0]",
    "user, checked, build, told = {user!r}, {checked!r}, {build!r}, {told!r}",
    "if command == 'inspect': print(user)",
    "if command == 'run': print(told)",
    "if command == 'run': sys.exit(checked)",
    "if command == 'build' and build: print('Step 1/9'), print('COPY failed'), sys.exit(build)",
)
TASKS = '{"tasks": ["cleanup", "poll"]}'


@pytest.fixture
def docker(program, tmp_path):
    def docker(**given):
        given = {"user": "65532:65532", "checked": 0, "build": 0, "told": TASKS, **given}
        program("docker", *(each.format(**given) for each in DOCKER))
        (tmp_path / "Dockerfile").touch()

    return docker


def looked_at(machine, arguments=()):
    async def look():
        async with built(machine, "shop-worker", arguments) as tag:
            return await look_at_image(machine, tag)

    return asyncio.run(look())


def asked(tmp_path):
    return [json.loads(line) for line in (tmp_path / "asked").read_text().splitlines()]


def test_an_image_is_built_looked_into_and_removed(machine, docker, tmp_path):
    docker()

    told = looked_at(machine, ("--build-arg", "BASE_IMAGE=rota:9"))

    assert told == "it runs as user 65532:65532; `rota check` accepts cleanup, poll in it"
    version, build, *_, remove = asked(tmp_path)
    assert version[0] == "version"
    assert build[3:] == ["--build-arg", "BASE_IMAGE=rota:9", "."]
    tag = build[2]
    assert tag.startswith("shop-worker:ready-")
    assert remove == ["rmi", "--no-prune", "--force", tag]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param({"user": ""}, "runs as root", id="no-user"),
        pytest.param({"user": "0:1000"}, "runs as root", id="root"),
        pytest.param({"checked": 2}, "`rota check` in the image exits with 2", id="refused"),
        pytest.param({"told": "ok"}, "answers otherwise than rota does: ok", id="other"),
        pytest.param({"build": 1}, "docker build fails: Step 1/9 / COPY failed", id="no-build"),
    ],
)
def test_what_is_wrong_with_it_is_told(machine, docker, answers, told):
    docker(**answers)

    with pytest.raises(NotReadyError, match=told):
        looked_at(machine)


def test_without_docker_it_says_what_to_do(machine):
    with pytest.raises(NotReadyError, match="docker is not in PATH: install it, or --skip 6,7,8"):
        looked_at(machine)


def test_an_engine_that_does_not_answer_is_told(machine, program):
    program(
        "docker", "print('Cannot connect to the Docker daemon', file=sys.stderr)", "sys.exit(1)"
    )

    with pytest.raises(NotReadyError, match="does not answer: Cannot connect to the Docker daemon"):
        looked_at(machine)


def test_a_missing_dockerfile_is_told(machine, program):
    program("docker")

    with pytest.raises(NotReadyError, match="there is no Dockerfile"):
        looked_at(machine)
