import contextvars
import io
import json
import logging
import re
import sys
import warnings
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from rota.logs import redaction
from rota.logs import setup as logs
from rota.logs.record import FieldsRecord
from rota.model.context import Execution, Stop, enter
from rota.model.run import Run, Trigger

SLOT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


class Stderr(io.StringIO):
    terminal = False

    def isatty(self):
        return self.terminal

    @property
    def lines(self):
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def configure(monkeypatch):
    """Set up logging as rota does, to a text which is returned; in the end all is as before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stderr = Stderr()

    def configure(log_format="json", *, level="DEBUG", **options):
        # Here rather than in the fixture: pytest sets both anew when the test itself begins.
        monkeypatch.setattr(sys, "stderr", stderr)
        root.handlers[:] = [
            each for each in root.handlers if type(each).__module__ == "rota.logs.setup"
        ]
        logs.configure(level=level, log_format=log_format, **options)
        return stderr

    yield configure
    root.handlers[:], root.level = before
    logging.captureWarnings(capture=False)


def raised(text):
    with pytest.raises(ValueError) as caught:
        raise ValueError(text)
    return caught.value


async def in_a_run(action, **fields):
    facts = {
        "task": "cleanup",
        "run_id": "6b05-1",
        "trigger": Trigger.SCHEDULE,
        "slot": SLOT,
        "deadline": SLOT,
        "identity": "i",
    }
    enter(Execution(Run(**facts | fields), Stop(), 0.0))
    action()


async def test_a_task_s_own_line_carries_the_fields_of_its_run(configure):
    stderr = configure()
    await in_a_run(lambda: logging.getLogger("CleanupTask").info("deleted %d", 3))
    (line,) = stderr.lines
    assert line["event"] == "deleted 3"
    assert (line["task"], line["run_id"], line["trigger"], line["slot"]) == (
        "cleanup",
        "6b05-1",
        "schedule",
        "2026-11-24T03:00:00Z",
    )
    assert (line["logger"], line["level"]) == ("CleanupTask", "info")
    assert "shard_index" not in line
    assert "attempt" not in line


async def test_shard_and_attempt_are_fields_where_there_are_any(configure):
    stderr = configure()
    await in_a_run(
        lambda: logging.getLogger().info("x"), shard_index=1, shard_count=3, attempt=2, slot=None
    )
    (line,) = stderr.lines
    assert (line["shard_index"], line["shard_count"], line["attempt"]) == (1, 3, 2)
    assert line["slot"] is None


def test_a_line_outside_a_run_has_no_fields_of_one(configure):
    stderr = configure()
    logging.getLogger("x").info("hello")
    assert "run_id" not in stderr.lines[0]


async def test_what_a_line_says_itself_wins_over_the_run_s_fields(configure):
    stderr = configure()
    await in_a_run(lambda: logging.getLogger().info("x", extra={"task": "another"}))
    assert stderr.lines[0]["task"] == "another"


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines",
        "\x1b[31mred",
        "\x9b31m",
        "\x00\x7f",
        "line\u2028separator \u2029 \x85",
        "\u202egnp.exe",
        "half a pair \udc80",
        'quote " and \\ backslash',
    ],
    ids=ascii,
)
def test_a_json_line_is_printable_one_line_and_decodes_to_what_was_logged(configure, text):
    stderr = configure()
    logging.getLogger("x").info(text, extra={"value": text})
    written = stderr.getvalue()
    assert written.endswith("\n")
    assert written[:-1].isprintable()
    assert [line["event"] for line in stderr.lines] == [text]
    assert stderr.lines[0]["value"] == text


@pytest.mark.fault(124)
async def test_a_json_line_begins_with_what_people_read_first(configure):
    stderr = configure()
    await in_a_run(lambda: logging.getLogger("x").info("hello", extra={"aaa": 1, "event": "said"}))
    assert list(stderr.lines[0])[:3] == ["timestamp", "level", "event"]
    assert stderr.lines[0]["event"] == "said"


LONG = "0123456789" * 10_000


@pytest.mark.fault(123)
@pytest.mark.parametrize("log_format", ["console", "json"])
@pytest.mark.parametrize(
    ("event", "extra", "error"),
    [
        (LONG, {}, None),
        ("x", {"reason": LONG, "counts": dict.fromkeys(map(str, range(5000)), 1)}, None),
        ("x", {f"field_{number}": LONG for number in range(200)}, None),
        ("x", {f"field_{number}": number for number in range(5000)}, None),
        ("x", {LONG: 1}, None),
        ("\x9b" * 100_000, {"wide": "\U0001f600" * 100_000}, None),
        ("x", {"items": [{"deep": [LONG]}] * 3}, None),
        ("x", {}, ValueError(LONG)),
    ],
    ids=["event", "counts", "many", "fields", "key", "escapes", "structure", "error"],
)
def test_a_line_has_at_most_16_kib_and_says_what_was_cut(
    configure, log_format, event, extra, error
):
    stderr = configure(log_format)
    logging.getLogger("shop").error(event, extra=extra, exc_info=error)
    logging.getLogger("shop").error("next")
    written = stderr.getvalue()
    first = written[: written.rindex("\n", 0, -1)]
    assert len(first.encode()) < 16_384
    assert "next" in written[len(first) :]
    if log_format == "console":
        assert "characters cut) …" in first
        return
    line = json.loads(first)
    assert (line["level"], line["logger"]) == ("error", "shop")
    assert line["cut"]
    for name in line["cut"]:
        assert re.fullmatch(r"\d+ fields", name) or "characters cut) …" in line[name]


@pytest.mark.fault(123)
def test_a_line_of_16_kib_is_not_cut_and_one_of_a_byte_more_is(configure):
    stderr = configure()
    logging.getLogger().info("")
    room = 16_384 - len(stderr.getvalue().encode())
    logging.getLogger().info("x" * room)
    logging.getLogger().info("x" * (room + 1))
    _, whole, cut = stderr.lines
    assert whole["event"] == "x" * room
    assert "cut" not in whole
    assert cut["cut"] == ["event"]


@pytest.mark.fault(123)
def test_a_secret_at_the_place_of_the_cut_is_masked_first(configure):
    for place in range(5400, 5500, 3):
        stderr = configure(secrets=["c4n4ry"])
        logging.getLogger().info("%sc4n4ry%s", "-" * place, "-" * 30_000)
    assert "c4" not in stderr.getvalue()
    assert "ry" not in stderr.getvalue()


def test_what_can_be_read_is_not_escaped(configure):
    stderr = configure()
    logging.getLogger("x").info("Очищено записей: 3 ✓")
    assert "Очищено записей: 3 ✓" in stderr.getvalue()


def test_a_value_that_json_has_no_form_for_is_logged_as_its_text(configure):
    stderr = configure()
    extra = {"when": SLOT, "where": {("a", 1): "dropped", "kept": object}}
    logging.getLogger("x").info("x", extra=extra)
    assert stderr.lines[0]["when"] == "2026-11-24 03:00:00+00:00"
    assert stderr.lines[0]["where"] == {"kept": "<class 'object'>"}


class Unreadable:
    def __init__(self, error):
        self.error = error

    def __str__(self):
        raise self.error

    __repr__ = __str__


def test_what_no_json_parser_would_take_is_logged_as_text(configure):
    stderr = configure()
    ring = []
    ring.append(ring)
    extra = {"share": float("nan"), "most": [1, float("inf")], "ring": ring, "kept": 0.5}
    extra |= {"long": 10**5000, "gone": [Unreadable(KeyError("x")), Unreadable(SystemExit(3))]}
    logging.getLogger("x").info("x", extra=extra)
    assert "--- Logging error ---" not in stderr.getvalue()
    line = stderr.lines[0]
    assert (line["share"], line["most"], line["ring"]) == ("nan", [1, "inf"], [[[[["…"]]]]])
    assert line["long"] == "a number of 16610 bits"
    assert line["gone"] == [
        "Unreadable (its text cannot be read: KeyError)",
        "Unreadable (its text cannot be read: SystemExit)",
    ]
    assert line["kept"] == 0.5


@pytest.mark.fault(105)
def test_a_console_line_has_the_representations_that_can_be_had(configure):
    stderr = configure("console")
    extra = {"gone": Unreadable(SystemExit(3)), "list": ["a b"], "long": 10**5000}
    logging.getLogger("x").info("x", extra=extra)
    assert "gone=<" in stderr.getvalue()
    assert "list=['a b']" in stderr.getvalue()
    assert "long=<int> (it cannot be shown: ValueError)" in stderr.getvalue()


def test_a_console_line_has_no_control_characters(configure):
    stderr = configure("console")
    logging.getLogger("x").info("a\nb \x1b[31m", extra={"value": "c\r\nd \x9b"})
    assert stderr.getvalue()[:-1].isprintable()
    assert "a\\nb \\x1b[31m" in stderr.getvalue()


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_keeps_its_lines_and_loses_its_control_characters(configure, log_format):
    stderr = configure(log_format)
    logging.getLogger("x").error("broke", exc_info=raised("clear \x1b[2J the screen"))
    written = stderr.getvalue()
    assert "\x1b" not in written
    if log_format == "console":
        assert "Traceback (most recent call last):\n" in written
        assert "ValueError: clear \\x1b[2J the screen" in written
    else:
        assert "\nValueError: clear \x1b[2J the screen" in json.loads(written)["exception"]


def test_colours_are_for_terminals_only(configure):
    stderr = configure("console")
    logging.getLogger("x").warning("hello")
    assert "\x1b" not in stderr.getvalue()


def test_auto_is_console_on_a_terminal_and_json_elsewhere(configure):
    stderr = configure("auto")
    logging.getLogger("x").info("to a collector")
    assert json.loads(stderr.getvalue())["event"] == "to a collector"
    stderr.terminal = True
    configure("auto")
    logging.getLogger("x").info("to a person")
    assert "to a person" in stderr.getvalue().splitlines()[-1]
    with pytest.raises(ValueError):
        json.loads(stderr.getvalue().splitlines()[-1])


def test_configuring_again_writes_each_line_once(configure):
    configure()
    stderr = configure()
    logging.getLogger("x").info("once")
    assert len(stderr.lines) == 1


@pytest.mark.parametrize("name", ["httpx", "httpx2", "httpcore.connection", "asyncio"])
def test_libraries_that_print_whole_urls_are_quiet_at_debug_too(configure, name):
    stderr = configure()
    logging.getLogger(name).info("GET https://host/?token=secret")
    logging.getLogger(name).warning("still heard")
    assert [line["event"] for line in stderr.lines] == ["still heard"]


def test_warnings_become_log_lines(configure):
    stderr = configure()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old ways", stacklevel=1)
    assert "old ways" in stderr.lines[0]["event"]


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_secrets_are_masked_wherever_they_stand(configure, log_format):
    stderr = configure(log_format, secrets=["c4n4ry"])
    extra = {"c4n4ry": "c4n4ry", "deep": {"in": ["c4n4ry"]}}
    error = raised("with c4n4ry inside")
    logging.getLogger("x").error("c4n4ry %s", "c4n4ry", extra=extra, exc_info=error)
    assert "c4n4ry" not in stderr.getvalue()
    assert stderr.getvalue().count("[redacted]") >= 5


@pytest.mark.parametrize("log_format", ["console", "json"])
@pytest.mark.parametrize("secret", ['can"ary', "can\\ary", "can'ary/+=", "кан-арейка"])
def test_a_secret_is_masked_in_its_escaped_forms_too(configure, log_format, secret):
    stderr = configure(log_format, secrets=[secret])
    logging.getLogger("x").error("it is %s", secret, extra={"deep": {"in": [secret]}})
    logging.getLogger("x").error("%r %s %s", secret, json.dumps(secret), quote(secret, safe=""))
    for form in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret, safe="")):
        assert form not in stderr.getvalue()


def test_of_many_rotated_secrets_the_newest_are_masked(configure):
    stderr = configure(secrets=[f"canary-{n}." for n in range(1000)])
    logging.getLogger("x").error("canary-999.")
    assert "canary" not in stderr.getvalue()
    assert len(redaction._forms_by_secret) < 100


@pytest.mark.parametrize("secrets", [["canary", "canary-tail"], ["canary-tail", "canary"]])
def test_of_a_secret_that_begins_with_another_nothing_is_left(configure, secrets):
    stderr = configure(secrets=secrets)
    logging.getLogger("x").error("canary-tail")
    assert "tail" not in stderr.getvalue()


def test_too_short_a_secret_would_mask_ordinary_words(configure):
    stderr = configure(secrets=["a", "abc"])
    logging.getLogger("x").info("a abc")
    assert "[redacted]" not in stderr.getvalue()


def test_a_broken_pipe_is_met_in_silence(configure, monkeypatch):
    stderr = configure()

    def write(_):
        raise BrokenPipeError

    monkeypatch.setattr(stderr, "write", write)
    logging.getLogger("x").info("nobody reads this")
    assert stderr.getvalue() == ""


def test_a_mistake_in_a_log_call_is_still_reported(configure):
    stderr = configure()
    logging.getLogger("x").info("%d", "no number")
    assert "--- Logging error ---" in stderr.getvalue()


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_without_colours_gets_none(configure, monkeypatch, variables):
    monkeypatch.setattr(Stderr, "terminal", True)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stderr = configure("auto")
    logging.getLogger("x").info("plain")
    assert "\x1b" not in stderr.getvalue()


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("in_a_run", [False, True])
def test_a_record_with_its_fields_ready_gives_the_line_of_any_other(
    configure, log_format, in_a_run
):
    """The two lines of each run take a shorter way; nobody is to see that."""
    stderr = configure(log_format)
    fields = {"event": "run.finished", "task": "t", "counts": {"n": 1}, "reason": "tokenABC\n"}
    redaction.hide("tokenABC", redaction.SecretKind.API_TOKEN)
    plain = logging.makeLogRecord({**fields, "name": "rota.runs", "msg": "text", "levelno": 30})
    plain.levelname = "WARNING"
    ready = FieldsRecord("rota.runs", logging.WARNING, "text", fields)

    def write():
        if in_a_run:
            run = Run("other", "r", Trigger.MANUAL, None, SLOT, "r")
            enter(Execution(run, Stop(), 0.0))
        for record in (plain, ready):
            logging.getLogger("rota.runs").handle(record)

    contextvars.Context().run(write)
    first, second = stderr.getvalue().splitlines()
    if log_format == "json":
        others, own = json.loads(first), json.loads(second)
        assert list(own)[:3] == ["timestamp", "level", "event"]
        assert abs(moment(own) - moment(others)).total_seconds() < 60
        del own["timestamp"], others["timestamp"]
        assert own == others
        assert own["reason"] == "[redacted]\n"
    else:
        assert second.split()[1:] == first.split()[1:]


@pytest.mark.parametrize(
    ("created", "timestamp"),
    [
        (1_795_478_400, "2026-11-24T00:00:00.000000Z"),
        (1_795_478_400.5, "2026-11-24T00:00:00.500000Z"),
        (1_795_478_460.0625, "2026-11-24T00:01:00.062500Z"),
        (1_795_478_399.9375, "2026-11-23T23:59:59.937500Z"),
    ],
)
def test_a_record_with_its_fields_ready_has_the_instant_at_which_it_was_made(
    configure, created, timestamp
):
    stderr = configure()
    record = FieldsRecord("rota.runs", logging.INFO, "text", {"event": "run.started"})
    record.created = created
    logging.getLogger("rota.runs").handle(record)
    assert stderr.lines[0]["timestamp"] == timestamp


def moment(line):
    return datetime.fromisoformat(line["timestamp"])
