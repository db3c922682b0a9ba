"""The Business API as methods: `BusinessApiClient`, to be used as it is or subclassed."""

from rota.api.client import BusinessApiClient

__all__ = ["BusinessApiClient"]
