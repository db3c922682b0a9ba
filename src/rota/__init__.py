"""Periodic tasks that call a Business API: what an application imports.

Only the names in `__all__`, and those of modules that the documentation names, are public: they
change or go in a new major version alone, after a release that warns of it. Each is imported when
it is first used, so that a start stays cheap and no import cycle can begin here.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rota.api import BusinessApiClient as BusinessApiClient
    from rota.api.blocking import BlockingClient as BlockingClient
    from rota.model.context import StopRequested as StopRequested
    from rota.model.context import current_run as current_run
    from rota.model.errors import ApiError as ApiError
    from rota.model.errors import ApiRejectedError as ApiRejectedError
    from rota.model.errors import ApiResponseError as ApiResponseError
    from rota.model.errors import ApiUnavailableError as ApiUnavailableError
    from rota.model.errors import ConfigError as ConfigError
    from rota.model.errors import GiveUp as GiveUp
    from rota.model.errors import ItemsFailedError as ItemsFailedError
    from rota.model.errors import RequestRefusedError as RequestRefusedError
    from rota.model.errors import RotaError as RotaError
    from rota.model.errors import TryAgain as TryAgain
    from rota.model.events import HttpAttempt as HttpAttempt
    from rota.model.events import RunFinished as RunFinished
    from rota.model.events import RunLost as RunLost
    from rota.model.events import RunStarted as RunStarted
    from rota.model.events import SlotsSkipped as SlotsSkipped
    from rota.model.exit_codes import ExitCode as ExitCode
    from rota.model.outcome import Outcome as Outcome
    from rota.model.outcome import SkipReason as SkipReason
    from rota.model.result import Result as Result
    from rota.model.run import Run as Run
    from rota.model.run import RunRecord as RunRecord
    from rota.model.run import Trigger as Trigger
    from rota.scheduler import TaskScheduler as TaskScheduler
    from rota.tasks import BaseTask as BaseTask
    from rota.tasks import CleanupTask as CleanupTask
    from rota.tasks import NotificationTask as NotificationTask
    from rota.tasks import register_tasks as register_tasks
    from rota.tasks import task as task
    from rota.tasks.fan_out import fan_out as fan_out

__version__ = "0.1.0"

_MODULES = {
    "rota.api": ["BusinessApiClient"],
    "rota.api.blocking": ["BlockingClient"],
    "rota.model.context": ["StopRequested", "current_run"],
    "rota.model.errors": [
        "ApiError",
        "ApiRejectedError",
        "ApiResponseError",
        "ApiUnavailableError",
        "ConfigError",
        "GiveUp",
        "ItemsFailedError",
        "RequestRefusedError",
        "RotaError",
        "TryAgain",
    ],
    "rota.model.events": ["HttpAttempt", "RunFinished", "RunLost", "RunStarted", "SlotsSkipped"],
    "rota.model.exit_codes": ["ExitCode"],
    "rota.model.outcome": ["Outcome", "SkipReason"],
    "rota.model.result": ["Result"],
    "rota.model.run": ["Run", "RunRecord", "Trigger"],
    "rota.scheduler": ["TaskScheduler"],
    "rota.tasks": [
        "BaseTask",
        "CleanupTask",
        "NotificationTask",
        "fan_out",
        "register_tasks",
        "task",
    ],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted([*_HOMES, "__version__"])  # noqa: PLE0605 (pinned by tests/test_public_names.py)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'rota' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
