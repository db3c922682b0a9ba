"""The tasks of a release as its CronJobs say them: what the console shows. No I/O."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rota.kubernetes.watching.cronjobs import CronJobSpan, span_of_facts
from rota.kubernetes.watching.spec_changes import SpecChange, changes_of
from rota.ledger.console_notes import SeenSpec
from rota.model.errors import ScheduleError
from rota.model.task_fields import TASK_FIELD_BY_NAME, Overlap
from rota.schedules import ChangingSchedule, Stretch, load_zone
from rota.schedules.every import Every
from rota.settings import value_of
from rota.tasks.definition import TaskDefinition, default_timeout_seconds

# How long a task is shown whose CronJob is gone: as long as its runs are kept.
GONE_SECONDS = 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTask(TaskDefinition):
    """A task whose runs a CronJob starts, elsewhere; its code is not known here.

    `cronjob` is the CronJob's name. `job_seconds` is how long one of its Jobs may take with all
    attempts, None where there is no limit. `gone_since` is when the CronJob was deleted. `labels`
    are those that the application gave the CronJob, `changes` what it said otherwise before.
    """

    cronjob: str
    job_seconds: float | None = None
    gone_since: float | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    changes: tuple[SpecChange, ...] = ()

    @property
    def budget_seconds(self) -> float:
        """How long a run may take, with all its attempts."""
        return self.timeout_seconds if self.job_seconds is None else self.job_seconds


class SeenTasks:
    """The tasks by name, from the histories of their CronJobs."""

    def __init__(self) -> None:
        self._spans: defaultdict[str, dict[str, Sequence[CronJobSpan]]] = defaultdict(dict)
        self._tasks: dict[str, SeenTask] = {}

    def note(self, task: str, cronjob: str, spans: Sequence[CronJobSpan]) -> None:
        """Take note of the history of a CronJob, by name, as it is now."""
        self._spans[task][cronjob] = spans
        self._tasks.pop(task, None)

    def all(self, now: float) -> Sequence[SeenTask]:
        """Return the tasks in the order of their names.

        Those whose CronJobs have been gone for a month at the epoch time `now` are left out.
        """
        for task in self._spans.keys() - self._tasks.keys():
            self._tasks[task] = seen_task(task, _decisive(self._spans[task].values()))
        found = (self._tasks[task] for task in sorted(self._tasks))
        return [each for each in found if now - (each.gone_since or now) < GONE_SECONDS]


def tasks_of_specs(specs: Iterable[SeenSpec], now: float) -> Sequence[SeenTask]:
    """Return the tasks that a ledger tells of, as `SeenTasks` does."""
    histories: defaultdict[tuple[str, str], list[CronJobSpan]] = defaultdict(list)
    for spec in specs:
        histories[spec.task, spec.name].append(span_of_facts(spec.facts))
    tasks = SeenTasks()
    for (task, name), spans in histories.items():
        tasks.note(task, name, spans)
    return tasks.all(now)


def _decisive(histories: Iterable[Sequence[CronJobSpan]]) -> Sequence[CronJobSpan]:
    """Return the history of the CronJob that is there, else of the one that was last there."""
    return max(histories, key=lambda spans: (not spans[-1].is_gone, spans[-1].since))


def seen_task(name: str, spans: Sequence[CronJobSpan]) -> SeenTask:
    """Return the task that a CronJob runs, from what it said; `spans` has one or more."""
    last = spans[-1]
    said = last.said
    settings: Mapping[str, str] = said.get("settings") or {}
    rule = last.rule()
    interval = rule.delay_seconds if isinstance(rule, Every) else said.get("interval_seconds")
    deadline = last.starting_deadline_seconds
    return SeenTask(
        name=name,
        handler=_in_its_pods,
        schedule=_schedule(spans),
        interval_seconds=interval,
        splay_minutes=_setting("splay_minutes", settings),
        run_on_start=_setting("run_on_start", settings),
        timeout_seconds=_setting("timeout_seconds", settings) or default_timeout_seconds(interval),
        overlap=_overlap(said),
        catch_up_seconds=_setting("catch_up_seconds", {}) if deadline is None else deadline,
        catch_up=_setting("catch_up", settings),
        backoff_limit=_number(said, "backoff_limit"),
        shards=_number(said, "shards"),
        enabled=True,
        suspend=last.suspended and not last.is_gone,
        explicit_fields=frozenset(),
        source=f"CronJob {last.name}",
        formerly=tuple(said.get("formerly") or ()),
        cronjob=last.name,
        job_seconds=said.get("job_seconds"),
        gone_since=last.since if last.is_gone else None,
        labels=said.get("labels") or {},
        changes=changes_of(spans),
    )


def _schedule(spans: Sequence[CronJobSpan]) -> ChangingSchedule:
    last = spans[-1]
    stretches: list[Stretch] = []
    for span in spans:
        rule = span.rule()
        # Each new image begins a span, and most of them say the same of when: `@every` alone
        # counts from something else then.
        if not stretches or isinstance(rule, Every) or rule != stretches[-1].rule:
            stretches.append(Stretch(span.since, rule, span.anchor))
    return ChangingSchedule(last.schedule, _known_zone(last.time_zone), tuple(stretches))


def _known_zone(name: str) -> str:
    """Return the zone; UTC for one that only the cluster knows, and in which nothing fires here."""
    try:
        load_zone(name)
    except ScheduleError:
        return "Etc/UTC"
    return name


def _setting(field: str, settings: Mapping[str, str]) -> Any:
    """Return a field as the pods are told it; its default where they are told nothing usable."""
    known = TASK_FIELD_BY_NAME[field]
    value = value_of(field, settings[field]) if field in settings else None
    return value if isinstance(value, known.type) else known.default


def _overlap(said: Mapping[str, Any]) -> Overlap:
    return next((each for each in Overlap if each.value == said.get("overlap")), Overlap.ALLOW)


def _number(said: Mapping[str, Any], field: str) -> int:
    value = said.get(field)
    return value if isinstance(value, int) else int(TASK_FIELD_BY_NAME[field].default)


def _in_its_pods() -> None:
    raise NotImplementedError
