"""A canary for a token: whatever goes wrong, and however much is logged, it is written nowhere."""

import signal

import pytest

CANARY = "c4n4ry-7f3d9e"
LEAKS = "misbehaving_tasks:Leaks"


@pytest.fixture(params=["setting", "file"])
def token(request, tmp_path):
    """The settings that hold the token, with everything as talkative as can be."""
    talkative = {"DEBUG": "true", "PYTHONASYNCIODEBUG": "1", "HTTPX_LOG_LEVEL": "trace"}
    if request.param == "setting":
        return {"ROTA_API_TOKEN": CANARY, **talkative}
    path = tmp_path / "token"
    path.write_text(f"\ufeff{CANARY}\r\n", "utf-8")
    return {"ROTA_API_TOKEN_FILE": str(path), **talkative}


def assert_no_canary(process):
    assert CANARY not in process.stdout
    assert CANARY not in process.stderr
    assert CANARY.encode() not in process.termination_log.read_bytes()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_task_that_logs_and_raises_the_token_is_masked(rota, token, log_format):
    process = rota.run(
        "run",
        "leaks",
        ROTA_TASKS=LEAKS,
        CANARY_FOR_THE_TASK=CANARY,
        ROTA_LOG_FORMAT=log_format,
        **token,
    )
    assert process.exit_code == 1
    assert process.stderr.count("[redacted]") >= 4
    assert process.message["reason"] == "no luck with [redacted]"
    assert_no_canary(process)


@pytest.mark.parametrize(
    ("always", "exit_code", "said"),
    [
        ((401, None), 3, "not with Bearer [redacted]"),
        ((403, None), 3, "not with Bearer [redacted]"),
        ((503, None), 4, "not with Bearer [redacted]"),
        ((302, {"Location": f"http://x/{CANARY}"}), 3, "to /[redacted] on another host"),
    ],
    ids=["401", "403", "503", "302"],
)
def test_an_api_that_fails_and_repeats_the_token_is_masked(
    rota, api, token, *, always, exit_code, said
):
    api.always = always
    process = rota.run("run", "cleanup", **token)
    assert process.exit_code == exit_code
    assert said in process.message["reason"]
    assert_no_canary(process)


def test_a_stop_and_a_timeout_reveal_no_token(rota, api, token):
    api.hold()
    process = rota.start("run", "cleanup", **token)
    api.until_arrived(1)
    assert process.end_after(signal.SIGTERM)[0] == 143
    assert_no_canary(process)
    late = rota.run("run", "cleanup", **token, ROTA_TASK__CLEANUP__TIMEOUT_SECONDS="0.3")
    assert late.exit_code == 5
    assert_no_canary(late)


BROKEN = {
    "inner space": {"ROTA_API_TOKEN": f"{CANARY} {CANARY}"},
    "inner newline": {"ROTA_API_TOKEN": f"{CANARY}\n{CANARY}"},
    "two tokens": {"ROTA_API_TOKEN": CANARY, "ROTA_API_TOKEN_FILE": "/nonexistent"},
    "another setting": {"ROTA_API_TOKEN": CANARY, "ROTA_GRACE_SECONDS": "soon"},
    "typo in the name": {"ROTA_API_TOKE": CANARY},
    "password in the URL": {"BUSINESS_API_URL": f"https://user:{CANARY}@api.example.com"},
    "token in the URL": {"BUSINESS_API_URL": f"https://api.example.com/?token={CANARY}"},
    "no such module": {"ROTA_API_TOKEN": CANARY, "ROTA_TASKS": "nowhere:Nothing"},
}


@pytest.mark.parametrize(
    ("command", "why"),
    [*(("check", why) for why in BROKEN), ("scheduler", "inner space"), ("run", "inner space")],
)
def test_a_refused_setting_reveals_no_token(rota, command, why):
    arguments = ["run", "cleanup"] if command == "run" else [command]
    process = rota.run(*arguments, **{"DEBUG": "true", **BROKEN[why]})
    assert process.exit_code == 2
    assert "rota: error: " in process.stderr
    assert "Traceback" not in process.stderr
    assert_no_canary(process)


def test_listings_reveal_no_token(rota, token):
    for arguments in (["list", "--json"], ["check", "--json"], ["next", "cleanup", "--json"]):
        process = rota.run(*arguments, **token)
        assert process.exit_code == 0
        assert_no_canary(process)
