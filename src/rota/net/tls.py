"""The TLS context. Built only for https: loading the CA bundle costs some 20 ms of every start."""

import re
import ssl
from pathlib import Path

from rota.model.errors import SettingsError
from rota.net.options import ApiOptions

# An alert by which the peer refuses our certificate (RFC 8446, 6.2), as OpenSSL names it.
_ALERT = re.compile(r"ALERT_\w*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)")


def tls_context(scheme: str, options: ApiOptions) -> ssl.SSLContext:
    """Return a context that verifies the server, with TLS 1.2 or later.

    Raises SettingsError for a bad file. For http it trusts nothing, which is the cheapest context.
    """
    if scheme != "https":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = _trusting(options.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if options.client_cert_file is not None:
        _present(context, options.client_cert_file, options.client_key_file)
    return context


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        import certifi  # noqa: PLC0415 (read only where the public CAs are wanted)

        return ssl.create_default_context(cafile=certifi.where())
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise SettingsError(f"CA file {ca_file}: cannot be read as PEM: {_reason(error)}") from None


def _present(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        # Without a password function OpenSSL would ask for one on the terminal.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except OSError as error:
        files = f"{certificate}" if key is None else f"{certificate} and {key}"
        raise SettingsError(
            f"client certificate {files}: cannot be used: {_reason(error)}; "
            "use PEM, with a matching key without a password"
        ) from None


def _reason(error: OSError) -> str:
    # ssl.SSLError is an OSError with a `reason`.
    return getattr(error, "reason", None) or error.strerror or type(error).__name__


def certificate_refusal(error: BaseException) -> str | None:
    """Return what is wrong with a certificate, if that caused `error`, else None."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "the server's TLS certificate cannot be verified"
        # One that Python code raised, rather than OpenSSL, has no reason.
        reason = getattr(cause, "reason", None)
        if isinstance(cause, ssl.SSLError) and _ALERT.search(f"{reason} {cause.strerror}"):
            return "the server refuses the client's TLS certificate, or its lack of one"
        seen.add(id(cause))
        cause = cause.__cause__ or cause.__context__
    return None
