"""One action for each of many items: a few at a time, and a failure does not stop the others."""

import asyncio
import inspect
import logging
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
)
from typing import Any, Generic, TypeVar

from rota.model.context import (
    DEFAULT_CONCURRENCY,
    StopRequested,
    current_execution,
    current_items,
    enter_item,
    enter_items,
)
from rota.model.errors import (
    ApiError,
    ApiRejectedError,
    ApiUnavailableError,
    GiveUp,
    ItemsFailedError,
    RequestRefusedError,
    TaskDefinitionError,
    TryAgain,
)
from rota.model.plain import plain_repr, plain_text

_logger = logging.getLogger(__name__)

Item = TypeVar("Item")

_FAILED_KINDS = ("refused", "failed")
_FOR_GOOD = (ApiRejectedError, GiveUp, RequestRefusedError)
# Their text says everything.
_SELF_EXPLAINING = (ApiError, GiveUp, RequestRefusedError, TryAgain)


async def fan_out(
    items: Iterable[Item] | AsyncIterable[Item],
    action: Callable[[Item], Awaitable[Any]],
    *,
    concurrency: int | None = None,
    done: str = "done",
) -> dict[str, int]:
    """Run `action` on every item, at most `concurrency` at once; return counts by outcome.

    The next item is requested when an action can take it, so that an async generator over pages
    holds one page in memory. An error of `items` is raised once the started actions have ended.
    `concurrency` defaults to ROTA_FAN_OUT_CONCURRENCY, or 10 if no settings are read. After a stop
    request the started actions finish, no other begins, and StopRequested is raised.

    The counts are `{done: …, "refused": …, "failed": …}`. Refused items would fail again: the API
    rejected them, or the action raised GiveUp. If items failed, raises ApiRejectedError if all were
    refused, ApiUnavailableError if the API was unavailable for all, the first error if all failed
    for reasons other than the API, else ItemsFailedError. Raises TaskDefinitionError for bad
    arguments.
    """
    _check(items, concurrency, done)
    if concurrency is None:
        execution = current_execution()
        concurrency = DEFAULT_CONCURRENCY if execution is None else execution.concurrency
    source = _as_async(items)
    work = _FanOut(source, action, done)
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work.take_items())
    await source.aclose()
    work.raise_for_errors()
    return work.counts


def _check(items: object, concurrency: Any, done: object) -> None:
    whole = isinstance(concurrency, int) and not isinstance(concurrency, bool)
    if concurrency is not None and not (whole and concurrency >= 1):
        raise TaskDefinitionError(
            f"fan_out: concurrency must be a whole number of 1 or more, not "
            f"{plain_repr(concurrency)}"
        )
    if isinstance(items, str | bytes):
        raise TaskDefinitionError(
            f"fan_out: items is a string, {plain_repr(items, 80)}; pass a list of items"
        )
    if not isinstance(done, str) or done in _FAILED_KINDS:
        raise TaskDefinitionError(
            f"fan_out: done cannot be {plain_repr(done, 80)}: it names a count, next to "
            '"refused" and "failed"'
        )


async def _as_async(items: Iterable[Item] | AsyncIterable[Item]) -> AsyncGenerator[Item, None]:
    if not isinstance(items, AsyncIterable):
        for item in items:
            yield item
        return
    try:
        async for item in items:
            yield item
    finally:
        # Now, rather than when it is garbage collected: it may hold a page.
        close = getattr(items, "aclose", None)
        if close is not None:
            await close()


class _NotAsyncError(TaskDefinitionError):
    """It would be the same for every item, and a plain action may have done its work."""


def _awaitable(returned: Any) -> Awaitable[Any]:
    if inspect.isawaitable(returned):
        return returned
    raise _NotAsyncError(
        f"fan_out: the action returned {plain_repr(returned, 80)}, which cannot be awaited: write "
        "async def"
    )


class _FanOut(Generic[Item]):
    def __init__(
        self, items: AsyncIterator[Item], action: Callable[[Item], Awaitable[Any]], done: str
    ) -> None:
        self._items = items
        self._reading = asyncio.Lock()
        self._action = action
        self._done = done
        self._failures = _Failures()
        # What ended the fan-out before its last item: a stop, or an error of `items`.
        self._cut_off: BaseException | None = None
        self._execution = current_execution()
        self._outer = current_items()
        self.counts: dict[str, int] = {}
        for kind in (done, *_FAILED_KINDS):
            self._add(kind, 0)

    def _add(self, kind: str, number: int) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + number
        if self._execution is not None:
            # So that an interrupted run still reports what all its fan-outs have done.
            total = self._execution.counts
            total[kind] = total.get(kind, 0) + number

    async def take_items(self) -> None:
        """Work on one item after the other, until there are no more."""
        while self._cut_off is None:
            try:
                async with self._reading:
                    enter_items(self._outer)
                    item = await anext(self._items)
            except StopAsyncIteration:
                return
            except (Exception, StopRequested) as error:  # noqa: BLE001 (raised at the end)
                self._cut_off = error
                return
            await self._work_on(item)

    async def _work_on(self, item: Item) -> None:
        try:
            if self._execution is not None:
                self._execution.check_stop()
            # Each worker has its own context, since it is an asyncio task.
            enter_item(self._outer, item)
            await _awaitable(self._action(item))
        except (StopRequested, _NotAsyncError) as end:
            self._cut_off = end
        except _FOR_GOOD as error:
            self._count("refused", error)
        except (ApiError, TryAgain) as error:
            self._count("failed", error)
        except Exception as error:
            self._count("failed", error)
            _logger.exception("fan_out.item_broke")
        else:
            self._add(self._done, 1)

    def _count(self, kind: str, error: Exception) -> None:
        self._add(kind, 1)
        self._failures.add(error)
        if isinstance(error, _SELF_EXPLAINING):
            _logger.warning("fan_out.item_%s", kind, extra={"error": plain_text(error)})

    def raise_for_errors(self) -> None:
        """Raise the error that the counts amount to, if any."""
        if self._cut_off is not None:
            raise self._cut_off
        first = self._failures.first
        if first is None:
            return
        counts = dict(self.counts)
        if counts[self._done]:
            raise ItemsFailedError(_summary(counts, first), counts=counts) from first
        if not counts["failed"] and self._failures.any_is(ApiRejectedError):
            raise ApiRejectedError(
                f"every item was refused for good, first: {plain_text(first)}"
            ) from first
        if self._failures.all_are(ApiUnavailableError):
            raise ApiUnavailableError(
                f"the API was unavailable for every item, first: {plain_text(first)}"
            ) from first
        # Not if only some gave up: another attempt may help the others.
        if self._failures.all_are(GiveUp) or not self._failures.any_is((ApiError, GiveUp)):
            raise first
        raise ItemsFailedError(_summary(counts, first), counts=counts) from first


class _Failures:
    """The first error, and the classes of all: each error would keep its traceback in memory."""

    def __init__(self) -> None:
        self.first: Exception | None = None
        self.classes: set[type[Exception]] = set()

    def add(self, error: Exception) -> None:
        self.first = self.first or error
        self.classes.add(type(error))

    def all_are(self, error_class: type[Exception]) -> bool:
        return all(issubclass(each, error_class) for each in self.classes)

    def any_is(self, error_class: type[Exception] | tuple[type[Exception], ...]) -> bool:
        return any(issubclass(each, error_class) for each in self.classes)


def _summary(counts: dict[str, int], first: Exception) -> str:
    text = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    return f"some items failed: {text}; first: {plain_text(first)}"
