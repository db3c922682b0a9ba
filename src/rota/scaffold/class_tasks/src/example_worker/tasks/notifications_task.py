"""The task `notifications`."""

from rota import BaseTask, fan_out

from example_worker.infrastructure.http.business_api_client import ExampleClient


class NotificationsTask(BaseTask[ExampleClient]):
    """Have the Business API send the pending notifications; one that fails stops no other."""

    name = "notifications"
    interval_seconds = 300
    run_on_start = True

    async def execute(self, api_client: ExampleClient) -> dict[str, int]:
        """Return how many were sent."""
        pending = await api_client.get_pending_notifications()
        ids = [each["id"] for each in pending["items"]]
        return await fan_out(ids, api_client.send_notification, done="sent")
