"""The tasks whose starts `cold_start.py` measures."""

from typing import Any

from rota.tasks import BaseTask


class Nothing(BaseTask):
    """Does nothing."""

    name = "nothing"

    async def execute(self, api_client: Any) -> None:
        """Return."""


class OneCall(BaseTask):
    """Makes one call."""

    name = "one-call"

    async def execute(self, api_client: Any) -> None:
        """Ask for the pending notifications."""
        await api_client.get("/api/v1/notifications")
