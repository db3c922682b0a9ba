"""What a caller wants sent, before anything heavy is imported to send it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A request for JSON. `path` is below the base URL; `key` is its Idempotency-Key, if any."""

    method: str
    path: str
    params: Mapping[str, Any] | None = None
    json: Any = None
    key: str | None = None
