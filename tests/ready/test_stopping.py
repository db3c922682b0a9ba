import asyncio
import os

import pytest

from rota.ready import stopping
from rota.ready.points import NotReadyError

STARTED = "print('worker.started', flush=True)"
IMPORTS = "import os, signal, sys, time"


def main(tmp_path, *lines):
    package = tmp_path / "src/shop_worker"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "main.py").write_text("\n".join([IMPORTS, *lines]) + "\n")


def on_signals(code=0):
    return [
        f"signal.signal({name}, lambda *_: sys.exit({code}))"
        for name in ("signal.SIGTERM", "signal.SIGINT")
    ]


def tried(machine, *, grace_seconds=60):
    return asyncio.run(
        stopping.try_signals(machine, "shop_worker", "http://127.0.0.1:1", grace_seconds)
    )


def test_both_signals_have_to_end_it_with_0(machine, tmp_path):
    main(tmp_path, *on_signals(), STARTED, "time.sleep(60)")

    told = tried(machine)

    assert "SIGTERM ended `python -m shop_worker.main` with 0" in told
    assert "SIGINT ended" in told


def test_it_is_given_the_api_and_keeps_no_state(machine, tmp_path):
    main(
        tmp_path,
        *on_signals(),
        "names = ('BUSINESS_API_URL', 'ROTA_STATE_PATH', 'ROTA_WEB_ADDRESS', 'LOG_LEVEL')",
        "open('given', 'w').write(str([os.environ[name] for name in names]))",
        STARTED,
        "time.sleep(60)",
    )
    machine.environment["LOG_LEVEL"] = "ERROR"  # would hide that it has started
    tried(machine)

    assert (tmp_path / "given").read_text() == "['http://127.0.0.1:1', 'off', '', 'INFO']"


def test_what_it_writes_before_it_has_started_may_be_long(machine, tmp_path):
    main(tmp_path, *on_signals(), "print('x' * 200_000)", STARTED, "time.sleep(60)")

    assert "SIGINT ended" in tried(machine)


def test_one_that_ends_by_itself_is_told(machine, tmp_path, monkeypatch):
    async def until_it_has_ended(process, command):
        await process.wait()

    monkeypatch.setattr(stopping, "_read_until_started", until_it_has_ended)
    main(tmp_path, STARTED, "sys.exit(5)")

    with pytest.raises(NotReadyError, match="ended by itself, with 5, when it had started"):
        tried(machine)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param(
            [*on_signals(3), STARTED, "time.sleep(60)"],
            "ends with 3 after SIGTERM, not with 0",
            id="another-code",
        ),
        pytest.param([STARTED, "time.sleep(60)"], "ends with -15 after SIGTERM", id="no-handler"),
        pytest.param(
            ["sys.exit('settings are broken')"],
            "ended before it had started: settings are broken",
            id="does-not-start",
        ),
        pytest.param(
            ["print('x' * 200_000)"], "ended before it had started: xxx", id="one-endless-line"
        ),
        pytest.param([], "ended before it had started: it wrote nothing", id="nothing"),
        pytest.param(
            ["def work():", "    raise OSError('no disk')", "work()"],
            "ended before it had started: OSError: no disk$",
            id="traceback",
        ),
    ],
)
def test_any_other_end_is_told(machine, tmp_path, lines, told):
    main(tmp_path, *lines)

    with pytest.raises(NotReadyError, match=told):
        tried(machine)


def test_one_that_does_not_end_is_killed(machine, tmp_path, monkeypatch):
    monkeypatch.setattr(stopping, "SLACK_SECONDS", 0.3)
    main(
        tmp_path,
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "open('pid', 'w').write(str(os.getpid()))",
        STARTED,
        "time.sleep(60)",
    )

    with pytest.raises(NotReadyError, match="still runs"):
        tried(machine, grace_seconds=0)

    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
