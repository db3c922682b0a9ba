"""A question to one of rota's own pages, from a command."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from rota.model.errors import ConfigError, UsageError
from rota.net.addresses import parse_base_url
from rota.net.attempts import USER_AGENT

_TIMEOUT_SECONDS = 10.0
_BAD_REQUEST, _SERVER_ERROR = 400, 500

Parameters = Sequence[tuple[str, str]]


def ask_page(base_url: str, path: str, parameters: Parameters = ()) -> Mapping[str, Any]:
    """Return the JSON object at `path` below `base_url`.

    Raises UsageError with what the page says is wrong with the question, and ConfigError where
    there is no answer, or not one of rota's.
    """
    url = f"{parse_base_url(base_url).rstrip('/')}/{path}"
    try:
        response = httpx.get(
            url,
            params=list(parameters),
            timeout=_TIMEOUT_SECONDS,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            trust_env=False,
        )
        answer = response.json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ConfigError(f"no answer from {base_url}: {error}") from None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ConfigError(
            f"{base_url} is not a page of rota: it answered {response.status_code} without JSON"
        )
    if _BAD_REQUEST <= response.status_code < _SERVER_ERROR:
        raise UsageError(f"{answer.get('detail') or answer.get('title') or response.status_code}")
    if not response.is_success:
        raise ConfigError(f"{base_url} answered {response.status_code}: {answer.get('detail')}")
    return answer
