"""Whether the files with token and certificates can be used, and when certificates end."""

from collections.abc import Iterator
from pathlib import Path

from rota.api.factory import api_options
from rota.doctor.finding import Finding, fail, ok, warn
from rota.model.clock import instant, rfc3339
from rota.model.errors import SettingsError
from rota.net import check_files
from rota.net.certificate_dates import ends_of
from rota.settings import Settings

_SOON_SECONDS = 14 * 86_400
_DAY_SECONDS = 86_400


def examine_files(settings: Settings, now: float) -> list[Finding]:
    """Look at the files that the settings name; none without any."""
    paths = [
        path
        for path in (
            settings.api_token_file,
            settings.api_ca_file,
            settings.api_client_cert_file,
            settings.api_client_key_file,
        )
        if path is not None
    ]
    if not paths:
        return []
    try:
        check_files(api_options(settings))
    except SettingsError as error:
        return [fail("files", str(error))]
    used = ok("files", f"can be used: {', '.join(map(str, paths))}")
    return [used, *_of_certificates(settings, now)]


def _of_certificates(settings: Settings, now: float) -> Iterator[Finding]:
    certificate, authority = settings.api_client_cert_file, settings.api_ca_file
    if certificate is not None:
        # The first is the client's own, the others are those of who signed it.
        yield from _of_end("client certificate", certificate, ends_of(certificate)[:1], now)
    if authority is not None:
        yield from _of_end("CA", authority, ends_of(authority), now)


def _of_end(subject: str, path: Path, ends: list[float], now: float) -> Iterator[Finding]:
    """Say when the last of some certificates ends: of a bundle, one is enough."""
    if not ends:
        return
    end = max(ends)
    when, days = rfc3339(instant(int(end))), int((end - now) // _DAY_SECONDS)
    if end < now:
        yield fail(subject, f"{path} ended {when}: renew it")
    elif end - now < _SOON_SECONDS:
        yield warn(subject, f"{path} ends {when}, in {days} days: renew it")
    else:
        yield ok(subject, f"{path} ends {when}, in {days} days")
