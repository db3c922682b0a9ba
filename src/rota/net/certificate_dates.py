"""When certificates end: read from their bytes, since Python's ssl tells it of peers alone."""

import re
import ssl
from datetime import UTC, datetime
from pathlib import Path

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x17, 0x18, 0xA0
_LONG_FORM = 0x80
# tbsCertificate up to its validity, less the optional version: serial number, algorithm, issuer.
_BEFORE_VALIDITY = 3
# Two-digit years from 50 on are of the last century (RFC 5280, 4.1.2.5.1).
_CENTURY_PIVOT = 50


def ends_of(path: Path) -> list[float]:
    """Return the ends of the certificates in a PEM file, epoch times, in their order.

    One that cannot be read is left out. Raises OSError.
    """
    found = []
    for text in _PEM.findall(path.read_text("latin-1")):
        try:
            found.append(end_of(ssl.PEM_cert_to_DER_cert(text)))
        except (ValueError, IndexError):
            continue
    return found


def end_of(certificate: bytes) -> float:
    """Return the end of a DER certificate, an epoch time. Raises ValueError or IndexError."""
    _, certificate_content, _ = _element(certificate)
    _, signed, _ = _element(certificate_content)
    kind, _, after = _element(signed)
    rest = after if kind == _VERSION else signed
    for _ in range(_BEFORE_VALIDITY):
        _, _, rest = _element(rest)
    _, validity, _ = _element(rest)
    _, _, after_begin = _element(validity)
    kind, text, _ = _element(after_begin)
    return _moment(kind, text.decode("ascii"))


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Return the tag of the first element, its content, and what follows it (X.690, 8.1)."""
    tag, length, start = data[0], data[1], 2
    if length & _LONG_FORM:
        start += length & ~_LONG_FORM
        length = int.from_bytes(data[2:start], "big")
    if len(data) < start + length:
        raise ValueError("it is cut off")
    return tag, data[start : start + length], data[start + length :]


def _moment(kind: int, text: str) -> float:
    if kind == _UTC_TIME:
        text = ("19" if int(text[:2]) >= _CENTURY_PIVOT else "20") + text
    elif kind != _GENERALIZED_TIME:
        raise ValueError("no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()
