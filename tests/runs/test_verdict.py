import asyncio

import pytest

from fixtures.hostile import BrokenMapping, LyingApiError
from rota.logs import redaction
from rota.model.plain import shortened
from rota.model.result import Result
from rota.runs.verdict import read_returned, reason_of, traceback_of, verdict_on


def test_a_task_that_cancels_itself_failed_and_the_reason_says_so():
    verdict = verdict_on(asyncio.CancelledError())

    assert (verdict.outcome.value, int(verdict.exit_code)) == ("failed", 1)
    assert (verdict.reason, verdict.traceback) == ("the task cancelled itself", None)


def test_an_error_that_breaks_when_its_code_is_asked_for_has_a_traceback():
    verdict = verdict_on(LyingApiError("x"))

    assert int(verdict.exit_code) == 1
    assert verdict.traceback.endswith("LyingApiError: x")


class UntoldError(Exception):
    """It has no text, and `shown` as its representation."""

    def __init__(self, shown="UntoldError(7)"):
        super().__init__()
        self.shown = shown

    def __str__(self):
        return ""

    def __repr__(self):
        return self.shown


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ValueError("x"), "x"), (ValueError(), "ValueError()"), (UntoldError(), "UntoldError(7)")],
    ids=repr,
)
def test_the_reason_is_the_errors_text_or_where_there_is_none_its_representation(error, reason):
    assert reason_of(error) == reason


@pytest.fixture
def secret():
    redaction.hide("c4n4ry", redaction.SecretKind.API_TOKEN)
    return "c4n4ry"


@pytest.mark.parametrize("kind", [ValueError, UntoldError])
@pytest.mark.parametrize("before", [2700, 4090])
def test_no_half_of_a_secret_is_left_where_a_reason_is_cut(secret, kind, before):
    error = kind(f"{'x' * before}{secret}{'x' * 10_000}")

    assert len(reason_of(error)) <= 4096
    for text in (reason_of(error), traceback_of(error)):
        assert secret[:3] not in text


def test_a_traceback_has_the_errors_class_and_text_and_no_end_of_line():
    assert traceback_of(ValueError("x")) == "ValueError: x"


class BrokenTracebackError(Exception):
    """Its context, which a traceback shows, raises."""

    @property
    def __cause__(self):
        raise KeyError("cause")


def test_a_traceback_that_cannot_be_made_says_of_what_and_why():
    shown = traceback_of(BrokenTracebackError("x"))

    assert shown == "BrokenTracebackError (it cannot be shown: KeyError)"


@pytest.mark.parametrize(
    ("value", "counts", "note"),
    [
        (None, {}, None),
        ({"done": 3}, {"done": 3}, None),
        (Result(), {}, None),
        (Result({"done": 3}), {"done": 3}, None),
        (Result({"done": 3}, note=""), {"done": 3}, None),
        (Result(note="all well"), {}, "all well"),
        (Result(note=7), {}, "7"),
    ],
    ids=repr,
)
def test_what_a_task_returns_is_its_counts_and_its_note(value, counts, note):
    returned = read_returned(value)

    assert (returned.counts, returned.note) == (counts, note)
    assert (returned.problem, returned.ignored) == (None, None)


def test_counts_that_break_keep_the_note_and_what_was_read():
    returned = read_returned(Result(BrokenMapping(KeyError("x"), good=["sent"]), note="half"))

    assert (returned.counts, returned.note) == ({"sent": 1}, "half")
    assert "KeyError" in returned.problem


@pytest.mark.parametrize("length", [500, 501, 10_000])
def test_a_note_has_at_most_500_characters_and_says_how_many_were_cut(length):
    note = "x" * length

    assert read_returned(Result(note=note)).note == shortened(note, 500)


def test_a_note_beside_what_are_no_counts_is_kept():
    returned = read_returned(Result([1], note="all well"))

    assert (returned.note, returned.ignored) == ("all well", "list")


def test_no_half_of_a_secret_is_left_where_a_note_is_cut(secret):
    note = read_returned(Result(note=f"{'x' * 300}{secret}{'x' * 1000}")).note

    assert secret[:3] not in note
