"""The durations of a task's runs as bars, in the units of a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

from rota.ledger.records import RecordedRun
from rota.status.task_status import Durations
from rota.web.pages.moments import full_text, seconds_text

WIDTH = 720
HEIGHT = 96
_MOST_BARS = 90
_LEAST_HEIGHT = 2.0
_GAP = 1.5
# A bar above this many times the p95 is cut: one outlier must not flatten the others.
_TALLEST_OF_P95 = 3.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A run as a bar: its place, and what it says when pointed at. `cut`: it is longer."""

    run_id: str
    state: str
    title: str
    x: float
    y: float
    width: float
    height: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """All bars, the oldest first, and where the lines of the percentiles are."""

    bars: Sequence[Bar]
    p50_y: float | None
    p95_y: float | None
    longest_seconds: float


def duration_bars(newest_first: Sequence[RecordedRun], durations: Durations | None) -> Bars | None:
    """Return the bars of the runs that have a duration; None where there are none."""
    runs = [run for run in newest_first if run.duration_seconds is not None][:_MOST_BARS][::-1]
    if not runs:
        return None
    longest = max(run.duration_seconds or 0.0 for run in runs)
    top = longest
    if durations is not None and durations.p95 > 0:
        top = min(longest, max(durations.p95 * _TALLEST_OF_P95, durations.p50))
    top = top or 1.0
    step = WIDTH / max(len(runs), 30)
    bars = [_bar(run, number * step, step - _GAP, top) for number, run in enumerate(runs)]
    if durations is None:
        return Bars(bars, None, None, top)
    return Bars(bars, _height_y(durations.p50, top), _height_y(durations.p95, top), top)


def _bar(run: RecordedRun, x: float, width: float, top: float) -> Bar:
    duration = run.duration_seconds or 0.0
    y = min(_height_y(duration, top), HEIGHT - _LEAST_HEIGHT)
    word = run.state.value.replace("_", " ")
    title = f"{full_text(run.due)}: {word}, {seconds_text(duration)}"
    return Bar(
        run.run_id,
        run.state.value,
        title,
        round(x, 1),
        y,
        round(width, 1),
        round(HEIGHT - y, 1),
        duration > top,
    )


def _height_y(seconds: float, top: float) -> float:
    return round(HEIGHT * (1 - min(seconds / top, 1.0)), 1)
