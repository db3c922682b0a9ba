"""Tokens that only our own pages can put into a form: no other site can read one."""

import hashlib
import hmac
import secrets

_SECRET_BYTES = 32


class FormTokens:
    """Made and checked by one process: a page of before its restart must be loaded again."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(_SECRET_BYTES)

    def token_for(self, actor: str | None) -> str:
        """Return the token of a user, or of everybody where nobody has to say who they are."""
        return hmac.new(self._secret, (actor or "").encode(), hashlib.sha256).hexdigest()

    def accepts(self, token: str, actor: str | None) -> bool:
        """Whether a form's token is that user's."""
        return hmac.compare_digest(token.encode(), self.token_for(actor).encode())
