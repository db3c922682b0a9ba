"""The task `cleanup`."""

from rota import BaseTask

from example_worker.infrastructure.http.business_api_client import ExampleClient


class CleanupTask(BaseTask[ExampleClient]):
    """Have the Business API delete expired records."""

    name = "cleanup"
    schedule = "0 * * * *"

    async def execute(self, api_client: ExampleClient) -> dict[str, int]:
        """Return how many records were deleted."""
        result = await api_client.cleanup_expired()
        return {"deleted": result["deleted"]}
