"""A stretch of time with a lane for each task; x and width are percent of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rota.ledger.records import RecordedRun
from rota.model.slot import SlotState
from rota.status.marks import MARKS
from rota.status.sight import Gap, unseen_slots
from rota.status.slots import Absence
from rota.status.task_status import TaskStatus, next_slots
from rota.web.pages.bars import Bar
from rota.web.pages.links import run_path, slot_path
from rota.web.pages.moments import full_text, seconds_text

MOST_BARS = 300
_COLUMNS = 120
_ROW_HEIGHT = 20
_LEAST_PERCENT = 0.35
# Where a state's bars begin in their row, and how much of it they fill: a shape besides a colour.
_SHAPES = {
    SlotState.FAILED: (0.0, 1.0),
    SlotState.TIMED_OUT: (0.0, 1.0),
    SlotState.INTERRUPTED: (0.5, 0.4),
    SlotState.LOST: (0.5, 0.4),
}
_USUAL_SHAPE = (0.2, 0.6)
_MOST_ROWS = 3
_MOST_UPCOMING = 80
# What a bucket of several runs shows: the worst of them.
_WORST_FIRST = (
    SlotState.FAILED,
    SlotState.TIMED_OUT,
    SlotState.LOST,
    SlotState.INTERRUPTED,
    SlotState.RUNNING,
    SlotState.SUCCEEDED,
)


@dataclass(frozen=True, slots=True)
class Window:
    """From `first` to `last`, with the present somewhere in it; all three epoch times."""

    first: float
    last: float
    now: float

    def percent(self, epoch: float) -> float:
        """Return where a time is, from 0 to 100."""
        share = (epoch - self.first) / (self.last - self.first)
        return round(100 * min(1.0, max(0.0, share)), 2)

    def has(self, run: RecordedRun) -> bool:
        """Return whether some of the run lies in the window."""
        return run.started_at <= self.last and self.end_of(run) >= self.first

    def end_of(self, run: RecordedRun) -> float:
        """Return when a run ended: now, while it goes on; at once, where that is not known."""
        if run.duration_seconds is not None:
            return run.started_at + run.duration_seconds
        return self.now if run.state is SlotState.RUNNING else run.started_at


@dataclass(frozen=True, slots=True)
class Lane:
    """A task's bars. `known_since`: what is older than this is not drawn, None: nothing is.

    `unobserved` is how many of the slots nobody saw.
    """

    status: TaskStatus
    bars: Sequence[Bar]
    runs: Sequence[RecordedRun]
    known_since: float | None
    unobserved: int = 0


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A stretch of the window that a console did not see: in words, and x and width in percent."""

    words: str
    x: float
    width: float


def lane_of(status: TaskStatus, window: Window, *, most_known: int) -> Lane:
    """Return the lane of a task, of which at most `most_known` runs were read."""
    recent = status.digest.recent
    runs = sorted((run for run in recent if window.has(run)), key=lambda run: run.started_at)
    cut = len(recent) >= most_known and recent[-1].started_at > window.first
    bars = _bucketed(runs, window) if len(runs) > MOST_BARS else _separate(runs, window)
    unseen = list(_unseen(status, window))
    beside = [*_skips(status, window), *unseen, *_upcoming(status, window)]
    known_since = recent[-1].started_at if cut else None
    return Lane(status, [*bars, *beside], runs, known_since, len(unseen))


def blind_spots(gaps: Sequence[Gap], window: Window) -> Sequence[BlindSpot]:
    """Return the stretches of the window that nobody saw."""
    found = []
    for first, last in gaps:
        x, end = window.percent(first), window.percent(window.now if last is None else last)
        until = "now" if last is None else full_text(last)
        width = max(_LEAST_PERCENT, round(end - x, 2))
        found.append(BlindSpot(f"{full_text(first)} to {until}", x, width))
    return found


def at_once(lanes: Sequence[Lane], window: Window) -> Sequence[int]:
    """Return the most runs that were active together in each column of the window."""
    changes: list[tuple[float, int]] = []
    for lane in lanes:
        for run in lane.runs:
            changes += [(run.started_at, 1), (max(window.end_of(run), run.started_at + 0.001), -1)]
    columns = [0] * _COLUMNS
    active = column = 0
    for at, change in sorted(changes):
        reached = min(_COLUMNS - 1, int(window.percent(at) / 100 * _COLUMNS))
        for passed in range(column + 1, reached + 1):
            columns[passed] = active
        column = max(column, reached)
        active += change
        columns[column] = max(columns[column], active)
    return columns


def _separate(runs: Sequence[RecordedRun], window: Window) -> Iterator[Bar]:
    """Yield a bar for each run; those that overlap lie below each other."""
    rows = _rows(runs, window)
    height = _ROW_HEIGHT / (max(rows, default=0) + 1)
    for run, row in zip(runs, rows, strict=True):
        x, end = window.percent(run.started_at), window.percent(window.end_of(run))
        title = f"{full_text(run.started_at)}: {_word(run.state)}"
        if run.duration_seconds is not None:
            title += f", {seconds_text(run.duration_seconds)}"
        width = max(_LEAST_PERCENT, round(end - x, 2))
        place = _place(run.state, 1 + row * height, height)
        yield Bar(run_path(run.run_id), run.state.value, title, x, width, *place)


def _rows(runs: Sequence[RecordedRun], window: Window) -> Sequence[int]:
    ends: list[float] = []
    rows = []
    for run in runs:
        free = next((row for row, end in enumerate(ends) if end <= run.started_at), len(ends))
        row = min(free, _MOST_ROWS - 1)
        if row == len(ends):
            ends.append(0.0)
        ends[row] = window.end_of(run)
        rows.append(row)
    return rows


def _bucketed(runs: Sequence[RecordedRun], window: Window) -> Iterator[Bar]:
    """Yield a bar for each column in which runs started; it shows the worst of them."""
    width = 100 / MOST_BARS
    columns: dict[int, list[RecordedRun]] = defaultdict(list)
    for run in runs:
        columns[min(MOST_BARS - 1, int(window.percent(run.started_at) / width))].append(run)
    for column, found in columns.items():
        worst = min(found, key=lambda run: _WORST_FIRST.index(run.state))
        title = f"{full_text(worst.started_at)}: {_word(worst.state)}"
        if len(found) > 1:
            title += f", the worst of {len(found)} runs"
        path, x = run_path(worst.run_id), round(column * width, 2)
        place = _place(worst.state, 1.0, _ROW_HEIGHT)
        yield Bar(path, worst.state.value, title, x, round(width, 2), *place)


def _place(state: SlotState, top: float, height: float) -> tuple[float, float]:
    """Return y and height of a state's bar in a row."""
    begins, fills = _SHAPES.get(state, _USUAL_SHAPE)
    return round(top + begins * height, 1), round(fills * height, 1)


def _skips(status: TaskStatus, window: Window) -> Iterator[Bar]:
    for skip in status.digest.skips:
        skipped = skip.skipped
        if skipped.last_slot < window.first or skipped.first_slot > window.last:
            continue
        x, end = window.percent(skipped.first_slot), window.percent(skipped.last_slot)
        title = f"{full_text(skipped.last_slot)}: skipped ({skipped.reason.value})"
        if skipped.count > 1:
            title += f", {skipped.count} slots up to this one"
        path = slot_path(status.task.name, skipped.last_slot)
        yield Bar(path, "skipped", title, x, max(_LEAST_PERCENT, round(end - x, 2)), 17, 4)


def _unseen(status: TaskStatus, window: Window) -> Iterator[Bar]:
    """Yield the slots that nobody saw, less those of which something is known all the same."""
    oldest = status.digest.oldest_due
    if status.sight is None or oldest is None:
        return
    known = {run.due for run in status.digest.recent}
    skips = [skip.skipped for skip in status.digest.skips]
    after = max(int(window.first), oldest)
    for slot in unseen_slots(status.task.schedule, status.sight, after, known, MOST_BARS):
        if slot > window.now or any(s.first_slot <= slot <= s.last_slot for s in skips):
            continue
        path = slot_path(status.task.name, slot)
        title = f"{full_text(slot)}: {_word(Absence.UNOBSERVED)}"
        yield Bar(path, Absence.UNOBSERVED.value, title, window.percent(slot), 0.3, 9, 4)


def _upcoming(status: TaskStatus, window: Window) -> Iterator[Bar]:
    if status.task.suspend:
        return
    for slot in next_slots(status.task, status.plans_after, _MOST_UPCOMING):
        if slot > window.last:
            return
        path = slot_path(status.task.name, slot)
        yield Bar(path, "upcoming", f"{full_text(slot)}: upcoming", window.percent(slot), 0.3, 7, 8)


def _word(state: SlotState | Absence) -> str:
    return f"{MARKS[state].glyph} {state.value.replace('_', ' ')}"
