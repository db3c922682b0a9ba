"""Keeps secrets out of everything that rota writes: log lines, errors, termination messages.

The last line of defence, not the first: no code is meant to hand a secret to a log.
"""

from collections.abc import Iterable

_MASK = "[redacted]"
# Below this a "secret" is so likely to be part of a harmless word that masking would hide logs.
_SHORTEST_MASKED_CHARACTERS = 4

_secrets: set[str] = set()


def hide(secret: str) -> None:
    """Mask `secret` from now on wherever rota writes."""
    if len(secret) >= _SHORTEST_MASKED_CHARACTERS:
        _secrets.add(secret)


def hide_all(secrets: Iterable[str]) -> None:
    """Mask each of `secrets` from now on."""
    for secret in secrets:
        hide(secret)


def redact(text: str) -> str:
    """Return `text` with every known secret masked."""
    for secret in _secrets:
        if secret in text:
            text = text.replace(secret, _MASK)
    return text
