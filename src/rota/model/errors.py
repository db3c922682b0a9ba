"""Everything that rota raises on purpose, split by who has to act.

    RotaError                       1   root; never raised itself
    ├── ConfigError                 2   the operator: fix what was written, nothing was run
    │   ├── UsageError              2   a command's argument
    │   ├── SettingsError           2   an environment variable, `.env` or secret file
    │   ├── ScheduleError           2   a schedule, time zone or interval
    │   ├── TaskDefinitionError     2   a task's class, name or attributes; duplicates; imports
    │   └── UnknownTaskError        2   a name that no task has
    ├── RequestRefusedError         1   the task's author: a URL or id that the client will not send
    ├── ApiError                        the Business API, or the way to it
    │   ├── ApiRejectedError        3   it said no for good
    │   │   └── ApiResponseError    3   it answered with something that is not what was agreed
    │   └── ApiUnavailableError     4   it could not be reached, or not now
    ├── ItemsFailedError            6   some items failed, the others are done
    ├── GiveUp                      7   raised by a task: another try would end the same way
    └── TryAgain                    8   raised by a task: another try may go well

Each class carries the exit code that `rota run` ends with (see `rota.model.exit_codes`).
"""

from collections.abc import Mapping
from typing import ClassVar

from rota.model.exit_codes import ExitCode


class RotaError(Exception):
    """Root of the tree."""

    exit_code: ClassVar[ExitCode] = ExitCode.TASK_FAILED


class ConfigError(RotaError):
    """Something that was written down cannot be used; running again will not help."""

    exit_code = ExitCode.USAGE


class UsageError(ConfigError):
    """A command was given an argument that it cannot use."""


class SettingsError(ConfigError):
    """A setting has a value that is not allowed. The text never holds a secret's value."""


class ScheduleError(ConfigError, ValueError):
    """A schedule, time zone or interval is refused, or never fires."""


class TaskDefinitionError(ConfigError):
    """A task cannot be imported, is named badly or twice, or states an impossible attribute."""


class UnknownTaskError(ConfigError):
    """No task has this name."""


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
    """The answer arrived whole and is not what was agreed: no JSON, or JSON of the wrong shape."""


class ApiUnavailableError(ApiError):
    """Out of reach, 408, 425, 429, 5xx, or a cut or undecodable body, after all retries."""

    exit_code = ExitCode.API_UNAVAILABLE


class ItemsFailedError(RotaError):
    """Some items failed and the others are done; `counts` says how many of each."""

    exit_code = ExitCode.ITEMS_FAILED

    def __init__(self, message: str, *, counts: Mapping[str, int] | None = None) -> None:
        super().__init__(message)
        self.counts = dict(counts or {})


class GiveUp(RotaError):  # noqa: N818 (a word that a task's author writes, as StopIteration)
    """A task says that another try would end the same way; its text is all that is told."""

    exit_code = ExitCode.GAVE_UP


class TryAgain(RotaError):  # noqa: N818 (as above)
    """A task says that another try may go well: a Job makes one, the scheduler none."""

    exit_code = ExitCode.ASKED_TO_TRY_AGAIN
