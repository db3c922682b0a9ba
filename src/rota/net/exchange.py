"""What answers requests in place of the network, for tests. Does not import httpx."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """A request as it would be sent. `target` is the path with the query, both undecoded.

    Names of headers are in lower case.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """An answer as it would arrive; of one that is `cut`, only the first half of the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False


class Exchange(Protocol):
    """Answers each attempt of a request.

    It raises ConnectionRefusedError where no connection comes about. One that does not return is
    timed out, as an API that does not answer.
    """

    async def __call__(self, request: PlainRequest, /) -> PlainAnswer:
        """Return the answer to one attempt."""
        ...
