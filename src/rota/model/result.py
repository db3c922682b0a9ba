"""What a task may return to say how its run went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """How a run went that has succeeded: `counts` as a mapping alone would say, and a `note`.

    The note is one sentence for people, such as "nothing was due". Both are logged and stand in
    the termination message.
    """

    counts: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
