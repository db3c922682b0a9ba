"""Answers from a scheduler's or a console's JSON API."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from rota.model.clock import instant, rfc3339
from rota.model.errors import ConfigError
from rota.model.slot import SlotState
from rota.net.page import ask_page


class RemoteSource:
    """What `rota.cli.sources.Source` says, from the page at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def overview(self) -> Mapping[str, Any]:
        """Return how all tasks are doing, problems first."""
        answer = ask_page(self._url, "api/v1/tasks")
        self._items(answer)
        return answer

    def runs(
        self, *, task: str | None, states: Sequence[SlotState], limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Return runs, the newest first."""
        parameters = [("state", state.value) for state in states]
        if task is not None:
            parameters.append(("task", task))
        return self._items(ask_page(self._url, "api/v1/runs", [*parameters, ("limit", str(limit))]))

    def slots(self, task: str, first: int, last: int) -> Sequence[Mapping[str, Any]]:
        """Return what became of a task's slots between two epoch times, both included."""
        path = f"api/v1/tasks/{quote(task, safe='')}/slots"
        found: list[Mapping[str, Any]] = []
        since: str | None = rfc3339(instant(first))
        while since is not None:
            parameters = [("from", since), ("to", rfc3339(instant(last)))]
            answer = ask_page(self._url, path, parameters)
            page = self._items(answer)
            found += page
            since = answer.get("next") if page else None
        return found

    def explain(self, task: str, slot: int) -> Mapping[str, Any]:
        """Say why a slot ran or did not."""
        at = quote(rfc3339(instant(slot)))
        return ask_page(self._url, f"api/v1/tasks/{quote(task, safe='')}/slots/{at}")

    def _items(self, answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        items = answer.get("items")
        if not isinstance(items, list):
            raise ConfigError(f"{self._url} is not a page of rota: its answer has no items")
        return items
