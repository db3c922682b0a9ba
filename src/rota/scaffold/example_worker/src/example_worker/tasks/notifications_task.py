"""The task `notifications`."""

from rota import fan_out, task

from example_worker.infrastructure.http.business_api_client import ExampleClient


@task(interval_seconds=300, run_on_start=True)
async def notifications(api: ExampleClient) -> dict[str, int]:
    """Have the Business API send the pending notifications; one that fails stops no other."""
    pending = await api.get_pending_notifications()
    ids = [each["id"] for each in pending["items"]]
    return await fan_out(ids, api.send_notification, done="sent")
