"""How a task's runs change over time: durations, lateness and counts, a bar for each run."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rota.ledger.records import RecordedRun
from rota.model.slot import SlotState
from rota.status.task_status import Durations
from rota.web.pages.bars import Bar
from rota.web.pages.links import run_path
from rota.web.pages.moments import full_text, seconds_text

WIDTH = 720
HEIGHT = 96
MOST_RUNS = 90
MOST_COUNTS = 4
_FEWEST_PLACES = 30
_LEAST_HEIGHT = 2.0
_GAP = 1.5
# A bar above this many times the usual is cut: one outlier must not flatten the others.
_TALLEST_OF_USUAL = 3.0
_P95 = 0.95
_NONE = "\N{EN DASH}"
# So many zeros in a row are worth a remark, where other runs have counted something.
_ZEROS_IN_A_ROW = 3
_LARGEST = 1e18


@dataclass(frozen=True, slots=True)
class Chart:
    """A number of each run, the oldest on the left; `top` is that of the upper edge, as a text.

    `band` has the heights of median and 95th percentile. `remark` is what stands out.
    """

    key: str
    title: str
    top: str
    bars: Sequence[Bar]
    summary: str
    band: tuple[float, float] | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Trends:
    """The charts, which have the same runs in the same places; the oldest comes first.

    `rows` has each run with its lateness and its `counts`, by name, as texts: what the charts show.
    """

    charts: Sequence[Chart]
    counts: Sequence[str]
    rows: Sequence[tuple[RecordedRun, str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class _Number:
    """What a chart shows: the number of a run, None where it has none, and how it is written."""

    of: Callable[[RecordedRun], float | None]
    text: Callable[[float], str]


def trends_of(newest_first: Sequence[RecordedRun], durations: Durations | None) -> Trends | None:
    """Return the charts of the runs that have ended; None where there are none."""
    runs = [run for run in newest_first if run.duration_seconds is not None][:MOST_RUNS][::-1]
    if not runs:
        return None
    names = _count_names(runs)
    charts = [_durations(runs, durations), *_lateness(runs), *(_count(runs, n) for n in names)]
    return Trends(charts, names, [_row(run, names) for run in runs])


def _row(run: RecordedRun, names: Sequence[str]) -> tuple[RecordedRun, str, Sequence[str]]:
    late = _text(lateness_of(run), seconds_text)
    return run, late, [_text(count_of(run, name), number_text) for name in names]


def _text(value: float | None, write: Callable[[float], str]) -> str:
    return _NONE if value is None else write(value)


def lateness_of(run: RecordedRun) -> float | None:
    """Return how late a run began, in seconds; None for one without a slot, or by hand."""
    return None if run.slot is None or run.trigger.is_by_hand else run.lateness_seconds


def count_of(run: RecordedRun, name: str) -> float | None:
    """Return a run's count; None where it has none, or one that is no number."""
    value = run.counts.get(name)
    # What is neither infinite, "not a number" nor beyond all others can be drawn.
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if abs(value) < _LARGEST else None


def number_text(value: float) -> str:
    """Return a count with thousands apart: `12,480`, `0.5`."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _count_names(runs: Sequence[RecordedRun]) -> Sequence[str]:
    found = {
        name: None
        for run in reversed(runs)
        for name in run.counts
        if count_of(run, name) is not None
    }
    return list(found)[:MOST_COUNTS]


def _durations(runs: Sequence[RecordedRun], durations: Durations | None) -> Chart:
    number = _Number(lambda run: run.duration_seconds, seconds_text)
    values = [run.duration_seconds or 0.0 for run in runs]
    if durations is None:
        top = max(values)
        summary = "No run has succeeded."
        return Chart("durations", "Duration", number.text(top), _bars(runs, number, top), summary)
    top = _top(values, durations.p50, durations.p95)
    summary = (
        f"Of the runs that succeeded: median {seconds_text(durations.p50)} (dotted line), 95th "
        f"percentile {seconds_text(durations.p95)} (dashed line)."
    )
    band = _y(durations.p50, top), _y(durations.p95, top)
    bars = _bars(runs, number, top)
    return Chart("durations", "Duration", number.text(top), bars, summary, band)


def _lateness(runs: Sequence[RecordedRun]) -> Iterator[Chart]:
    values = [late for run in runs if (late := lateness_of(run)) is not None]
    if not values:
        return
    number = _Number(lateness_of, seconds_text)
    median = statistics.median(values)
    top = _top(values, median, _percentile(values))
    summary = (
        f"From slot to start: median {seconds_text(median)}, at most {seconds_text(max(values))}."
    )
    yield Chart("lateness", "Lateness", seconds_text(top), _bars(runs, number, top), summary)


def _count(runs: Sequence[RecordedRun], name: str) -> Chart:
    number = _Number(lambda run: count_of(run, name), number_text)
    values = [value for run in runs if (value := number.of(run)) is not None]
    median = statistics.median(values)
    top = _top(values, median, _percentile(values))
    texts = [number_text(each) for each in (values[-1], median, min(values), max(values))]
    summary = "Last {}, median {}, from {} to {}.".format(*texts)
    bars = _bars(runs, number, top)
    remark = _remark(runs, number)
    return Chart(f"count-{name}", name, number_text(top), bars, summary, remark=remark)


def _remark(runs: Sequence[RecordedRun], number: _Number) -> str | None:
    """Return that runs succeed and do nothing any more, where that is so."""
    values = [
        value
        for run in runs
        if run.state is SlotState.SUCCEEDED and (value := number.of(run)) is not None
    ]
    zeros = next((at for at, value in enumerate(reversed(values)) if value), len(values))
    if zeros < _ZEROS_IN_A_ROW or zeros == len(values):
        return None
    usual = statistics.median(values[:-zeros])
    if not usual:
        return None
    return f"0 in the last {zeros} runs that succeeded, before that {number.text(usual)} as a rule."


def _percentile(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * _P95))]


def _top(values: Sequence[float], median: float, p95: float) -> float:
    """Return the number at the upper edge."""
    longest = max(values)
    return min(longest, max(p95 * _TALLEST_OF_USUAL, median)) if p95 > 0 else longest


def _bars(runs: Sequence[RecordedRun], number: _Number, top: float) -> Sequence[Bar]:
    step = WIDTH / max(len(runs), _FEWEST_PLACES)
    found = []
    for place, run in enumerate(runs):
        value = number.of(run)
        if value is None:
            continue
        y = min(_y(value, top), HEIGHT - _LEAST_HEIGHT)
        word = run.state.value.replace("_", " ")
        title = f"{full_text(run.due)}: {word}, {number.text(value)}"
        x, width = round(place * step, 1), round(step - _GAP, 1)
        height, cut = round(HEIGHT - y, 1), value > top
        found.append(Bar(run_path(run.run_id), run.state.value, title, x, width, y, height, cut))
    return found


def _y(value: float, top: float) -> float:
    share = min(max(value, 0.0) / top, 1.0) if top > 0 else 0.0
    return round(HEIGHT * (1 - share), 1)
