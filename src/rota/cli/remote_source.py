"""Answers from a scheduler's or a console's JSON API."""

import functools
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rota.model.clock import instant, rfc3339
from rota.model.errors import ConfigError
from rota.model.slot import SlotState
from rota.net.page import ask_page

_MOST_TASKS = "500"
_TASK = frozenset({"name", "state", "words", "strip", "last_run", "next_slots", "reason"})
_RUN = frozenset(
    {"run_id", "task", "slot", "trigger", "state", "started_at", "lateness_seconds"}
    | {"duration_seconds", "exit_code", "reason"}
)
_SLOT = frozenset({"at", "state", "reason"})
_EXPLANATION = frozenset({"at", "local", "state", "why"})


class RemoteSource:
    """What `rota.cli.sources.Source` says, from the page at `url`."""

    def __init__(self, url: str, secret_file: Path | None = None) -> None:
        """`secret_file` says who we are where the page asks: see `rota.net.page`."""
        self._url = url
        self._ask = functools.partial(ask_page, url, secret_file=secret_file)

    def overview(self) -> Mapping[str, Any]:
        """Return how all tasks are doing, problems first."""
        parameters = [("sort", "name"), ("limit", _MOST_TASKS)]
        answer = dict(self._ask("api/v1/tasks", parameters))
        found = list(self._items(answer, _TASK))
        while answer.get("next"):
            after = [*parameters, ("cursor", str(answer["next"]))]
            answer = dict(self._ask("api/v1/tasks", after))
            found += self._items(answer, _TASK)
        places = {state: place for place, state in enumerate(answer.get("counts") or ())}
        # Asked for by name: then none is missed whose state changes between two pages.
        found.sort(key=lambda item: (places.get(item["state"], len(places)), item["name"]))
        return {**answer, "items": found}

    def runs(
        self, *, task: str | None, states: Sequence[SlotState], limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Return runs, the newest first."""
        parameters = [("state", state.value) for state in states]
        if task is not None:
            parameters.append(("task", task))
        answer = self._ask("api/v1/runs", [*parameters, ("limit", str(limit))])
        return self._items(answer, _RUN)

    def slots(self, task: str, first: int, last: int) -> Sequence[Mapping[str, Any]]:
        """Return what became of a task's slots between two epoch times, both included."""
        path = f"api/v1/tasks/{quote(task, safe='')}/slots"
        found: list[Mapping[str, Any]] = []
        since: str | None = rfc3339(instant(first))
        while since is not None:
            parameters = [("from", since), ("to", rfc3339(instant(last)))]
            answer = self._ask(path, parameters)
            page = self._items(answer, _SLOT)
            found += page
            since = answer.get("next") if page else None
        return found

    def explain(self, task: str, slot: int) -> Mapping[str, Any]:
        """Say why a slot ran or did not."""
        at = quote(rfc3339(instant(slot)))
        answer = self._ask(f"api/v1/tasks/{quote(task, safe='')}/slots/{at}")
        return self._with(answer, _EXPLANATION)

    def _items(
        self, answer: Mapping[str, Any], names: AbstractSet[str]
    ) -> Sequence[Mapping[str, Any]]:
        items = answer.get("items")
        if not isinstance(items, list):
            raise ConfigError(f"{self._url} is not a page of rota: its answer has no items")
        return [self._with(item, names) for item in items]

    def _with(self, answer: Any, names: AbstractSet[str]) -> Mapping[str, Any]:
        """Return the answer, which has `names`: those that the commands show."""
        missing = sorted(names - answer.keys()) if isinstance(answer, dict) else sorted(names)
        if missing:
            raise ConfigError(
                f"{self._url} is not a page of rota, or of another version: an answer has no "
                f"{', '.join(missing)}"
            )
        return dict(answer)
