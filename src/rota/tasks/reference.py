"""The reference tasks: examples that come with rota, for a first run and as a model."""

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rota.model.context import current_execution
from rota.tasks.base import BaseTask
from rota.tasks.fan_out import fan_out

if TYPE_CHECKING:
    from rota.api import BusinessApiClient


class CleanupTask(BaseTask):
    """Have the Business API delete expired records, once an hour."""

    name = "cleanup"
    interval_seconds = 3600

    async def execute(self, api_client: "BusinessApiClient") -> Mapping[str, int]:
        """Request the deletion; return how many records were deleted."""
        result = await api_client.cleanup_expired()
        deleted = int(result.get("deleted", 0))
        self.logger.info("cleanup.deleted", extra={"deleted": deleted})
        return {"deleted": deleted}


class NotificationTask(BaseTask):
    """Have the API send pending notifications, every five minutes and when the scheduler starts."""

    name = "notifications"
    interval_seconds = 300
    run_on_start = True

    async def execute(self, api_client: "BusinessApiClient") -> Mapping[str, int]:
        """Send the pending notifications of this shard; return how many were sent."""
        pending = await api_client.get_pending_notifications()
        ids = [item["id"] for item in pending.get("items", [])]

        async def send(notification_id: Any) -> None:
            await api_client.send_notification(notification_id)
            self.logger.debug("notifications.sent", extra={"notification_id": notification_id})

        return await fan_out([each for each in ids if _is_mine(each)], send, done="sent")


def _is_mine(notification_id: object) -> bool:
    execution = current_execution()
    if execution is None or execution.run.shard_count == 1:
        return True
    # A hash of the id alone, so that a list which changes between two pods' requests still gives
    # every item to exactly one of them.
    digest = zlib.crc32(str(notification_id).encode("utf-8", "surrogatepass"))
    return digest % execution.run.shard_count == execution.run.shard_index
