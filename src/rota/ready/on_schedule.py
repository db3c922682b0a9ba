"""Point 8: whether the Business API saw each task's runs at their slots. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

SLOTS_WANTED = 2
_FAILURES_IN_ALL = 3
_NOT_ENDED = ("running", "due")
_RUN = re.compile(r"\(task=\S+; run=([^;)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known so far: `texts` of the tasks that are proven, `open` why others are not.

    `hopeless` is whether one of those has only failed, time and again.
    """

    texts: Mapping[str, str]
    open: Mapping[str, str]
    hopeless: bool


def judge(
    tasks: Iterable[str],
    runs: Sequence[Mapping[str, Any]],
    calls: Sequence[Mapping[str, Any]],
    *,
    interval_seconds: int,
) -> Seen:
    """Compare `runs`, as `rota history --json` has them, with the `calls` that the API saw.

    A task is proven by succeeded runs for `SLOTS_WANTED` slots in a row, each of which the API saw
    between its slot and the next one.
    """
    first_calls: dict[str, float] = {}
    for call in calls:
        named = _RUN.search(str(call.get("user_agent")))
        at = _seconds_if_any(call.get("time"))
        if named and at is not None:
            first_calls.setdefault(named[1], at)
    by_task: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for run in runs:
        by_task[run["task"]].append(run)
    texts, missing = {}, {}
    for task in tasks:
        served = sorted(
            slot
            for slot in (_slot_served(run, first_calls, interval_seconds) for run in by_task[task])
            if slot is not None
        )
        pairs = [(one, other) for one, other in pairwise(served) if other - one == interval_seconds]
        if pairs:
            texts[task] = " and ".join(_clock(slot) for slot in pairs[0])
        else:
            missing[task] = _why(by_task[task], first_calls)
    return Seen(texts, missing, any(_only_fails(by_task[task]) for task in missing))


def _only_fails(runs: Sequence[Mapping[str, Any]]) -> bool:
    states = [run["state"] for run in runs if run["slot"] and run["state"] not in _NOT_ENDED]
    return len(states) >= _FAILURES_IN_ALL and "succeeded" not in states


def _slot_served(
    run: Mapping[str, Any], first_calls: Mapping[str, float], interval_seconds: int
) -> float | None:
    """Return the slot that a run succeeded for in time, as the API saw it."""
    called = first_calls.get(run["run_id"])
    if run["state"] != "succeeded" or not run["slot"] or called is None:
        return None
    slot = _seconds(run["slot"])
    return slot if 0 <= called - slot < interval_seconds else None


def _why(runs: Sequence[Mapping[str, Any]], first_calls: Mapping[str, float]) -> str:
    ended = [run for run in runs if run["slot"] and run["state"] not in _NOT_ENDED]
    if not ended:
        return "no run for a slot has ended"
    newest = max(ended, key=lambda run: run["slot"])
    if newest["state"] != "succeeded":
        reason = newest.get("reason") or f"exit code {newest.get('exit_code')}"
        return f"its run for {newest['slot']} is {newest['state']}: {reason}"
    if newest["run_id"] not in first_calls:
        return f"its run for {newest['slot']} succeeded, but called nothing of the API"
    return f"{SLOTS_WANTED} slots in a row have not been seen yet"


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _seconds_if_any(moment: object) -> float | None:
    # An API of the project's own may answer in another form.
    try:
        return _seconds(str(moment))
    except ValueError:
        return None


def _clock(epoch: float) -> str:
    return datetime.fromtimestamp(epoch).astimezone().strftime("%H:%M:%S")
