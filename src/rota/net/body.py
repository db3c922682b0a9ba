"""Reads a whole response body, decoded, within the size limit."""

import zlib
from collections.abc import AsyncIterable
from typing import cast

import httpx

_GZIP_WINDOW_BITS = zlib.MAX_WBITS | 16
ACCEPT_ENCODING = "gzip"
"""The only coding that is requested: its end and its size can be checked while decoding."""


class BodyTooLargeError(Exception):
    """More decoded bytes than allowed; the connection is closed."""


async def read_body(response: httpx.Response, *, max_bytes: int, has_body: bool = True) -> bytes:
    """Return the decoded body and release the connection.

    `has_body` is false for the answer to HEAD, whose Content-Length is not that of a body. Raises
    BodyTooLargeError, and httpx.DecodingError if the body cannot be decoded or is cut.
    """
    try:
        if "content-encoding" in response.headers:
            return await _read_encoded(response, max_bytes)
        return await _read_plain(response, max_bytes, has_body=has_body)
    finally:
        # Also after the last byte: only this gives the connection back to the pool.
        await response.aclose()


def _chunks(response: httpx.Response) -> AsyncIterable[bytes]:
    return cast("AsyncIterable[bytes]", response.stream)


async def _read_plain(response: httpx.Response, max_bytes: int, *, has_body: bool) -> bytes:
    announced = response.headers.get("content-length", "")
    if has_body and announced.isdecimal() and int(announced) > max_bytes:
        raise BodyTooLargeError
    chunks = []
    size = 0
    async for chunk in _chunks(response):
        size += len(chunk)
        if size > max_bytes:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


async def _read_encoded(response: httpx.Response, max_bytes: int) -> bytes:
    coding = response.headers["content-encoding"].strip().lower()
    if coding in ("", "identity"):
        return await _read_plain(response, max_bytes, has_body=False)
    if coding not in ("gzip", "x-gzip"):
        raise httpx.DecodingError("the body has a content-encoding that was not asked for")
    decoder = _Gunzip()
    decoded = bytearray()
    async for chunk in _chunks(response):
        decoded += decoder.feed(chunk, max_bytes - len(decoded) + 1)
        if len(decoded) > max_bytes:
            raise BodyTooLargeError
    decoder.finish()
    return bytes(decoded)


class _Gunzip:
    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_WINDOW_BITS)
        self._fed = False

    def feed(self, data: bytes, most: int) -> bytes:
        """Decode `data` into at most `most` bytes, against decompression bombs."""
        self._fed = self._fed or bool(data)
        decoded = bytearray()
        while data and len(decoded) < most:
            if self._member.eof:
                if not data.startswith(b"\x1f"):
                    break  # padding behind the last member
                self._member = zlib.decompressobj(_GZIP_WINDOW_BITS)
            try:
                decoded += self._member.decompress(data, most - len(decoded))
            except zlib.error as error:
                raise httpx.DecodingError("the body is not valid gzip") from error
            data = self._member.unused_data or self._member.unconsumed_tail
        return bytes(decoded)

    def finish(self) -> None:
        """Raise DecodingError if the last member did not end."""
        if self._fed and not self._member.eof:
            raise httpx.DecodingError("the gzip body is truncated")
