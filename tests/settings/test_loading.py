"""What the environment and `.env` may say, and what they are told otherwise."""

import os
import subprocess

import pytest
from pydantic import ValidationError

from rota.logs import redaction
from rota.model.errors import SettingsError
from rota.model.exit_codes import ExitCode
from rota.settings import LogFormat, LogLevel, Overlap, load_settings

CANARY = "c4n4ry-7f3d9e"


def refusal_of(settings_of, **variables):
    with pytest.raises(SettingsError) as caught:
        settings_of(**variables)
    assert caught.value.exit_code is ExitCode.USAGE
    text = str(caught.value)
    assert CANARY not in text
    assert "pydantic" not in text.lower()
    return text


def test_without_anything_the_defaults_of_the_seed_hold(settings_of):
    settings = settings_of()
    assert settings.business_api_url == "http://localhost:8000"
    assert (settings.debug, settings.log_level) == (False, LogLevel.INFO)
    assert settings.task_interval_seconds is None
    assert (settings.grace_seconds, settings.fan_out_concurrency) == (25.0, 10)


def test_the_settings_cannot_be_changed(settings_of):
    with pytest.raises(ValidationError):
        settings_of().debug = True


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("http://shop:8000", "http://shop:8000"),
        ("https://API.example.com/", "https://api.example.com"),
        ("https://api.example.com:443/v2/", "https://api.example.com/v2"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://my_service:8000", "http://my_service:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
@pytest.mark.fault(16)
def test_a_url_to_call_is_taken(settings_of, given, canonical):
    assert settings_of(BUSINESS_API_URL=given).business_api_url == canonical


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "foo",
        "ftp://shop",
        "http://",
        "http:///path",
        "http://shop:99999",
        "http://shop:0",
        "http://shop:abc",
        f"http://user:{CANARY}@shop",
        f"http://{CANARY}@shop",
        f"http://shop/?token={CANARY}",
        f"http://shop/#{CANARY}",
        "http://shop/a/../b",
        "http://shop/%2e%2e/b",
        "http://sh op",
        "http://shop\\b",
        "http://shop/\x7f",
        "//shop",
        "http://-shop-",
        "http://.",
        "http://" + "a" * 300,
    ],
)
@pytest.mark.fault(16)
def test_any_other_url_is_refused_without_being_repeated(settings_of, given):
    text = refusal_of(settings_of, BUSINESS_API_URL=given)
    assert text.startswith("BUSINESS_API_URL: the Business API's URL must ")
    assert "for example https://api.example.com" in text
    assert "got" not in text


@pytest.mark.parametrize(("given", "level"), [("debug", "DEBUG"), (" Warning ", "WARNING")])
@pytest.mark.fault(17)
def test_a_log_level_may_be_in_any_case(settings_of, given, level):
    assert settings_of(LOG_LEVEL=given).effective_log_level() is LogLevel(level)


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ("warn", "WARNING"),
        ("Fatal", "CRITICAL"),
        ("CRIT", "CRITICAL"),
        ("err", "ERROR"),
        ("Information", "INFO"),
        ("trace", "DEBUG"),
        ("10", "DEBUG"),
        (" 20 ", "INFO"),
        ("30", "WARNING"),
        ("40", "ERROR"),
        ("50", "CRITICAL"),
    ],
)
@pytest.mark.fault(121)
def test_a_log_level_may_have_the_name_that_other_tools_give_it(settings_of, given, level):
    assert settings_of(LOG_LEVEL=given).log_level is LogLevel(level)


@pytest.mark.parametrize("given", ["notice", "0", "4", "15", "verbose", "off", "30.0"])
@pytest.mark.fault(121)
def test_a_log_level_that_may_mean_several_is_refused(settings_of, given):
    assert "'DEBUG', 'INFO', 'WARNING'" in refusal_of(settings_of, LOG_LEVEL=given)


@pytest.mark.parametrize(
    "name", ["ROTA_TASK__SEND-REMINDERS__OVERLAP", "rota_task__send_reminders__overlap"]
)
@pytest.mark.fault(121)
def test_a_task_is_named_in_a_variable_as_a_deployment_can(settings_of, name):
    overrides = settings_of(**{name: "Replace"}).overrides_for("send-reminders")
    assert overrides.overlap is Overlap.REPLACE


def test_debug_means_debug_whatever_the_level(settings_of):
    settings = settings_of(DEBUG="1", LOG_LEVEL="ERROR")
    assert settings.effective_log_level() is LogLevel.DEBUG


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("LOG_LEVEL", "loud", ["'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'"]),
        ("LOG_LEVEL", "", ["'DEBUG'"]),
        ("ROTA_LOG_FORMAT", "xml", ["'auto', 'json' or 'console'"]),
        ("ROTA_TASK__CLEANUP__OVERLAP", "skip", ["'forbid', 'replace' or 'allow'"]),
    ],
)
@pytest.mark.fault(17)
def test_an_unknown_word_gets_a_list_of_the_known_ones(settings_of, variable, value, allowed):
    text = refusal_of(settings_of, **{variable: value})
    assert text.startswith(f"{variable}: ")
    assert all(words in text for words in allowed)
    assert f"(got {value.upper()!r})" in text or f"(got {value!r})" in text


@pytest.mark.parametrize(
    ("value", "meant"),
    [("0", False), ("no", False), ("FALSE", False), ("off", False), ("1", True), ("yes", True)],
)
@pytest.mark.fault(23)
def test_a_boolean_may_be_written_in_several_ways(settings_of, value, meant):
    assert settings_of(ROTA_API_IDEMPOTENT=value).api_idempotent is meant


@pytest.mark.parametrize("value", ["", "maybe", "2", "null"])
@pytest.mark.fault(23)
def test_any_other_boolean_is_refused_with_what_is_allowed(settings_of, value):
    text = refusal_of(settings_of, ROTA_API_IDEMPOTENT=value)
    assert text == f"ROTA_API_IDEMPOTENT: must be true or false, 1 or 0, yes or no (got {value!r})"


@pytest.mark.parametrize(
    ("variable", "value", "field", "number"),
    [
        ("ROTA_API_MAX_PAGES", " 5 ", "api_max_pages", 5),
        ("ROTA_API_MAX_PAGES", "1_000", "api_max_pages", 1000),
        ("ROTA_GRACE_SECONDS", "0", "grace_seconds", 0),
        ("ROTA_GRACE_SECONDS", "2.5", "grace_seconds", 2.5),
        ("ROTA_GRACE_SECONDS", "1e2", "grace_seconds", 100),
        ("TASK_INTERVAL_SECONDS", "60", "task_interval_seconds", 60),
        ("ROTA_JOB_ATTEMPT", "2", "job_attempt", 2),
        ("ROTA_JOB_ATTEMPT", "", "job_attempt", None),
        ("JOB_COMPLETION_INDEX", "4", "completion_index", 4),
    ],
)
@pytest.mark.fault(23)
def test_a_number_may_be_written_as_python_reads_it(settings_of, variable, value, field, number):
    assert getattr(settings_of(**{variable: value}), field) == number


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("ROTA_API_MAX_PAGES", "1e+06", "valid integer"),
        ("ROTA_API_MAX_PAGES", "", "valid integer"),
        ("ROTA_API_MAX_PAGES", "5.5", "valid integer"),
        ("ROTA_API_MAX_PAGES", "0", "greater than or equal to 1"),
        ("ROTA_API_MAX_PAGES", "1000000000", "less than or equal to 100000"),
        ("ROTA_FAN_OUT_CONCURRENCY", "0", "greater than or equal to 1"),
        ("ROTA_API_TIMEOUT_SECONDS", "-1", "greater than 0"),
        ("ROTA_API_TIMEOUT_SECONDS", "0", "greater than 0"),
        ("ROTA_API_TIMEOUT_SECONDS", "nan", "less than or equal to 86400"),
        ("ROTA_API_TIMEOUT_SECONDS", "inf", "less than or equal to 86400"),
        ("ROTA_API_TIMEOUT_SECONDS", "60s", "valid number"),
        ("ROTA_API_BACKOFF_SECONDS", "-0.1", "greater than or equal to 0"),
        ("ROTA_GRACE_SECONDS", "-1", "greater than or equal to 0"),
        ("TASK_INTERVAL_SECONDS", "0", "greater than or equal to 1"),
        ("TASK_INTERVAL_SECONDS", "1h", "valid integer"),
        ("ROTA_TASK__CLEANUP__CATCH_UP_SECONDS", "9", "greater than or equal to 10"),
        ("ROTA_TASK__CLEANUP__SHARDS", "x", "valid integer"),
    ],
)
@pytest.mark.fault(23)
def test_any_other_number_is_refused_with_the_bound(settings_of, variable, value, why):
    text = refusal_of(settings_of, **{variable: value})
    assert text.startswith(f"{variable}: ")
    assert why in text
    assert text.endswith(f"(got {value!r})")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("value", "names"), [("", ()), ("a", ("a",)), (" a , b,,", ("a", "b")), ("[a]", ("[a]",))]
)
def test_a_list_is_comma_separated(settings_of, value, names):
    assert settings_of(ROTA_ONLY=value).only == names


@pytest.mark.parametrize("value", ["8080", ":8080", "host:", "host:http", "host:70000"])
def test_an_address_without_host_or_port_is_refused(settings_of, value):
    text = refusal_of(settings_of, ROTA_HEALTH_ADDRESS=value)
    assert text.startswith("ROTA_HEALTH_ADDRESS: ")
    assert repr(value) in text


def test_every_culprit_is_named_at_once(settings_of):
    text = refusal_of(
        settings_of, LOG_LEVEL="loud", ROTA_GRACE_SECONDS="soon", ROTA_GRACE_SECOND="1"
    )
    assert [line.partition(":")[0] for line in text.splitlines()] == [
        "ROTA_GRACE_SECOND",
        "LOG_LEVEL",
        "ROTA_GRACE_SECONDS",
    ]


def test_a_long_value_is_shown_by_its_beginning(settings_of):
    text = refusal_of(settings_of, ROTA_GRACE_SECONDS="9" * 5000 + "s")
    assert len(text) < 250
    assert "…" in text


@pytest.mark.parametrize("value", [CANARY, ""])
@pytest.mark.fault(21)
def test_a_token_and_a_token_file_exclude_each_other(settings_of, value):
    text = refusal_of(settings_of, ROTA_API_TOKEN=value, ROTA_API_TOKEN_FILE="/run/secrets/token")
    assert text == "set ROTA_API_TOKEN or ROTA_API_TOKEN_FILE, not both"


def test_a_client_key_needs_a_certificate(settings_of):
    text = refusal_of(settings_of, ROTA_API_CLIENT_KEY_FILE="/key.pem")
    assert text == "ROTA_API_CLIENT_KEY_FILE needs ROTA_API_CLIENT_CERT_FILE"


def test_a_token_is_hidden_in_every_form_of_the_settings(settings_of):
    settings = settings_of(ROTA_API_TOKEN=CANARY)
    assert (
        CANARY
        not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    )


@pytest.fixture
def env_file(tmp_path, settings_of):
    def write(content):
        (tmp_path / ".env").write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def test_an_env_file_is_read_and_the_environment_wins(settings_of, env_file):
    env_file("LOG_LEVEL=ERROR\nROTA_LOG_FORMAT='json'\nexport ROTA_RELEASE=shop # why\n")
    settings = settings_of(LOG_LEVEL="INFO")
    assert settings.log_level is LogLevel.INFO
    assert (settings.log_format, settings.release) == (LogFormat.JSON, "shop")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_an_env_file_is_utf_8(settings_of, env_file, mark, end):
    env_file(mark + end.join([b"LOG_LEVEL=ERROR", "ROTA_TASKS=магазин:Счета".encode(), b""]))
    settings = settings_of()
    assert settings.log_level is LogLevel.ERROR
    assert settings.tasks == ("магазин:Счета",)


def test_foreign_lines_of_an_env_file_are_left_alone(settings_of, env_file):
    env_file(
        "# shop\nDATABASE_URL=postgres://x\nSECRET\nPORT=80\n"
        'foo bar\nNAME="x\n\nROTATE=1\nROTA_RELEASE=shop\n'
    )
    assert settings_of().release == "shop"


def test_an_env_file_in_another_encoding_is_refused(settings_of, env_file):
    env_file("ROTA_RELEASE=é".encode("latin-1"))
    assert refusal_of(settings_of) == ".env: not UTF-8; save the file in UTF-8"


def test_a_typo_in_an_env_file_is_refused(settings_of, env_file):
    env_file(f"ROTA_API_TOKE={CANARY}\n")
    assert refusal_of(settings_of) == (
        "ROTA_API_TOKE: no such setting, did you mean ROTA_API_TOKEN?"
    )


@pytest.mark.parametrize(
    ("content", "line", "name"),
    [
        pytest.param('ROTA_ONLY="cleanup\n', 1, "ROTA_ONLY", id="an open quote"),
        pytest.param(f"A=1\nexport ROTA_API_TOKEN='{CANARY}\n", 2, "ROTA_API_TOKEN", id="exported"),
        pytest.param('BUSINESS_API_URL="http://x\nA=1\n', 1, "BUSINESS_API_URL", id="no prefix"),
        pytest.param("A=1\n\nROTA_ONLY\n", 3, "ROTA_ONLY", id="no value"),
        pytest.param("ROTA_ONLY: cleanup\n", 1, "ROTA_ONLY", id="YAML"),
    ],
)
def test_a_line_of_an_env_file_that_sets_nothing_is_refused(
    settings_of, env_file, content, line, name
):
    env_file(content)
    refusal = refusal_of(settings_of)
    assert refusal.startswith(f".env, line {line}: cannot be read; write {name}=value")
    assert CANARY not in refusal


@pytest.fixture
def env_pipe(tmp_path, settings_of):
    writers = []

    def write(content, name=".env"):
        os.mkfifo(tmp_path / name)
        # Written once: whoever opens the pipe a second time waits for ever.
        writers.append(subprocess.Popen(["sh", "-c", 'printf %s "$1" > "$2"', "sh", content, name]))

    yield write
    for writer in writers:
        assert writer.wait(timeout=60) == 0


@pytest.mark.fault(124)
def test_an_env_file_that_is_a_pipe_is_read_once(settings_of, env_pipe):
    env_pipe("LOG_LEVEL=ERROR\nROTA_RELEASE=shop\n")
    settings = settings_of(LOG_LEVEL="INFO")
    assert (settings.log_level, settings.release) == (LogLevel.INFO, "shop")


@pytest.mark.fault(124)
def test_a_link_to_a_pipe_is_one(settings_of, env_pipe, tmp_path):
    env_pipe("ROTA_RELEASE=shop", "pipe")
    (tmp_path / ".env").symlink_to("pipe")
    assert settings_of().release == "shop"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (f"ROTA_API_TOKE={CANARY}", "ROTA_API_TOKE: no such setting"),
        (f"A=1\nROTA_API_TOKEN='{CANARY}", ".env, line 2: cannot be read; write ROTA_API_TOKEN="),
        ("LOG_LEVEL=loud", "LOG_LEVEL: must be "),
    ],
)
@pytest.mark.fault(124)
def test_an_env_file_that_is_a_pipe_is_checked_like_a_file(settings_of, env_pipe, content, problem):
    env_pipe(content)
    assert refusal_of(settings_of).startswith(problem)


def test_an_env_file_that_is_a_folder_is_none(settings_of, tmp_path):
    (tmp_path / ".env").mkdir()
    assert settings_of().release == "rota"


def test_the_settings_are_read_once(settings_of, monkeypatch):
    before = settings_of(ROTA_RELEASE="one")
    monkeypatch.setenv("ROTA_RELEASE", "two")
    assert load_settings() is before


def test_importing_the_settings_reads_nothing_until_they_are_used(settings_of, monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "loud")
    load_settings.cache_clear()
    import rota.settings  # noqa: PLC0415 (the import is what is tested)

    with pytest.raises(SettingsError):
        _ = rota.settings.settings
    with pytest.raises(AttributeError, match="nonsense"):
        _ = rota.settings.nonsense


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ROTA_TASK", '{"cleanup": {"shards": 2}}'),
        ("ROTA_TASK", CANARY),
        ("ROTA_TASK__CLEANUP", CANARY),
    ],
)
def test_a_json_text_in_place_of_single_variables_is_refused(settings_of, variable, value):
    text = refusal_of(settings_of, **{variable: value})
    assert text.startswith(f"{variable}: ")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "ROTA_PING_URL: is empty"),
        (f"https://u:{CANARY}@x.test/", "ROTA_PING_URL: must be an http or https URL"),
        (f"a https://x.test/{CANARY}\nb {CANARY}", "ROTA_PING_URL: line 2: must be an http"),
    ],
    ids=["empty", "password", "second-line"],
)
def test_a_ping_url_is_refused_without_being_shown(settings_of, value, told):
    text = refusal_of(settings_of, ROTA_PING_URL=value)
    assert told in text
    assert CANARY not in text


def test_a_ping_url_is_masked_and_shown_nowhere(settings_of):
    settings = settings_of(ROTA_PING_URL=f"https://x.test/{CANARY}9/{{task}}")
    assert CANARY not in f"{settings!r} {settings.model_dump_json()}"
    assert CANARY not in redaction.redact(f"GET https://x.test/{CANARY}9/cleanup")


def test_a_ping_url_and_its_file_are_not_both_set(settings_of):
    text = refusal_of(settings_of, ROTA_PING_URL="https://x.test", ROTA_PING_URL_FILE="/run/ping")
    assert text == "set ROTA_PING_URL or ROTA_PING_URL_FILE, not both"
