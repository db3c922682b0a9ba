"""Periodic tasks that call a Business API. Imports nothing: no import cycle can start here."""

__version__ = "0.1.0"
