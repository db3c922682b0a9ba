"""One action for each of many items: bounded, and one bad item does not stop the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from rota.model.context import (
    DEFAULT_CONCURRENCY,
    StopRequested,
    current_execution,
    current_items,
    enter_item,
)
from rota.model.errors import (
    ApiError,
    ApiRejectedError,
    ApiUnavailableError,
    ItemsFailedError,
    RequestRefusedError,
    TaskDefinitionError,
)
from rota.model.plain import plain_repr, plain_text

_logger = logging.getLogger(__name__)

Item = TypeVar("Item")

_FAILED_KINDS = ("refused", "failed")


async def fan_out(
    items: Iterable[Item],
    action: Callable[[Item], Awaitable[Any]],
    *,
    concurrency: int | None = None,
    done: str = "done",
) -> dict[str, int]:
    """Run `action` on every item, at most `concurrency` at once; return counts by outcome.

    Without `concurrency` it is ROTA_FAN_OUT_CONCURRENCY, or 10 where no settings are read. The
    counts are `{done: …, "refused": …, "failed": …}`, where refused is for good. Where items
    failed, raises ApiRejectedError if every single one was refused, ApiUnavailableError if the API
    was out of reach for every one, the first error if every one broke for a reason of the task's
    own, else ItemsFailedError. After a stop request the actions under way finish, no other is
    started, and StopRequested is raised. TaskDefinitionError for arguments that cannot be meant.
    """
    _check(items, concurrency, done)
    if concurrency is None:
        execution = current_execution()
        concurrency = DEFAULT_CONCURRENCY if execution is None else execution.concurrency
    work = _FanOut(iter(items), action, done)
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work.take_items())
    work.raise_for_errors()
    return work.counts


def _check(items: object, concurrency: Any, done: object) -> None:
    whole = isinstance(concurrency, int) and not isinstance(concurrency, bool)
    if concurrency is not None and not (whole and concurrency >= 1):
        raise TaskDefinitionError(
            f"fan_out: concurrency must be a whole number of 1 or more, not "
            f"{plain_repr(concurrency)}: with none at once no item would be done"
        )
    if isinstance(items, str | bytes):
        raise TaskDefinitionError(
            f"fan_out: items is one text, {plain_repr(items, 80)}; give a list of items"
        )
    if not isinstance(done, str) or done in _FAILED_KINDS:
        raise TaskDefinitionError(
            f"fan_out: done cannot be {plain_repr(done, 80)}: it names the count of what was "
            'done, beside "refused" and "failed"'
        )


class _FanOut(Generic[Item]):
    def __init__(
        self, items: Iterator[Item], action: Callable[[Item], Awaitable[Any]], done: str
    ) -> None:
        self._items = items
        self._action = action
        self._done = done
        self._errors: list[Exception] = []
        self._stopped: StopRequested | None = None
        self._execution = current_execution()
        self._outer = current_items()
        self.counts: dict[str, int] = {}
        for kind in (done, *_FAILED_KINDS):
            self._add(kind, 0)

    def _add(self, kind: str, number: int) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + number
        if self._execution is not None:
            # So that a run which is cut off still says what was done, by all its fan-outs.
            total = self._execution.counts
            total[kind] = total.get(kind, 0) + number

    async def take_items(self) -> None:
        execution = self._execution
        for item in self._items:
            try:
                if execution is not None:
                    execution.check_stop()
                # This worker's own context: each is an asyncio task.
                enter_item(self._outer, item)
                await self._action(item)
            except StopRequested as stop:
                self._stopped = stop
                return
            except (ApiRejectedError, RequestRefusedError) as error:
                self._count("refused", error)
            except ApiError as error:
                self._count("failed", error)
            except Exception as error:
                self._count("failed", error)
                _logger.exception("fan_out.item_broke")
            else:
                self._add(self._done, 1)

    def _count(self, kind: str, error: Exception) -> None:
        self._add(kind, 1)
        self._errors.append(error)
        if isinstance(error, ApiError | RequestRefusedError):
            _logger.warning("fan_out.item_%s", kind, extra={"error": plain_text(error)})

    def raise_for_errors(self) -> None:
        if self._stopped is not None:
            raise self._stopped
        if not self._errors:
            return
        counts = dict(self.counts)
        first = self._errors[0]
        if counts[self._done]:
            raise ItemsFailedError(_summary(counts, first), counts=counts) from first
        refused = len(self._errors) == counts["refused"]
        if refused and any(isinstance(each, ApiRejectedError) for each in self._errors):
            raise ApiRejectedError(
                f"every item was refused for good, first: {plain_text(first)}"
            ) from first
        if all(isinstance(each, ApiUnavailableError) for each in self._errors):
            raise ApiUnavailableError(f"no item got through, first: {plain_text(first)}") from first
        if not any(isinstance(each, ApiError) for each in self._errors):
            raise first
        raise ItemsFailedError(_summary(counts, first), counts=counts) from first


def _summary(counts: dict[str, int], first: Exception) -> str:
    text = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    return f"some items failed: {text}; first: {plain_text(first)}"
