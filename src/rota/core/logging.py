"""Where the seed document has it."""

from rota.settings import setup_logging

__all__ = ["setup_logging"]
