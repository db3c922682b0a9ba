"""Prometheus metrics of a process: counted from events, and read from its state at each scrape.

What is counted is kept in plain numbers and handed to prometheus-client when somebody scrapes. So
nothing of it is global, counting costs a run no more than a dictionary does, and there are no
`_created` series, which would double the counters.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family

from rota.model.events import HttpAttempt, RunEvent, RunFinished, RunLost, RunStarted, SlotsSkipped
from rota.model.outcome import SkipReason
from rota.model.slot import SlotState
from rota.observers.gauges import gauges_of
from rota.observers.metric_table import METRICS, Metric
from rota.observers.readings import Reading
from rota.observers.tallies import Counts, Distribution

OUTCOMES = (
    SlotState.SUCCEEDED,
    SlotState.FAILED,
    SlotState.TIMED_OUT,
    SlotState.INTERRUPTED,
    SlotState.LOST,
)
PING_RESULTS = ("delivered", "failed", "dropped")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_STATUS_CLASSES = ("2xx", "3xx", "4xx", "5xx", "error")
# A count is named by the application: what it calls each order must not become a series each.
MOST_RESULTS_OF_A_TASK = 10
OTHER_RESULTS = "other"
_DURATION_BOUNDS = (0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)
_LATENESS_BOUNDS = (0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)


class Metrics:
    """An observer that counts, and the text of all metrics for a scraper.

    `mode` is `scheduler` or `console`. The console, which has no events of this process, calls
    `run_started`, `run_ended` and `count` itself. All of it from any thread.
    """

    def __init__(self, *, version: str, mode: str) -> None:
        self._build = (version, mode)
        self._counts = {
            name: Counts() for name, metric in METRICS.items() if metric.kind == "counter"
        }
        self._distributions = {
            "rota_run_duration_seconds": Distribution(_DURATION_BOUNDS),
            "rota_run_lateness_seconds": Distribution(_LATENESS_BOUNDS),
        }
        self._tasks: set[str] = set()
        self._results: dict[str, set[str]] = {}
        self._counts["rota_leader_transitions_total"].expect([()])
        self._counts["rota_pings_total"].expect((result,) for result in PING_RESULTS)
        self._counts["rota_http_requests_total"].expect(
            (method, status) for method in _METHODS for status in _STATUS_CLASSES
        )

    def expect_task(self, task: str, results: Iterable[str] = ()) -> None:
        """Have all counters of a task at 0; `results` are the names of what it counts, as known.

        Tasks of a reading are expected without being asked for.
        """
        self._tasks.add(task)
        runs = self._counts["rota_task_runs_total"]
        runs.expect((task, outcome.value) for outcome in OUTCOMES)
        skipped = self._counts["rota_task_slots_skipped_total"]
        skipped.expect((task, reason.value) for reason in SkipReason)
        items = self._counts["rota_task_items_total"]
        items.expect((task, self._result_label(task, result)) for result in results)

    def __call__(self, event: RunEvent) -> None:
        """Count what has happened in this process."""
        match event:
            case RunStarted(_, lateness_seconds):
                self.run_started(lateness_seconds)
            case RunFinished(record):
                outcome = SlotState(record.outcome.value)
                self.run_ended(record.run.task, outcome, record.duration_seconds, record.counts)
            case SlotsSkipped():
                labels = (event.task, event.reason.value)
                self.count("rota_task_slots_skipped_total", *labels, by=event.count)
            case RunLost(task):
                self.run_ended(task, SlotState.LOST)
            case HttpAttempt():
                self.count("rota_http_requests_total", event.method, event.status_class)

    def run_started(self, lateness_seconds: float) -> None:
        """Count that a run has started so long after its slot."""
        self._distributions["rota_run_lateness_seconds"].add(lateness_seconds)

    def run_ended(
        self,
        task: str,
        outcome: SlotState,
        duration_seconds: float | None = None,
        counts: Mapping[str, Any] | None = None,
    ) -> None:
        """Count the end of a run, and what the run itself has counted."""
        self.count("rota_task_runs_total", task, outcome.value)
        if duration_seconds is not None:
            self._distributions["rota_run_duration_seconds"].add(duration_seconds)
        for result, number in numbers_among(counts or {}):
            label = self._result_label(task, result)
            self.count("rota_task_items_total", task, label, by=number)

    def count(self, metric: str, *labels: str, by: float = 1) -> None:
        """Count `by` more of a counter of the table, its `labels` in the table's order."""
        self._counts[metric].add(labels, by)

    def render(self, accept: str, reading: Reading) -> tuple[bytes, str]:
        """Return the text for a scraper that accepts `accept`, and its content type.

        `reading` is what holds now. Takes some 10 µs for each series: not for an event loop.
        """
        encode, content_type = choose_encoder(accept)
        return encode(_Exposed(self, reading)), content_type

    def families(self, reading: Reading) -> Iterator[Family]:
        """Yield every family of the table, those without series too."""
        for task in reading.tasks:
            if task.task not in self._tasks:
                self.expect_task(task.task)
        gauges = gauges_of(reading)
        for name, metric in METRICS.items():
            match metric.kind:
                case "counter":
                    yield _counter(metric, self._counts[name].values())
                case "gauge":
                    yield _gauge(metric, gauges[name])
                case "histogram":
                    numbers, total = self._distributions[name].buckets()
                    yield HistogramMetricFamily(
                        name, metric.about, buckets=numbers, sum_value=total
                    )
                case "info":
                    yield _info(metric, self._facts(metric, reading))

    def _facts(self, metric: Metric, reading: Reading) -> Sequence[Sequence[str]]:
        if metric.name == "rota_build_info":
            return [self._build]
        return [(each.task, each.schedule, each.time_zone) for each in reading.tasks]

    def _result_label(self, task: str, result: str) -> str:
        known = self._results.setdefault(task, set())
        if result not in known:
            if len(known) >= MOST_RESULTS_OF_A_TASK:
                return OTHER_RESULTS
            known.add(result)
        return result


@dataclass(frozen=True, slots=True)
class _Exposed:
    """What an encoder of prometheus-client takes for a registry."""

    metrics: Metrics
    reading: Reading

    def collect(self) -> Iterable[Family]:
        return self.metrics.families(self.reading)


def numbers_among(counts: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield what can be added up of a run's counts: numbers that are not negative."""
    for name, value in counts.items():
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            yield name, value


def _counter(metric: Metric, values: Mapping[tuple[str, ...], float]) -> Family:
    family = CounterMetricFamily(metric.name, metric.about, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _gauge(metric: Metric, values: Iterable[tuple[tuple[str, ...], float]]) -> Family:
    family = GaugeMetricFamily(metric.name, metric.about, labels=metric.labels)
    for labels, value in values:
        family.add_metric(labels, value)
    return family


def _info(metric: Metric, facts: Iterable[Sequence[str]]) -> Family:
    # The class adds the ending `_info` itself.
    family = InfoMetricFamily(metric.name.removesuffix("_info"), metric.about, labels=())
    for values in facts:
        family.add_metric((), dict(zip(metric.labels, values, strict=True)))
    return family
