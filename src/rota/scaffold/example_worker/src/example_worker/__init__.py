"""Periodic tasks that call the Business API."""
