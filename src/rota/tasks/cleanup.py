"""The reference task that has the Business API delete what has expired."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rota.tasks.base import BaseTask

if TYPE_CHECKING:
    from rota.api import BusinessApiClient


class CleanupTask(BaseTask):
    """Delete expired records once an hour."""

    name = "cleanup"
    interval_seconds = 3600

    async def execute(self, api_client: "BusinessApiClient") -> Mapping[str, int]:
        """Ask for the deletion; return how many records went."""
        result = await api_client.cleanup_expired()
        deleted = int(result.get("deleted", 0))
        self.logger.info("cleanup.deleted", extra={"deleted": deleted})
        return {"deleted": deleted}
