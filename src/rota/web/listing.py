"""What every list of the JSON API says beside its items, and answers that are sent only once."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from rota.model.clock import instant, rfc3339
from rota.status.sight import Gap, gap_facts

# Changes with every answer, and is no news.
_NOT_IN_THE_TAG = "as_of"


def listing(
    items: Sequence[Mapping[str, Any]],
    as_of: float,
    *,
    more: str | None = None,
    gaps: Sequence[Gap] = (),
    complete: bool = True,
) -> dict[str, Any]:
    """Return a list of the API; `more` is what leads to its next page.

    It is not complete where nobody saw everything that its items tell of: in the `gaps`.
    """
    return {
        "items": list(items),
        "next": more,
        "as_of": rfc3339(instant(round(as_of, 3))),
        "complete": complete and not gaps,
        "gaps": gap_facts(gaps),
    }


def tagged(request: Request, facts: Mapping[str, Any]) -> Response:
    """Return the facts with an ETag, or 304 where the client has them."""
    news = {name: value for name, value in facts.items() if name != _NOT_IN_THE_TAG}
    # Written once: an answer may have megabytes.
    text = json.dumps(news, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    body = text.encode("utf-8", "replace")
    # Weak: what it leaves out may differ.
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-store"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if _NOT_IN_THE_TAG in facts:
        as_of = json.dumps(facts[_NOT_IN_THE_TAG])
        body = body[:-1] + f',"{_NOT_IN_THE_TAG}":{as_of}}}'.encode()
    return Response(body, headers=headers, media_type="application/json")
