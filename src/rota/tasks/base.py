"""The base class of tasks: a name, a schedule, and what to do."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from rota.model.context import current_run, definition_of
from rota.model.run import Run
from rota.model.task_fields import TASK_FIELD_BY_NAME

if TYPE_CHECKING:
    from rota.api import BusinessApiClient
    from rota.model.result import Result


# The client that `execute` is called with. A string, since importing the class imports httpx.
ClientT_contra = TypeVar("ClientT_contra", contravariant=True, default="BusinessApiClient")


class BaseTask(ABC, Generic[ClientT_contra]):
    """A named unit of work, run to completion by `rota run` or once per slot by the scheduler.

    `BaseTask[ShopClient]` types `api_client` for an application's client, see ROTA_API_CLIENT. A
    subclass sets what differs from the defaults; `rota.model.task_fields` has the meaning and the
    bounds of each attribute. None means the default. `formerly` are the names that a task had.
    """

    name: str = "base_task"
    formerly: tuple[str, ...] = ()
    # fields: written by `make generate` from rota.model.task_fields
    interval_seconds: int = 60
    schedule: str | None = None
    timezone: str | None = None
    splay_minutes: int | None = None
    run_on_start: bool = False
    timeout_seconds: float | None = None
    overlap: str | None = None
    catch_up_seconds: int | None = None
    catch_up: str | None = None
    backoff_limit: int | None = None
    shards: int | None = None
    enabled: bool | None = None
    suspend: bool | None = None
    # end of fields

    # Not for type checkers: to them a class that has this has every attribute.
    if not TYPE_CHECKING:

        def __getattribute__(self, name: str) -> Any:
            """Return the attribute; inside `execute`, the resolved value of a task's field.

            Nothing is written to the object, which may be frozen, have slots, or be registered
            twice: each run sees the values of its own registration.
            """
            if name in TASK_FIELD_BY_NAME:
                task = definition_of(self)
                if task is not None:
                    return task.value_of(name)
            return super().__getattribute__(name)

    @cached_property
    def logger(self) -> logging.Logger:
        """A standard logger with the class's name; a subclass may set another."""
        # Not in __init__, which a dataclass or another subclass may never call.
        return logging.getLogger(type(self).__name__)

    @property
    def run(self) -> Run:
        """The current run: its slot, run id, trigger, deadline, shard index and count.

        Raises RuntimeError outside `execute`.
        """
        return current_run()

    if TYPE_CHECKING:

        @abstractmethod
        def execute(
            self, api_client: ClientT_contra
        ) -> "Awaitable[Mapping[str, int] | Result | None] | Mapping[str, int] | Result | None":
            """As below."""

    else:

        @abstractmethod
        async def execute(self, api_client: Any) -> Any:
            """Do the work of one run. The result is logged, and part of the termination message.

            A plain `def` works too: it runs in a thread, with a blocking client. Any exception
            ends the run as failed; docs/exit-codes.md has the meaning of each class.
            """

    async def __call__(self, api_client: ClientT_contra) -> "Mapping[str, int] | Result | None":
        """Run `execute`, so that a task can be registered as a plain handler."""
        returned: Any = self.execute(api_client)
        return await returned if hasattr(returned, "__await__") else returned  # type: ignore[no-any-return]  # as execute says
