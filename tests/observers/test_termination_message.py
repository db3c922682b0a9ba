import json
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.logs import redaction
from rota.model.clock import instant
from rota.model.events import RunFinished, RunLost, RunStarted
from rota.model.exit_codes import ExitCode
from rota.model.outcome import Outcome
from rota.model.run import Run, RunRecord, Trigger
from rota.observers.termination_message import (
    MAX_MESSAGE_BYTES,
    TerminationMessage,
    encode,
    write_message,
)

RUN = Run("cleanup", "6b05-1", Trigger.SCHEDULE, instant(1_800_000_000), instant(1), "i")
RESULT = RunRecord(RUN, Outcome.FAILED, ExitCode.ITEMS_FAILED, 0.0, 1.23456, counts={"sent": 2})


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "termination-log"
    path.write_text("an older and longer text " * 20, "utf-8")
    return path


def test_the_message_says_what_ran_how_it_ended_and_what_was_done(path):
    TerminationMessage(path)(RunFinished(RESULT))
    assert json.loads(path.read_bytes()) == {
        "task": "cleanup",
        "run_id": "6b05-1",
        "trigger": "schedule",
        "slot": "2027-01-15T08:00:00Z",
        "outcome": "failed",
        "exit_code": 6,
        "duration_seconds": 1.235,
        "counts": {"sent": 2},
    }


@pytest.mark.parametrize("event", [RunStarted(RUN, 0.0), RunLost("cleanup", "6b05-1", 0)])
def test_only_the_end_of_a_run_is_written(path, event):
    before = path.read_bytes()
    TerminationMessage(path)(event)
    assert path.read_bytes() == before


@pytest.mark.fault(55)
def test_no_file_is_made_where_there_is_none(tmp_path):
    write_message(tmp_path / "missing", {"reason": "x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/dev/full", "/", "/dev/null/below"])
@pytest.mark.fault(55)
def test_what_cannot_be_written_is_left_out_in_silence(path):
    write_message(path, {"reason": "x"})


@pytest.mark.fault(55)
def test_a_pipe_that_nobody_reads_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    write_message(tmp_path / "pipe", {"reason": "x"})


@given(st.text(alphabet=st.characters(), max_size=6000) | st.text("я\n\x00😀", min_size=1500))
@pytest.mark.fault(55)
def test_any_reason_is_cut_to_what_kubernetes_keeps_between_two_characters(reason):
    encoded = encode({"task": "cleanup", "exit_code": 1, "reason": reason})
    assert len(encoded) <= MAX_MESSAGE_BYTES
    kept = json.loads(encoded.decode("utf-8"))["reason"]
    if kept.endswith("…") and kept != reason:
        assert reason.encode("utf-8", "replace").decode().startswith(kept[:-1])
        # An escape such as \u0000 takes six bytes, which is the most that is given away.
        assert len(encoded) > MAX_MESSAGE_BYTES - 12
    else:
        assert kept == reason.encode("utf-8", "replace").decode()


def test_too_many_counts_give_way_to_the_reason():
    counts = {f"count-{number}": number for number in range(1000)}
    encoded = encode({"task": "cleanup", "counts": counts, "reason": "why" * 100})
    assert json.loads(encoded) == {"task": "cleanup", "reason": "why" * 100}


def test_few_counts_stay_when_the_reason_is_cut():
    message = json.loads(encode({"counts": {"sent": 2}, "reason": "why" * 9000}))
    assert message["counts"] == {"sent": 2}


def test_half_a_surrogate_pair_does_no_harm():
    assert json.loads(encode({"reason": "file \udc80"}))["reason"] == "file ?"


def test_what_json_has_no_form_for_is_written_as_text_or_left_out():
    message = encode({"counts": {("a", "b"): 1, "when": instant(0)}})
    assert json.loads(message) == {"counts": {"when": "1970-01-01 00:00:00+00:00"}}


def test_secrets_are_masked_before_the_cut(monkeypatch):
    monkeypatch.setattr(redaction, "_forms_by_secret", {"any": ("c4n4ry",)})
    for padding in range(MAX_MESSAGE_BYTES - 60, MAX_MESSAGE_BYTES):
        assert not re.search("c4n", encode({"reason": "x" * padding + "c4n4ry" * 3}).decode())
