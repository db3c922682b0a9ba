"""Whether a Business API is there: one request, of which any answer will do."""

from dataclasses import dataclass, replace
from typing import cast

import httpx

from rota.model.errors import ApiError
from rota.net.options import ApiOptions
from rota.net.session import open_client
from rota.net.translate import as_api_error

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer, and the server's Date as it was sent."""

    status: int
    date: str | None


async def reach(base_url: str, options: ApiOptions) -> Answer:
    """Ask once for `base_url` itself. Raises ApiError where no answer comes, and SettingsError."""
    brief = replace(options, attempts=1, timeout_seconds=_SECONDS, deadline_seconds=_SECONDS)
    async with open_client(base_url, brief) as client:
        try:
            response = await client.get("")
        except httpx.HTTPError as error:
            raise cast("ApiError", as_api_error(error)) from error
    return Answer(response.status_code, response.headers.get("date"))
