"""A response that has arrived whole, with strict JSON and messages that keep secrets."""

from typing import Any

import httpx

from rota.model.errors import ApiResponseError, ApiUnavailableError
from rota.net.json_body import BodyKind, ParsedBody, parse_body
from rota.net.translate import describe_response


class BufferedResponse(httpx.Response):
    """What the client's own methods and `client.get(…)` return: httpx's response, read and decoded.

    `json()` refuses what is not interoperable JSON (NaN, duplicate keys, absurd depth or numbers)
    with ApiResponseError, and a cut body with ApiUnavailableError; with arguments of the standard
    library's `json.loads` it parses as that does. No redirect is ever followed.
    """

    _parsed: ParsedBody | None = None

    @property
    def has_redirect_location(self) -> bool:
        """False, whatever the answer says: this is what httpx follows redirects by."""
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
        """Raise httpx.HTTPStatusError, as httpx does, with a text that has no query in it."""
        if not self.is_success:
            raise httpx.HTTPStatusError(
                describe_response(self), request=self.request, response=self
            )
        return self
