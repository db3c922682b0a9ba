"""What a task may return besides counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a run that succeeded: `counts`, as a plain mapping has them, and a `note`.

    The note is one sentence for people, such as "nothing was due". Both are logged, and are part
    of the termination message.
    """

    counts: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
