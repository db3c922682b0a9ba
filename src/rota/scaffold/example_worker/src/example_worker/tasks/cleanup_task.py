"""The task `cleanup`."""

from rota import task

from example_worker.infrastructure.http.business_api_client import ExampleClient


@task(schedule="0 * * * *")
async def cleanup(api: ExampleClient) -> dict[str, int]:
    """Have the Business API delete expired records."""
    result = await api.cleanup_expired()
    return {"deleted": result["deleted"]}
