"""Whether the Business API answers, and whether its clock agrees with this machine's."""

from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

from rota.api.factory import api_options
from rota.doctor.finding import Finding, fail, ok, warn
from rota.model.clock import Clock
from rota.model.errors import RotaError
from rota.net.reach import Answer, reach
from rota.settings import Settings

_SUBJECT = "Business API"
_CLOCK = "clock"
# The header counts whole seconds, and the answer took its time.
_CLOCKS_DIFFER_SECONDS = 5.0
_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _SERVER_ERROR = 401, 403, 429, 500

Reach = Callable[..., Awaitable[Answer]]


async def examine_business_api(
    settings: Settings, clock: Clock, *, ask: Reach = reach
) -> list[Finding]:
    """Ask once for the base URL itself: any answer shows that it is there, 404 among them."""
    url = settings.business_api_url
    try:
        answer = await ask(url, api_options(settings))
    except RotaError as error:
        advice = (
            "; set BUSINESS_API_URL" if "business_api_url" not in settings.model_fields_set else ""
        )
        return [fail(_SUBJECT, f"{url} cannot be reached: {error}{advice}")]
    has_token = settings.api_token is not None or settings.api_token_file is not None
    finding = _of_status(url, answer.status, has_token=has_token)
    return [finding, *_of_clock(answer.date, clock.timestamp())]


def _of_status(url: str, status: int, *, has_token: bool) -> Finding:
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        why = (
            "it does not accept the token, or lets nobody see its root"
            if has_token
            else "it wants a token, perhaps: set ROTA_API_TOKEN_FILE"
        )
        return warn(_SUBJECT, f"{url} answers {status}: {why}")
    if status >= _SERVER_ERROR or status == _TOO_MANY:
        return warn(_SUBJECT, f"{url} answers {status}: it is there, but not well")
    return ok(_SUBJECT, f"{url} answers ({status} at its root)")


def _of_clock(date: str | None, now: float) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return [warn(_CLOCK, "the API sends no usable Date, so this clock was compared with none")]
    ahead = now - theirs
    if abs(ahead) <= _CLOCKS_DIFFER_SECONDS:
        text = f"this machine's clock is within {_CLOCKS_DIFFER_SECONDS:.0f} s of the API's"
        return [ok(_CLOCK, text)]
    side = "ahead of" if ahead > 0 else "behind"
    text = (
        f"this machine's clock is {abs(ahead):.0f} s {side} the API's, and slots start by this "
        "one: find out which is wrong (NTP)"
    )
    return [warn(_CLOCK, text)]
