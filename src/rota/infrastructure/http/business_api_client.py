"""Where the seed document has the client, so that a task written to it changes its root alone."""

from rota.api import BusinessApiClient

__all__ = ["BusinessApiClient"]
