"""The promise that both modes do the same, for schedules, lengths of runs and outages at random."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rota import task
from rota.testing import ClockJump, Restart, simulate

START = datetime(2027, 3, 27, 12, tzinfo=UTC)
HOURS = 24
# Each example is a day of runs: a smaller one would take minutes to find, and tell no more.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]

schedules = st.one_of(
    st.sampled_from([300, 600, 900, 1800, 3600, 7200, 43_200]).map(
        lambda seconds: {"interval_seconds": seconds}
    ),
    st.sampled_from(["*/7 * * * *", "30 2 * * *", "0 1-3 * * *", "59 23 * * *"]).map(
        lambda text: {"schedule": text, "timezone": "Europe/Berlin"}
    ),
)
fields = st.fixed_dictionaries(
    {
        "overlap": st.sampled_from(["forbid", "replace", "allow"]),
        "catch_up_seconds": st.integers(60, 7200),
        "catch_up": st.sampled_from(["latest", "none"]),
    }
)


def slots(seconds, disruptions, mode, given_fields):
    @task(name="t", timeout_seconds=100_000, **given_fields)
    async def work(api):
        await asyncio.sleep(seconds)

    report = simulate(work, START, timedelta(hours=HOURS), mode=mode, disruptions=disruptions)
    return [
        (slot.slot, slot.reason.value if slot.reason else bool(slot.runs)) for slot in report.slots
    ]


# Not whole seconds: a slot that is late by just `catch_up_seconds` is a matter of rounding.
lengths = st.integers(0, 20_000).map(lambda seconds: seconds + 0.5)


@given(schedules, fields, lengths)
@settings(max_examples=12, phases=PHASES, derandomize=True)
def test_runs_of_any_length_start_and_skip_the_same_slots(schedule, policy, seconds):
    given_fields = {**schedule, **policy}

    assert slots(seconds, [], "scheduler", given_fields) == slots(
        seconds, [], "cronjobs", given_fields
    )


@given(schedules, fields, st.integers(1, HOURS * 3600), st.integers(1, 20_000))
@settings(max_examples=12, phases=PHASES, derandomize=True)
def test_while_nothing_runs_they_miss_and_make_up_the_same_slots(schedule, policy, at, down):
    given_fields = {**schedule, **policy}
    away = [Restart(timedelta(seconds=at), timedelta(seconds=down))]

    assert slots(0, away, "scheduler", given_fields) == slots(0, away, "cronjobs", given_fields)


@given(schedules, fields, st.integers(1, HOURS * 3600), st.integers(-3600, 20_000))
@settings(max_examples=12, phases=PHASES, derandomize=True)
def test_after_the_clock_was_set_they_start_and_skip_the_same_slots(schedule, policy, at, by):
    given_fields = {**schedule, **policy}
    jump = [ClockJump(timedelta(seconds=at), timedelta(seconds=by))]

    assert slots(0, jump, "scheduler", given_fields) == slots(0, jump, "cronjobs", given_fields)
