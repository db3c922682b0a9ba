import asyncio
import json

import pytest

from rota.ready import compose
from rota.ready.points import NotReadyError

TASKS = {
    "cleanup": {"next": "2026-11-26T10:00:00Z", "splay": True},
    "send-bills": {"next": "2026-11-26T10:00:00Z", "splay": False},
    "asleep": {"next": None, "splay": False},
}
STATE = {"Running": True, "ExitCode": 0, "Health": {"Status": "healthy"}}
COMPOSE = (
    "answers = json.load(open('answers'))",
    "open('asked', 'a').write(json.dumps(given) + '\\n')",
    "override = [each for each in given if each.endswith('override.yml')]",
    "if override: open('override', 'w').write(open(override[0][7:]).read())",
    "if 'ps' in given: print('0123abc')",
    "if 'up' in given: print('no such image: rota:9', file=sys.stderr)",
    "if 'up' in given: sys.exit(answers.get('up', 0))",
    "if 'logs' in given: print('shop-worker | rota: error: no tasks')",
    "if 'exec' in given: print(json.dumps(answers['calls' if 'python' in given else 'runs']))",
    "if 'python' in given: sys.exit(answers.get('calls_code', 0))",
    "if 'down' in given and answers.get('down'): sys.exit('no engine')",
)
DOCKER = (
    "answers = json.load(open('answers'))",
    "if given[0] == 'inspect': print(json.dumps(answers['state']))",
)


@pytest.fixture
def answers(program, tmp_path):
    """Have docker and docker-compose answer so."""

    def answers(**given):
        program("docker", *DOCKER)
        program("docker-compose", *COMPOSE)
        (tmp_path / "docker-compose.yml").touch()
        (tmp_path / "answers").write_text(json.dumps({"state": STATE, **given}))

    return answers


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    for name in ("_HEALTHY_SECONDS", "_SEEN_SECONDS"):
        monkeypatch.setattr(compose, name, 0.2)
    for name in ("_POLL_SECONDS", "_FIRST_LOOK_SECONDS"):
        monkeypatch.setattr(compose, name, 0.0)


def run(machine, look=None):
    async def work():
        async with compose.stack(machine, "shop-worker", TASKS) as services:
            await services.start()
            return await look(services) if look else await services.wait_until_healthy()

    return asyncio.run(work())


def watch(services):
    return compose.watch_schedule(services, TASKS)


def served(task, second):
    slot, run_id = f"2026-11-26T09:00:{second:02}Z", f"{task}-{second}"
    run = {"task": task, "slot": slot, "state": "succeeded", "run_id": run_id}
    return run, {"time": slot, "user_agent": f"rota/1 (task={task}; run={run_id})"}


def seen(*tasks):
    pairs = [served(task, second) for task in tasks for second in (0, 5)]
    return {
        "runs": {"items": [each for each, _ in pairs]},
        "calls": {"calls": [c for _, c in pairs]},
    }


def asked(tmp_path):
    return [json.loads(line) for line in (tmp_path / "asked").read_text().splitlines()]


def test_the_service_comes_up_and_everything_is_taken_down(machine, answers, tmp_path):
    answers()

    assert run(machine).startswith("shop-worker is healthy")
    projects = {command[0] for command in asked(tmp_path)}
    assert len(projects) == 1
    assert asked(tmp_path)[0][3:] == ["up", "--build", "--detach", "shop-worker"]
    assert asked(tmp_path)[-1][3:] == ["down", "--volumes", "--remove-orphans"]


def test_tasks_run_every_few_seconds_but_suspended_ones(machine, answers, tmp_path):
    answers()
    run(machine)

    services = json.loads((tmp_path / "override").read_text())["services"]
    assert services["shop-worker"]["environment"] == {
        "ROTA_TASK__CLEANUP__INTERVAL_SECONDS": "5",
        "ROTA_TASK__CLEANUP__SPLAY_MINUTES": "0",
        "ROTA_TASK__SEND_BILLS__INTERVAL_SECONDS": "5",
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"up": 1}, "docker-compose up shop-worker fails: no such image: rota:9"),
        ({"state": {"Running": True}}, "shop-worker has no healthcheck"),
        ({"state": STATE | {"Health": {"Status": "starting"}}}, "is not healthy: .* no tasks"),
        (
            {"state": {"Running": False, "ExitCode": 2, "Health": {"Status": "starting"}}},
            "shop-worker exited with 2: .* no tasks",
        ),
    ],
    ids=["no-start", "no-healthcheck", "not-healthy", "exited"],
)
def test_what_does_not_come_up_is_told_and_taken_down(machine, answers, tmp_path, given, told):
    answers(**given)

    with pytest.raises(NotReadyError, match=told):
        run(machine)

    assert "down" in asked(tmp_path)[-1]


def test_slots_that_the_api_saw_are_told(machine, answers):
    answers(**seen("cleanup", "send-bills"))

    told = run(machine, watch)

    assert "every 5 s in place of their schedules, the API saw cleanup at" in told
    assert "send-bills at" in told


def test_a_task_that_the_api_did_not_see_is_named(machine, answers):
    answers(**seen("cleanup"))

    with pytest.raises(NotReadyError, match=r"send-bills: no run for a slot has ended$"):
        run(machine, watch)


def test_a_task_that_only_fails_ends_the_watch(machine, answers, monkeypatch):
    monkeypatch.setattr(compose, "_SEEN_SECONDS", 1e6)
    found = seen("cleanup")
    failed = [served("send-bills", second)[0] for second in (0, 5, 10)]
    found["runs"]["items"] += [each | {"state": "failed", "reason": "404"} for each in failed]
    answers(**found)

    with pytest.raises(NotReadyError, match=r"every run for a slot fails: send-bills: .* 404$"):
        run(machine, watch)


def test_another_api_than_the_demo_is_told(machine, answers):
    answers(**seen("cleanup"), calls_code=1)

    with pytest.raises(NotReadyError, match="point 8 needs rota's demo there"):
        run(machine, watch)


def test_an_answer_that_is_not_rotas_is_told(machine, answers):
    answers(runs=["no", "history"], calls={})

    with pytest.raises(NotReadyError, match=r"rota in shop-worker answers otherwise .*history"):
        run(machine, watch)


def test_what_cannot_be_taken_down_is_told_with_the_command_for_it(machine, answers):
    answers(down=True)

    with pytest.raises(NotReadyError, match=r"left behind, .* no engine; .*=ready\w+ down"):
        run(machine)


def test_without_a_compose_file_or_compose_it_says_so(machine, program, answers, tmp_path):
    program("docker")
    with pytest.raises(NotReadyError, match=r"there is no docker-compose\.yml"):
        run(machine)
    answers()
    (tmp_path / "bin/docker-compose").unlink()
    program("docker", "print(given)", "sys.exit('up' in given)")
    with pytest.raises(NotReadyError, match=r"docker-compose up shop-worker fails: .'compose'"):
        run(machine)
