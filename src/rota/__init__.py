"""Periodic tasks that call a Business API. Imports nothing, so that no import cycle can start here."""

__version__ = "0.1.0"
