"""Everything that rota raises on purpose, by who has to act.

    RotaError                       1   base class; never raised itself
    ├── ConfigError                 2   the operator must fix something; nothing was run
    │   ├── UsageError              2   a command's argument
    │   ├── SettingsError           2   an environment variable, `.env` or secret file
    │   ├── ScheduleError           2   a schedule, time zone or interval
    │   ├── TaskDefinitionError     2   a task's class, name or attributes; duplicates; imports
    │   ├── UnknownTaskError        2   an unknown task name
    │   └── NotNowError             2   something else must end first
    ├── RequestRefusedError         1   the task's author: a URL or id that the client will not send
    ├── ApiError                        the Business API, or the network
    │   ├── ApiRejectedError        3   it refused for good
    │   │   └── ApiResponseError    3   the answer has another shape than agreed
    │   └── ApiUnavailableError     4   it cannot be reached, or is unavailable
    ├── ItemsFailedError            6   some items failed, the others are done
    ├── GiveUp                      7   raised by a task: another attempt would not help
    └── TryAgain                    8   raised by a task: another attempt may help

Each class has the exit code that `rota run` ends with (see `rota.model.exit_codes`).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from rota.model.exit_codes import ExitCode
from rota.model.plain import plain_repr

_LONGEST_WAIT_SECONDS = 366 * 86_400


class RotaError(Exception):
    """Base class of rota's errors."""

    exit_code: ClassVar[ExitCode] = ExitCode.TASK_FAILED


class ConfigError(RotaError):
    """Settings, arguments or tasks cannot be used; another attempt will not help."""

    exit_code = ExitCode.USAGE


class UsageError(ConfigError):
    """An argument of a command cannot be used."""


class NotThereError(UsageError):
    """What was asked about is not there: not yet, or not any more."""


class ForbiddenError(UsageError):
    """What was asked for may not be done there, or not by this reader."""


class SettingsError(ConfigError):
    """The value of a setting is not allowed. The text never contains a secret."""


class ScheduleError(ConfigError, ValueError):
    """A schedule, time zone or interval is refused, or never fires."""


class TaskDefinitionError(ConfigError):
    """A task cannot be imported, has a bad or taken name, or a bad attribute."""


class UnknownTaskError(ConfigError):
    """No task has this name."""


class NotNowError(ConfigError):
    """What was asked for is allowed, and cannot be done now: something else must end first."""


class RequestRefusedError(RotaError, ValueError):
    """The client will not send this: another origin, a path that escapes, an id with a slash."""


class ApiError(RotaError):
    """The Business API did not do what was asked. `status` is None where no answer arrived."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ApiRejectedError(ApiError):
    """Refused for good: 4xx other than 408, 425 and 429, or a certificate that does not verify."""

    exit_code = ExitCode.API_REJECTED


class ApiResponseError(ApiRejectedError):
    """The answer is complete but not as agreed: not JSON, or JSON of another shape."""


class ApiUnavailableError(ApiError):
    """Unreachable, 408, 425, 429, 5xx, or a cut or undecodable body, after all retries."""

    exit_code = ExitCode.API_UNAVAILABLE


class ItemsFailedError(RotaError):
    """Some items failed, the others are done; `counts` has the numbers."""

    exit_code = ExitCode.ITEMS_FAILED

    def __init__(self, message: str, *, counts: Mapping[str, int] | None = None) -> None:
        super().__init__(message)
        self.counts = dict(counts or {})


class GiveUp(RotaError):  # noqa: N818 (named for readability in tasks, like StopIteration)
    """Raised by a task: another attempt would not help. Only its text is reported."""

    exit_code = ExitCode.GAVE_UP


class TryAgain(RotaError):  # noqa: N818 (as above)
    """Raised by a task: another attempt may help, `after` so many seconds or a timedelta.

    Without `after` the waits are those of a Job. `after_seconds` is what was asked for. Raises
    ValueError for anything but a time from 0 to a year.
    """

    exit_code = ExitCode.ASKED_TO_TRY_AGAIN
    after_seconds: float | None = None

    def __init__(self, *args: object, after: float | timedelta | None = None) -> None:
        super().__init__(*args)
        if after is not None:
            self.after_seconds = _seconds(after)


def _seconds(after: object) -> float:
    seconds = after.total_seconds() if isinstance(after, timedelta) else after
    if (
        isinstance(seconds, int | float)
        and not isinstance(seconds, bool)
        and 0 <= seconds <= _LONGEST_WAIT_SECONDS
    ):
        return float(seconds)
    raise ValueError(
        f"TryAgain(after={plain_repr(after, 80)}) is not allowed: write seconds, from 0 to a year, "
        "or a timedelta"
    )
