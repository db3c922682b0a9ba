"""What every ledger does; the one in memory and the one in a file are asked the same."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.ledger.digest import TaskDigest
from rota.ledger.memory import MemoryLedger
from rota.ledger.reader import SqliteReader
from rota.ledger.records import LostRun, TaskProgress
from rota.ledger.run_filter import RunFilter
from rota.ledger.sqlite import SqliteLedger
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.pause import Pause
from rota.model.run import Trigger
from rota.model.slot import SlotState
from rota.testing import VirtualClock
from support.ledger_runs import START, record, run


class InMemory:
    def __init__(self, tmp_path, clock):
        self.ledger = self.reader = MemoryLedger()

    def open(self, **formerly):
        return self.ledger.open(lambda: None, formerly)

    def reopen(self, **formerly):
        self.ledger.close()
        return self.open(**formerly)


class InAFile(InMemory):
    def __init__(self, tmp_path, clock):
        self._path, self._clock = tmp_path / "rota.sqlite3", clock
        self.ledger, self.reader = SqliteLedger(self._path, clock), SqliteReader(self._path)

    def reopen(self, **formerly):
        self.ledger.close()
        self.ledger = SqliteLedger(self._path, self._clock)
        return self.open(**formerly)


@pytest.fixture(params=[InMemory, InAFile])
def place(request, tmp_path, clock):
    place = request.param(tmp_path, clock)
    place.open()
    yield place
    place.ledger.close()


def skipped(first, last=None, count=1, reason=SkipReason.MISSED, task="t"):
    last = first if last is None else last
    return SlotsSkipped(task, first, last, count, capped=False, reason=reason)


def test_what_was_accounted_for_is_known_after_a_restart(place):
    place.ledger.account("a", "0 * * * *", 60)
    place.ledger.account("a", "0 * * * *", 120)
    place.ledger.account("b", "", 60, suspended=True)

    assert place.reopen().tasks == {
        "a": TaskProgress("0 * * * *", 120),
        "b": TaskProgress("", 60, suspended=True),
    }


@pytest.mark.parametrize(
    ("tell", "owed"),
    [
        pytest.param(lambda ledger: ledger.flush(), (START,), id="due"),
        pytest.param(
            lambda ledger: ledger.run_started(run("r"), START + 1), (START,), id="begun, and lost"
        ),
        pytest.param(lambda ledger: ledger.run_ended(record("r"), owed=False), (), id="succeeded"),
        pytest.param(
            lambda ledger: ledger.run_ended(record("r", "failed"), owed=False), (), id="failed"
        ),
        pytest.param(
            lambda ledger: ledger.run_ended(record("r", "interrupted"), owed=True),
            (START,),
            id="cut off by a stop",
        ),
        pytest.param(
            lambda ledger: ledger.run_ended(record("r", "interrupted"), owed=False),
            (),
            id="replaced",
        ),
        pytest.param(
            lambda ledger: ledger.slots_skipped(skipped(START), START + 1), (), id="skipped"
        ),
        pytest.param(
            lambda ledger: ledger.slots_skipped(skipped(START - 120, START + 120, 5), START + 1),
            (),
            id="one of several that were skipped",
        ),
        pytest.param(
            lambda ledger: ledger.run_ended(record("r", slot=None), owed=False),
            (START,),
            id="another run, without a slot",
        ),
    ],
)
def test_a_slot_is_owed_until_it_has_had_its_end(place, tell, owed):
    place.ledger.account("t", "text", START)
    place.ledger.slot_due("t", START)
    tell(place.ledger)

    assert place.reopen().tasks["t"].owed == owed
    assert place.reopen().tasks["t"].owed == owed


def test_nothing_is_owed_for_a_run_by_hand_whose_process_did_not_end_it(place):
    place.ledger.account("t", "text", START)
    place.ledger.run_started(run("r", trigger=Trigger.MANUAL), START + 1)

    recovered = place.reopen()

    assert (recovered.lost, recovered.tasks["t"].owed) == ((LostRun("t", "r", START),), ())


def test_several_are_owed_in_their_order(place):
    place.ledger.account("t", "text", 300)
    for slot in (180, 60, 300):
        place.ledger.slot_due("t", slot)

    assert place.reopen().tasks["t"].owed == (60, 180, 300)


def test_a_run_that_its_process_did_not_end_is_reported_once_and_is_lost(place):
    place.ledger.account("t", "text", START)
    place.ledger.slot_due("t", START)
    place.ledger.run_started(run("with"), START)
    place.ledger.run_started(run("without", "u", slot=None, trigger=Trigger.START), START)

    assert set(place.reopen().lost) == {
        LostRun("t", "with", START),
        LostRun("u", "without", None),
    }
    assert place.reopen().lost == ()
    assert place.reader.run("with").state is SlotState.LOST
    assert place.reader.slot_state("t", START) is SlotState.LOST


STORIES = {
    "due": ([], SlotState.DUE),
    "running": ([("start", "r")], SlotState.RUNNING),
    "succeeded": ([("start", "r"), ("end", "r", "succeeded")], SlotState.SUCCEEDED),
    "failed": ([("end", "r", "failed")], SlotState.FAILED),
    "timed out": ([("end", "r", "timed_out")], SlotState.TIMED_OUT),
    "interrupted": ([("end", "r", "interrupted")], SlotState.INTERRUPTED),
    "interrupted, then done": (
        [("end", "r", "interrupted"), ("end", "r2", "succeeded")],
        SlotState.SUCCEEDED,
    ),
    "interrupted, then running": (
        [("end", "r", "interrupted"), ("start", "r2")],
        SlotState.RUNNING,
    ),
    "interrupted, then given up": ([("end", "r", "interrupted"), ("skip",)], SlotState.SKIPPED),
    "skipped": ([("skip",)], SlotState.SKIPPED),
    "skipped, then run by hand": ([("skip",), ("end", "r", "succeeded")], SlotState.SUCCEEDED),
}


@pytest.mark.parametrize(("story", "state"), STORIES.values(), ids=STORIES)
def test_every_slot_is_in_one_state(place, story, state):
    place.ledger.account("t", "text", START)
    place.ledger.slot_due("t", START)
    for what, *about in story:
        if what == "start":
            place.ledger.run_started(run(*about), START)
        elif what == "end":
            owed = about[1] == "interrupted"
            place.ledger.run_ended(record(*about), owed=owed)
        else:
            place.ledger.slots_skipped(skipped(START), START)
    place.ledger.flush()
    if state is not SlotState.RUNNING:
        place.reopen()
    else:
        _wait_for_the_disk(place.ledger)

    assert place.reader.slot_state("t", START) is state
    assert place.reader.slot_state("t", START + 60) is None
    assert place.reader.slot_state("nobody", START) is None


def _wait_for_the_disk(ledger):
    if isinstance(ledger, SqliteLedger):
        ledger._writing.result()


def test_a_run_is_found_with_its_facts(place):
    counts = {"sent": 3, "what": "ü", "share": 0.5}
    ended = record(
        "r", "failed", reason="x" * 3000, counts=counts, duration_seconds=2.25, retry_at=START + 90
    )
    place.ledger.run_started(ended.run, START)
    place.ledger.run_ended(ended, owed=False)
    place.reopen()
    found = place.reader.run("r")

    assert found.facts() == {
        "task": "t",
        "run_id": "r",
        "trigger": "schedule",
        "slot": "2026-11-24T00:00:00Z",
        "state": "failed",
        "started_at": "2026-11-24T00:00:00Z",
        "lateness_seconds": 0,
        "duration_seconds": 2.25,
        "exit_code": 1,
        "reason": "x" * 2000,
        "counts": counts,
        "actor": None,
        "purpose": None,
        "retry_at": "2026-11-24T00:01:30Z",
    }
    assert place.reader.run("nobody") is None


def test_text_that_no_file_takes_is_kept_as_well_as_it_can_be(place):
    """As an error has it that quotes a file's name in another encoding."""
    counts = {"\udcff": 1}
    place.ledger.run_ended(record("r", "failed", reason="no \udcff", counts=counts), owed=False)
    place.ledger.run_ended(record("next"), owed=False)
    place.reopen()

    assert place.reader.run("r").reason == "no ?"
    assert place.reader.run("r").counts == counts
    assert place.reader.run("next") is not None


class TestRuns:
    @pytest.fixture(autouse=True)
    def runs(self, place):
        for number in range(6):
            task = "even" if number % 2 == 0 else "odd"
            outcome = "failed" if number in (1, 4) else "succeeded"
            trigger = Trigger.START if number < 2 else Trigger.MANUAL
            reason = "No luck, %: Übel" if outcome == "failed" else None
            began = record(
                f"run-{number}",
                outcome,
                task=task,
                slot=None,
                started_at=START + number,
                reason=reason,
            )
            ended = replace(began, run=replace(began.run, trigger=trigger))
            place.ledger.run_ended(ended, owed=False)
        place.reopen()

    @pytest.mark.parametrize(
        ("wanted", "page", "numbers"),
        [
            (RunFilter(), {}, [5, 4, 3, 2, 1, 0]),
            (RunFilter("even"), {}, [4, 2, 0]),
            (RunFilter(states=[SlotState.FAILED]), {}, [4, 1]),
            (RunFilter("odd", [SlotState.FAILED]), {}, [1]),
            (RunFilter(states=[SlotState.FAILED, SlotState.SUCCEEDED]), {"limit": 2}, [5, 4]),
            (RunFilter(triggers=[Trigger.START]), {}, [1, 0]),
            (RunFilter(triggers=[Trigger.START, Trigger.MANUAL]), {"limit": 1}, [5]),
            (RunFilter(since=START + 4), {}, [5, 4]),
            (RunFilter(until=START + 1), {}, [1, 0]),
            (RunFilter(exit_code=1), {}, [4, 1]),
            (RunFilter(exit_code=77), {}, []),
            (RunFilter(text="ODD"), {}, [5, 3, 1]),
            (RunFilter(text="no luck, %"), {}, [4, 1]),
            (RunFilter(text="%"), {}, [4, 1]),
            (RunFilter("odd", text="LUCK"), {}, [1]),
            (RunFilter(text="übel"), {}, []),
            (RunFilter(text="Übel"), {}, [4, 1]),
            (RunFilter(text="\ud800"), {}, []),
            (RunFilter(since=START + 2, until=START + 3), {}, [3, 2]),
            (RunFilter(), {"before": "run-3"}, [2, 1, 0]),
            (RunFilter("odd"), {"before": "run-3", "limit": 1}, [1]),
            (RunFilter(), {"before": "forgotten"}, []),
            (RunFilter("nobody"), {}, []),
        ],
    )
    def test_are_found_newest_first(self, place, wanted, page, numbers):
        found = [each.run_id for each in place.reader.runs(wanted, **page)]
        assert found == [f"run-{number}" for number in numbers]


def test_no_question_is_answered_with_more_than_500_runs(place):
    for number in range(600):
        place.ledger.run_ended(record(f"run-{number}"), owed=False)
    place.reopen()

    assert len(place.reader.runs(limit=1000)) == 500
    assert len(place.reader.runs()) == 100
    assert len(place.reader.history("t", START, START)) == 500


def test_runs_are_counted_by_the_ledgers_own_reader(place):
    assert place.ledger.reader().count_runs() == 0
    for number in range(3):
        place.ledger.run_ended(record(f"run-{number}"), owed=False)
    place.reopen()

    assert place.ledger.reader().count_runs() == 3


def test_skips_are_found_by_the_slots_that_they_cover(place):
    found = [
        skipped(60, 180, 3),
        skipped(240, reason=SkipReason.OVERLAP),
        skipped(300, 600, 6, reason=SkipReason.SUSPENDED),
    ]
    for each in reversed(found):
        place.ledger.slots_skipped(each, START)
    place.ledger.slots_skipped(skipped(120, task="u"), START)
    place.reopen()

    assert [each.skipped for each in place.reader.skips("t", 0, 1000)] == found
    assert [each.skipped for each in place.reader.skips("t", 180, 240)] == found[:2]
    assert [each.skipped for each in place.reader.skips("t", 600, 900)] == found[2:]
    assert place.reader.skips("t", 601, 900) == []
    assert place.reader.skips("t", 0, 1000)[0].noted_at == START


ENDS = ("succeeded", "failed", "timed_out", "interrupted")


@given(
    noted=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(["t", "u"]), st.integers(1, 9), st.sampled_from(ENDS)),
            st.tuples(
                st.sampled_from(["t", "u"]), st.integers(1, 9), st.sampled_from(list(SkipReason))
            ),
            st.tuples(st.sampled_from(["t", "u"]), st.integers(1, 9), st.just("running")),
        ),
        max_size=30,
    ),
    recent=st.integers(0, 5),
)
def test_a_digest_from_the_tables_is_the_digest_of_all_that_was_noted(noted, recent):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rota.sqlite3"
        memory, tables = MemoryLedger(), SqliteLedger(path, VirtualClock(START))
        for ledger in (memory, tables):
            ledger.open(lambda: None)
            for number, (task, slot, end) in enumerate(noted):
                if isinstance(end, SkipReason):
                    ledger.slots_skipped(skipped(slot, task=task, reason=end), START + number)
                elif end == "running":
                    ledger.run_started(run(f"r{number}", task=task, slot=slot), START + number)
                else:
                    ledger.run_ended(record(f"r{number}", end, task=task, slot=slot), owed=False)
            ledger.close()

        expected = memory.digests(["t", "u", "unknown"], recent=recent)
        assert SqliteReader(path).digests(["t", "u", "unknown"], recent=recent) == expected


def test_a_digest_counts_the_failures_since_the_last_success_and_no_interruption(place):
    ends = ["failed", "succeeded", "failed", "interrupted", "timed_out", "failed"]
    for number, end in enumerate(ends):
        place.ledger.run_ended(record(f"r{number}", end, slot=60 * number), owed=False)
    place.ledger.run_started(run("now", slot=600), 601.0)
    place.reopen()

    digest = place.reader.digests(["t"], recent=3)["t"]

    assert digest.consecutive_failures == 3
    assert digest.last_success.run_id == "r1"
    assert digest.last_ended.run_id == "now"  # which its process left behind
    assert [each.run_id for each in digest.recent] == ["now", "r5", "r4"]
    assert digest.oldest_due == 0


def test_a_digest_without_recent_runs_says_the_rest(place):
    place.ledger.slots_skipped(skipped(60, 180, reason=SkipReason.SUSPENDED), 181.0)
    place.ledger.run_ended(record("r1", "failed", slot=240), owed=False)
    place.ledger.run_started(run("now", slot=300), 301.0)
    place.ledger.close()

    digest = place.reader.digests(["t"], recent=0)["t"]

    assert (digest.recent, digest.skips) == ((), ())
    assert [each.run_id for each in digest.running] == ["now"]
    assert digest.last.run_id == "now"
    assert digest.last_ended.run_id == "r1"
    assert digest.suspended_until == digest.owes_since == 180


def test_of_a_task_that_is_not_known_a_digest_is_empty(place):
    assert place.reader.digests(["other"], recent=3) == {"other": TaskDigest()}


def test_the_owed_slots_are_read_in_their_order(place):
    for slot in (180, 60):
        place.ledger.slot_due("t", slot)
    place.reopen()

    assert list(place.reader.owed("t")) == [60, 180]
    assert list(place.reader.owed("other")) == []


def test_the_history_of_a_stretch_of_time_has_the_runs_that_were_due_in_it_in_their_order(place):
    for run_id, slot in (("late", 240), ("again", 120), ("early", 60), ("first", 120)):
        place.ledger.run_ended(record(run_id, slot=slot), owed=False)
    place.ledger.run_ended(record("by hand", slot=None, started_at=130.5), owed=False)
    place.ledger.run_ended(record("other", task="u", slot=120), owed=False)
    place.reopen()

    found = [each.run_id for each in place.reader.history("t", 61, 239)]
    assert found == ["again", "first", "by hand"]
    assert [each.run_id for each in place.reader.history("t", 60, 60)] == ["early"]


def test_who_asked_for_a_run_and_what_for_is_kept(place):
    asked = run("r", slot=None, trigger=Trigger.MANUAL, actor="ada", purpose="the disk is full")
    place.ledger.run_started(asked, START + 1)
    place.reopen()

    found = place.reader.run("r")
    assert (found.actor, found.purpose) == ("ada", "the disk is full")
    assert found.facts()["actor"] == "ada"


def test_the_last_pause_of_a_task_outlives_the_process(place):
    place.ledger.paused("t", Pause(START, START + 600, "ada", "the disk is full"))
    last = Pause(START + 60, START + 900, None, "moving house")
    place.ledger.paused("t", last)

    assert place.reopen().pauses == {"t": last}
    assert place.reader.pauses() == {"t": last}


def test_what_more_there_is_to_say_of_a_skipped_slot_is_kept(place):
    detailed = replace(skipped(START, reason=SkipReason.PAUSED), detail="paused by ada")
    place.ledger.slots_skipped(detailed, START + 1)
    place.reopen()

    assert [each.skipped for each in place.reader.skips("t", START, START)] == [detailed]


def test_what_is_known_under_a_former_name_is_the_tasks_own(place):
    ledger = place.ledger
    ledger.account("old", "text", START + 60)
    ledger.account("other", "text", START)
    ledger.slot_due("old", START)
    ledger.slot_due("old", START + 60)
    ledger.run_ended(record("r1", task="old"), owed=False)
    ledger.run_started(run("r2", "old", START + 60), START + 60)
    ledger.run_ended(record("r3", task="other"), owed=False)
    ledger.slots_skipped(skipped(START - 60, task="old"), START)
    ledger.paused("old", Pause(START, START + 5, None, "a move"))

    recovered = place.reopen(new=("older", "old"), another=("unknown",))

    assert recovered.tasks == {
        "new": TaskProgress("text", START + 60, owed=(START + 60,)),
        "other": TaskProgress("text", START),
    }
    assert recovered.lost == (LostRun("new", "r2", START + 60),)
    assert list(recovered.pauses) == ["new"]
    reader = place.ledger.reader()
    assert {each.run_id: each.task for each in reader.runs()} == {
        "r1": "new",
        "r2": "new",
        "r3": "other",
    }
    assert [each.skipped.task for each in reader.skips("new", 0, START * 2)] == ["new"]
    assert reader.skips("old", 0, START * 2) == []


@pytest.mark.parametrize(("old", "new"), [(120, 60), (60, 120)], ids=["went back", "went on"])
def test_where_both_names_are_known_what_was_met_last_counts(place, old, new):
    place.ledger.account("old", "of old", START + old)
    place.ledger.account("new", "of new", START + new)
    place.ledger.slot_due("old", START)
    place.ledger.slot_due("new", START)
    place.ledger.slot_due("new", START + 60)

    known = place.reopen(new=("old",)).tasks

    assert list(known) == ["new"]
    assert known["new"].schedule == ("of old" if old > new else "of new")
    assert (known["new"].accounted, known["new"].owed) == (START + 120, (START, START + 60))
