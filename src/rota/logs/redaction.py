"""Keeps secrets out of everything that rota writes: log lines, errors, termination messages.

The last line of defence, not the first: no code is meant to hand a secret to a log.
"""

import json
import threading
from collections.abc import Iterable
from enum import Enum, auto
from urllib.parse import quote

_MASK = "[redacted]"
# Below this a "secret" is so likely to be part of a harmless word that masking would hide logs.
_SHORTEST_MASKED_CHARACTERS = 4
# Secrets are renewed, and every line is searched for each of them: the newest of each kind stay.
MOST_OF_A_KIND = 32


class SecretKind(Enum):
    """What a secret is for: many new ones of one kind never push out those of another."""

    API_TOKEN = auto()
    PING_URLS = auto()
    TRACES = auto()
    PAGES = auto()


# Each secret with the forms in which it may stand in a text. Replaced whole, never changed, since
# other threads may be reading it.
_forms_by_secret: dict[tuple[SecretKind, str], tuple[str, ...]] = {}
_writing = threading.Lock()


def hide(secret: str, kind: SecretKind) -> None:
    """Mask `secret` from now on wherever rota writes."""
    global _forms_by_secret  # noqa: PLW0603 (secrets are the process's)
    if len(secret) < _SHORTEST_MASKED_CHARACTERS:
        return
    forms = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")}
    with _writing:
        kept = _forms_by_secret.copy()
        # One that is still in use is as new as the others that are read with it.
        kept.pop((kind, secret), None)
        kept[kind, secret] = tuple(forms)
        for oldest in [known for known in kept if known[0] is kind][:-MOST_OF_A_KIND]:
            del kept[oldest]
        _forms_by_secret = kept


def hide_all(secrets: Iterable[str], kind: SecretKind) -> None:
    """Mask each of `secrets` from now on."""
    for secret in secrets:
        hide(secret, kind)


def redact(text: str) -> str:
    """Return `text` with every known secret masked, as it is or escaped."""
    found = [form for forms in _forms_by_secret.values() for form in forms if form in text]
    # The longest first: of a secret that begins with another one the rest would be left.
    for form in sorted(found, key=len, reverse=True):
        text = text.replace(form, _MASK)
    return text
