"""Keeps secrets out of everything that rota writes: log lines, errors, termination messages.

The last line of defence, not the first: no code is meant to hand a secret to a log.
"""

import json
from collections.abc import Iterable
from urllib.parse import quote

_MASK = "[redacted]"
# Below this a "secret" is so likely to be part of a harmless word that masking would hide logs.
_SHORTEST_MASKED_CHARACTERS = 4
# Tokens are rotated, and every line is searched for each of them: the newest ones are kept.
_MOST_SECRETS = 32

# Each secret with the forms in which it may stand in a text. Replaced whole, never changed, since
# other threads may be reading it.
_forms_by_secret: dict[str, tuple[str, ...]] = {}


def hide(secret: str) -> None:
    """Mask `secret` from now on wherever rota writes."""
    global _forms_by_secret  # noqa: PLW0603 (secrets are the process's)
    if len(secret) < _SHORTEST_MASKED_CHARACTERS or secret in _forms_by_secret:
        return
    forms = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")}
    kept = [*_forms_by_secret.items(), (secret, tuple(sorted(forms, key=len, reverse=True)))]
    _forms_by_secret = dict(kept[-_MOST_SECRETS:])


def hide_all(secrets: Iterable[str]) -> None:
    """Mask each of `secrets` from now on."""
    for secret in secrets:
        hide(secret)


def redact(text: str) -> str:
    """Return `text` with every known secret masked, as it is or escaped."""
    for forms in _forms_by_secret.values():
        for form in forms:
            if form in text:
                text = text.replace(form, _MASK)
    return text
