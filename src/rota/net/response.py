"""A response that was read completely, with strict JSON and messages without secrets."""

from typing import Any

import httpx

from rota.model.errors import ApiResponseError, ApiUnavailableError
from rota.net.json_body import BodyKind, ParsedBody, parse_body
from rota.net.translate import describe_response


class BufferedResponse(httpx.Response):
    """What the client's own methods and `client.get(…)` return: httpx's response, read and decoded.

    `json()` raises ApiResponseError for JSON that is not interoperable (NaN, duplicate keys,
    extreme depth or numbers), and ApiUnavailableError for a truncated body; with arguments of the
    standard library's `json.loads` it parses like that. No redirect is ever followed.
    """

    _parsed: ParsedBody | None = None

    @property
    def has_redirect_location(self) -> bool:
        """Always False, so that httpx never follows a redirect."""
        return False

    def parse(self) -> ParsedBody:
        """Parse the body, once, for the next `json()`."""
        self._parsed = parse_body(self.content)
        return self._parsed

    def json(self, **kwargs: Any) -> Any:
        """Return the parsed body, a fresh object at each call."""
        if kwargs:
            return super().json(**kwargs)
        parsed, self._parsed = self._parsed or parse_body(self.content), None
        if parsed.kind is BodyKind.JSON:
            return parsed.value
        text = f"{describe_response(self)}: {parsed.problem}"
        if parsed.kind is BodyKind.CUT:
            raise ApiUnavailableError(text, status=self.status_code)
        raise ApiResponseError(text, status=self.status_code)

    def raise_for_status(self) -> "BufferedResponse":
        """Raise httpx.HTTPStatusError, as httpx does, without the query in its text."""
        if not self.is_success:
            raise httpx.HTTPStatusError(
                describe_response(self), request=self.request, response=self
            )
        return self
