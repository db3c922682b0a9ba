import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest

from fixtures import hostile
from rota.logs import redaction
from rota.model.context import Stop, StopRequested, current_execution, current_run
from rota.model.errors import (
    ApiRejectedError,
    ApiResponseError,
    ApiUnavailableError,
    GiveUp,
    ItemsFailedError,
    RequestRefusedError,
    SettingsError,
    TryAgain,
)
from rota.model.plain import shortened
from rota.model.result import Result
from rota.model.run import Trigger
from rota.observers.run_log import log_run_event
from rota.observers.termination_message import TerminationMessage
from rota.runs.active_run import CANCEL_GRACE_SECONDS
from rota.runs.bus import EventBus
from rota.runs.runner import Runner, new_run
from rota.settings import Settings
from rota.tasks.definition import define_task
from support.registries import definition_of
from support.runs import run_once

REQUEST = httpx.Request("GET", "http://api/x")


def refused(status):
    return httpx.HTTPStatusError(
        "no", request=REQUEST, response=httpx.Response(status, request=REQUEST)
    )


class BadlyWrittenError(Exception):
    def __str__(self):
        return self.args[0]


def unread(status):
    """What raise_for_status gives a task that streams with a client of its own."""
    response = httpx.Response(status, request=REQUEST, stream=httpx.ByteStream(b"never read"))
    return httpx.HTTPStatusError("no", request=REQUEST, response=response)


async def run(handler, clock, *, stop=None, timeout_seconds=60, observers=()):
    settings = Settings(_env_file=None, task={"t": {"timeout_seconds": timeout_seconds}})
    task = define_task("t", handler, 60, run_on_start=False, settings=settings)
    return await run_once(task, object(), clock, stop=stop, observers=observers)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("x"), 1),
        (RequestRefusedError("x"), 1),
        (SettingsError("x"), 2),
        (ApiRejectedError("x"), 3),
        (ApiResponseError("x"), 3),
        (refused(404), 3),
        (refused(422), 3),
        (ApiUnavailableError("x"), 4),
        (refused(503), 4),
        (refused(429), 4),
        (httpx.ConnectError("x"), 4),
        (httpx.ReadTimeout("x"), 4),
        (httpx.DecodingError("x"), 4),
        (ItemsFailedError("x"), 6),
        (GiveUp("x"), 7),
        (TryAgain("x"), 8),
        (ExceptionGroup("both", [GiveUp("x"), GiveUp("y")]), 7),
        (ExceptionGroup("both", [GiveUp("x"), TryAgain("y")]), 1),
        (BaseException("x"), 1),
        (BadlyWrittenError(7), 1),
        (ExceptionGroup("both", [ApiRejectedError("x"), refused(404)]), 3),
        (ExceptionGroup("both", [ApiUnavailableError("x"), ExceptionGroup("", [refused(503)])]), 4),
        (ExceptionGroup("both", [ApiUnavailableError("x"), ValueError("x")]), 1),
        (unread(404), 3),
    ],
    ids=lambda value: f"{type(value).__name__}" if isinstance(value, BaseException) else None,
)
async def test_what_a_task_lets_out_decides_the_exit_code(clock, error, code):
    async def handler(api_client):
        raise error

    result = await run(handler, clock)

    assert (result.outcome.value, int(result.exit_code)) == ("failed", code)


@pytest.mark.parametrize(
    ("error", "explained"),
    [
        (ValueError("x"), False),
        (ApiRejectedError("x"), True),
        (ItemsFailedError("x"), True),
        (GiveUp("x"), True),
        (TryAgain("x"), True),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_traceback_is_kept_only_where_the_text_does_not_say_it_all(clock, error, explained):
    async def handler(api_client):
        raise error

    result = await run(handler, clock)

    assert result.reason == "x"
    assert (result.traceback is None) is explained
    assert explained or result.traceback.endswith("ValueError: x")


async def test_a_mapping_that_a_task_returns_is_its_counts(clock):
    async def handler(api_client):
        return {"done": 3}

    assert (await run(handler, clock)).counts == {"done": 3}


async def test_a_result_has_counts_and_a_note(clock):
    async def handler(api_client):
        return Result({"done": 0}, note="nothing was due")

    record = await run(handler, clock)

    assert (record.outcome.value, record.counts, record.note) == (
        "succeeded",
        {"done": 0},
        "nothing was due",
    )
    assert record.facts()["note"] == "nothing was due"


async def test_a_long_note_is_cut_and_no_secret_is_in_it(clock):
    redaction.hide("s3cr3t-t0k3n", redaction.SecretKind.API_TOKEN)

    async def handler(api_client):
        return Result(note="with s3cr3t-t0k3n " + "x" * 5000)

    record = await run(handler, clock)

    assert record.note.startswith("with [redacted] xxx")
    assert len(record.note) <= 500
    assert record.counts == {}


@pytest.mark.parametrize(
    ("returned", "ignored"),
    [
        (None, []),
        (Result(), []),
        ("text", ["str"]),
        (7, ["int"]),
        (object(), ["object"]),
        ([1], ["list"]),
        (Result([1]), ["list"]),
    ],
)
async def test_what_says_nothing_of_a_run_is_ignored_and_named(clock, caplog, returned, ignored):
    async def handler(api_client):
        return returned

    result = await run(handler, clock)

    assert (result.outcome.value, result.counts) == ("succeeded", {})
    named = [each.returned for each in caplog.records if each.message == "run.result_ignored"]
    assert named == ignored


async def test_a_run_that_is_cut_off_still_says_what_was_done(clock):
    async def handler(api_client):
        current_execution().counts["sent"] = 5
        await asyncio.sleep(1000)

    result = await run(handler, clock)

    assert (result.outcome.value, int(result.exit_code)) == ("timed_out", 5)
    assert result.counts == {"sent": 5}


@pytest.mark.parametrize(
    ("error", "blocked_seconds", "code"),
    [
        (ApiUnavailableError("no answer in time"), 60, 5),
        (ApiUnavailableError("no answer in time"), 59, 4),
        (ApiRejectedError("no"), 60, 3),
        (ValueError("no"), 60, 1),
    ],
    ids=["at the deadline", "before", "refused", "failed"],
)
async def test_an_attempt_that_ends_with_the_runs_own_deadline_is_the_runs_timeout(
    clock, error, blocked_seconds, code
):
    async def handler(api_client):
        # Time that passes before the loop can look at its timers.
        asyncio.get_running_loop().virtual_seconds += blocked_seconds
        raise error

    result = await run(handler, clock)

    assert int(result.exit_code) == code


async def test_a_task_that_uses_its_timeout_for_something_else_fails_as_it_says(clock):
    async def handler(api_client):
        try:
            async with asyncio.timeout(1):
                await asyncio.sleep(1000)
        except TimeoutError:
            raise ApiUnavailableError("no answer in time") from None

    assert int((await run(handler, clock)).exit_code) == 4


async def test_the_task_sees_its_run(clock):
    seen = []

    async def handler(api_client):
        seen.append(current_run())

    result = await run(handler, clock)

    assert seen == [result.run]
    assert seen[0].deadline.timestamp() == clock.offset + 60
    with pytest.raises(RuntimeError, match="there is no current run"):
        current_run()


async def test_tasks_that_a_task_starts_belong_to_its_run(clock):
    async def handler(api_client):
        async def child():
            return current_run().task

        return dict.fromkeys([await asyncio.create_task(child())], 1)

    assert (await run(handler, clock)).counts == {"t": 1}


async def test_a_handler_that_is_not_a_coroutine_function_is_a_failed_run(clock):
    def handler(api_client):
        return None

    result = await run(handler, clock)

    assert (result.outcome.value, int(result.exit_code)) == ("failed", 1)


@pytest.fixture
def observed(tmp_path, clock, caplog):
    """Run a handler with the listeners of a pod; return its result, message and log record."""

    async def observed(handler):
        caplog.set_level("INFO")
        path = tmp_path / "message"
        path.touch()
        result = await run(handler, clock, observers=[log_run_event, TerminationMessage(path)])
        assert "observer.broke" not in caplog.messages
        [record] = [each for each in caplog.records if each.message.startswith("task 't' ")][1:]
        return result, json.loads(path.read_text("utf-8")), record

    return observed


@pytest.mark.fault(105)
@pytest.mark.parametrize("kind", hostile.ERRORS)
async def test_an_error_that_breaks_when_looked_at_is_a_failed_run_like_any_other(
    observed, clock, kind
):
    async def handler(api_client):
        error = hostile.ERRORS[kind]()
        raise error

    result, message, record = await observed(handler)

    assert (result.outcome.value, int(result.exit_code)) == ("failed", 1)
    assert result.duration_seconds == 0
    assert 0 < len(result.reason) <= 4096
    assert len(result.traceback or "") <= 8192
    assert (message["outcome"], record.outcome) == ("failed", "failed")
    assert message["reason"].removesuffix("…")[:1000] == result.reason[:1000]


@pytest.mark.fault(105)
@pytest.mark.parametrize("kind", hostile.COUNTS)
async def test_counts_that_break_when_looked_at_leave_a_success_one(observed, caplog, kind):
    async def handler(api_client):
        return hostile.COUNTS[kind]()

    result, message, record = await observed(handler)

    assert (result.outcome.value, int(result.exit_code)) == ("succeeded", 0)
    assert result.duration_seconds == 0
    assert (message["outcome"], record.outcome) == ("succeeded", "succeeded")
    json.dumps(result.counts)
    broken = kind in ("items raise", "items exit", "very many")
    assert ("run.counts_unreadable" in caplog.messages) is broken
    if kind.startswith("items"):
        assert result.counts == {"sent": 1}


@pytest.mark.fault(105)
async def test_a_secret_in_an_error_is_masked_in_what_is_kept_of_it(clock):
    redaction.hide("c4n4ry", redaction.SecretKind.API_TOKEN)

    async def handler(api_client):
        raise ValueError(f"{'x' * 2700}c4n4ry{'x' * 10_000}")

    result = await run(handler, clock)

    assert "c4n" not in f"{result.reason} {result.traceback}"


def warnings_of(caplog):
    return [record.asyncio_tasks for record in caplog.records if record.message == "run.tasks_left"]


@pytest.mark.fault(115)
@pytest.mark.parametrize(("count", "more"), [(1, []), (10, []), (11, ["1 more"]), (12, ["2 more"])])
async def test_an_asyncio_task_that_a_run_leaves_behind_is_named(clock, caplog, count, more):
    async def refresh():
        await asyncio.sleep(1000)

    left = []

    async def handler(api_client):
        left.extend(asyncio.create_task(refresh()) for _ in range(count))

    await run(handler, clock)
    await asyncio.sleep(0)

    [names] = warnings_of(caplog)
    assert names[0] == (
        "test_an_asyncio_task_that_a_run_leaves_behind_is_named.<locals>.refresh "
        f"(test_active_run.py, line {refresh.__code__.co_firstlineno})"
    )
    assert len(names[:10]) == min(count, 10)
    assert names[10:] == more
    for each in left:
        each.cancel()


class Compiled(Coroutine):
    """What Cython makes of `async def`: it has neither a name nor a place."""

    def __init__(self, text):
        self._text = text
        self._sleep = asyncio.sleep(1000)

    def __str__(self):
        return self._text

    def send(self, value):
        return self._sleep.send(value)

    def throw(self, *error):
        return self._sleep.throw(*error)

    def __await__(self):
        return self._sleep.__await__()


@pytest.mark.parametrize(
    ("text", "name"),
    [("compiled refresh", "compiled refresh"), ("x" * 201, shortened("x" * 201, 200))],
    ids=["short", "long"],
)
async def test_one_without_a_name_is_called_by_its_text_cut_at_200_characters(
    clock, caplog, text, name
):
    left = []

    async def handler(api_client):
        left.append(asyncio.create_task(Compiled(text)))
        await asyncio.sleep(1)

    await run(handler, clock)
    await asyncio.sleep(0)

    assert warnings_of(caplog) == [[name]]
    left[0].cancel()


@pytest.mark.fault(115)
async def test_what_was_awaited_cancelled_or_is_of_another_run_is_not(clock, caplog):
    others = []

    async def slow_to_end():
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(5)

    async def patient(api_client):
        others.append(asyncio.create_task(asyncio.sleep(1000)))
        await asyncio.sleep(100)

    async def handler(api_client):
        await asyncio.gather(asyncio.sleep(1), asyncio.sleep(2))
        others.append(asyncio.create_task(slow_to_end()))
        await asyncio.sleep(1)
        others[-1].cancel()

    other = asyncio.create_task(run(patient, clock))
    outside = asyncio.create_task(asyncio.sleep(1000))
    await run(handler, clock)
    await asyncio.sleep(1)
    assert warnings_of(caplog) == []

    await other
    await asyncio.sleep(0)
    [names] = warnings_of(caplog)
    assert [name.partition(" ")[0] for name in names] == ["sleep"]
    for each in (outside, *others):
        each.cancel()


@pytest.mark.parametrize(("signal_number", "code"), [(15, 143), (2, 130), (None, 143)])
async def test_work_that_a_stop_refused_ends_with_the_signals_code(clock, signal_number, code):
    stop = Stop()

    async def handler(api_client):
        stop.request(signal_number)
        current_execution().check_stop()

    result = await run(handler, clock, stop=stop)

    assert (result.outcome.value, int(result.exit_code)) == ("interrupted", code)


async def test_a_run_whose_work_was_all_done_when_the_stop_came_succeeded(clock):
    stop = Stop()

    async def handler(api_client):
        stop.request(15)
        await asyncio.sleep(1)

    assert (await run(handler, clock, stop=stop)).outcome.value == "succeeded"


async def test_the_first_cause_of_a_runs_end_is_the_one_that_is_reported(clock, recording):
    async def slow_to_end(api_client):
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(2)

    task = definition_of("t", timeout_seconds=60)
    task = replace(task, handler=slow_to_end)
    runner = Runner(object(), clock=clock, stop=Stop(), bus=EventBus([recording]))
    active = runner.start(task, new_run(task, Trigger.MANUAL, None, clock=clock))
    await asyncio.sleep(61)
    active.interrupt("stopped")
    await asyncio.sleep(10)
    active.interrupt("stopped")

    assert recording.outcomes() == ["timed_out"]
    assert recording.finished()[0].duration_seconds == 62


async def test_a_task_that_swallows_its_cancellation_ends_as_a_fact_before_it_returns(
    clock, recording, caplog
):
    caplog.set_level("INFO")
    returned = []

    async def swallows(api_client):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(1000)
        await asyncio.sleep(10)

    task = replace(definition_of("t", timeout_seconds=60), handler=swallows)
    runner = Runner(object(), clock=clock, stop=Stop(), bus=EventBus([recording]))
    run_of_it = new_run(task, Trigger.MANUAL, None, clock=clock)
    active = runner.start(task, run_of_it, on_returned=returned.append)

    await asyncio.sleep(60 + CANCEL_GRACE_SECONDS - 0.5)
    assert (recording.outcomes(), active.stuck) == ([], False)
    await asyncio.sleep(1)
    assert (recording.outcomes(), active.stuck, returned) == (["timed_out"], True, [])
    await asyncio.sleep(10)
    assert (recording.outcomes(), active.stuck, returned) == (["timed_out"], False, [active])

    [record] = recording.finished()
    assert (record.stuck, record.duration_seconds) == (True, 60 + CANCEL_GRACE_SECONDS)
    [told] = [each for each in caplog.records if each.message == "run.unstuck"]
    assert (told.task, told.run_id) == ("t", run_of_it.run_id)


async def test_a_task_that_ends_in_the_time_it_is_given_was_never_stuck(clock, recording, caplog):
    caplog.set_level("INFO")

    async def tidies_up(api_client):
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(CANCEL_GRACE_SECONDS - 0.5)

    result = await run(tidies_up, clock, observers=[recording])
    await asyncio.sleep(10)

    assert (result.outcome.value, result.stuck) == ("timed_out", False)
    assert len(recording.finished()) == 1
    assert "run.unstuck" not in caplog.messages


async def test_counts_that_cannot_be_read_are_reported_with_the_run_and_the_problem(clock, caplog):
    async def handler(api_client):
        return hostile.BrokenMapping(KeyError("x"), good=["sent"])

    result = await run(handler, clock)

    [told] = [each for each in caplog.records if each.message == "run.counts_unreadable"]
    assert (told.task, told.run_id) == ("t", result.run.run_id)
    assert "KeyError" in told.reason


async def test_a_run_that_is_interrupted_says_why(clock, recording):
    async def handler(api_client):
        await asyncio.sleep(1000)

    task = replace(definition_of("t"), handler=handler)
    runner = Runner(object(), clock=clock, stop=Stop(), bus=EventBus([recording]))
    active = runner.start(task, new_run(task, Trigger.MANUAL, None, clock=clock))
    await asyncio.sleep(1)
    active.interrupt("replaced by the next slot")
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    [record] = recording.finished()
    assert (record.outcome.value, int(record.exit_code)) == ("interrupted", 143)
    assert (record.reason, record.duration_seconds) == ("replaced by the next slot", 1)


async def test_a_task_that_goes_on_when_a_stop_refused_its_work_was_interrupted(clock):
    stop = Stop()

    async def handler(api_client):
        stop.request(15)
        with suppress(StopRequested):
            current_execution().check_stop()

    result = await run(handler, clock, stop=stop)

    assert (result.outcome.value, result.reason) == ("interrupted", "stopped")


async def test_a_task_that_lets_a_stop_through_that_nothing_of_it_asked_for_was_interrupted(clock):
    async def handler(api_client):
        raise StopRequested

    result = await run(handler, clock)

    assert (result.outcome.value, int(result.exit_code)) == ("interrupted", 143)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SystemExit(3), "the task called sys.exit(3)"),
        (SystemExit("bye"), "the task called sys.exit('bye')"),
        (KeyboardInterrupt(), "the task raised KeyboardInterrupt"),
    ],
    ids=repr,
)
async def test_a_task_that_would_end_the_process_ends_its_run_alone(clock, error, reason):
    async def handler(api_client):
        raise error

    result = await run(handler, clock)

    assert (result.outcome.value, result.reason) == ("failed", reason)
