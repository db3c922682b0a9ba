"""Where a backfill's runs are: here, or in a cluster, and what is known of the slots there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from rota.cli.cluster import tell
from rota.model.errors import ConfigError, UsageError
from rota.settings import Settings, load_settings, setup_logging

if TYPE_CHECKING:
    from rota.schedules import Schedule
    from rota.tasks.definition import TaskDefinition

Slots = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a task is run: here, or in a cluster.

    `key` is what its runs are remembered by, `options` name the place in a command. `known` says
    what is known of the slots between two epoch times, `run` runs the task for some.
    """

    schedule: "Schedule"
    key: str
    options: Sequence[str]
    known: Callable[[int, int], Slots]
    run: Callable[..., int]


def place_of(
    task: str,
    *,
    url: str | None,
    in_cluster: bool,
    namespace: str | None,
    context: str | None,
    instance: str | None,
    as_json: bool,
) -> Place:
    """Return where the options of a command have `task` run. Raises RotaError."""
    named = {"namespace": namespace, "context": context, "instance": instance}
    if in_cluster:
        return _cluster(task, url, named, as_json=as_json)
    for name, value in named.items():
        if value is not None:
            raise UsageError(f"--{name} requires --in-cluster")
    return _here(task, url)


def _here(name: str, url: str | None) -> Place:
    from rota.processes.backfill import run_slots  # noqa: PLC0415 (--help works without)
    from rota.tasks.discovery import discover  # noqa: PLC0415

    settings = load_settings()
    setup_logging()
    task = discover(settings).get(name)
    # Again, since a module may have set up logging of its own while it was imported.
    setup_logging()
    return Place(
        schedule=task.schedule,
        key=name,
        options=[] if url is None else ["--url", url],
        known=lambda first, last: _known(settings, task, url, first, last),
        run=partial(run_slots, task, settings),
    )


def _cluster(
    name: str, url: str | None, named: Mapping[str, str | None], *, as_json: bool
) -> Place:
    from rota.cli.cluster_backfill import ClusterBackfill  # noqa: PLC0415 (as there)

    jobs = ClusterBackfill(name, as_json=as_json, **named)
    schedule = jobs.find()
    given = {"url": url, **named}.items()
    options = [part for key, value in given if value for part in (f"--{key}", value)]

    def known(first: int, last: int) -> Slots:
        if url is None:
            tell("which slots have succeeded is not known; a console knows, with --url")
            return ()
        return _known_to_page(url, name, first, last)

    return Place(schedule, jobs.key, ["--in-cluster", *options], known, jobs.run)


def _known_to_page(url: str, task: str, first: int, last: int) -> Slots:
    from rota.cli.remote_source import RemoteSource  # noqa: PLC0415 (HTTP: where asked for)

    return RemoteSource(url, load_settings().web_secret_file).slots(task, first, last)


def _known(
    settings: Settings, task: "TaskDefinition", url: str | None, first: int, last: int
) -> Slots:
    """Return what a page knows of the slots, or the ledger; of no ledger, nothing."""
    if url is not None:
        return _known_to_page(url, task.name, first, last)
    from rota.app import open_board  # noqa: PLC0415 (as there)
    from rota.cli.local_source import LocalSource  # noqa: PLC0415

    try:
        source = LocalSource(open_board(settings, [task]))
    except ConfigError as error:
        tell(f"{error}: which slots have succeeded is not known; a page knows, with --url")
        return ()
    return source.slots(task.name, first, last)
