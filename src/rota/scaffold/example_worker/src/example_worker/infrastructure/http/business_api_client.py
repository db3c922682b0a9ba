"""The client that every task is given."""

from typing import Any

from rota import BusinessApiClient
from rota.net.paths import segment


class ExampleClient(BusinessApiClient):
    """Calls the Business API; a method for each endpoint that the tasks use.

    Retries, time limits, the token and idempotency keys are the base class's work, and so are
    `cleanup_expired`, `get_pending_notifications` and `send_notification`.
    """

    async def run_operation(self, name: str) -> dict[str, Any]:
        """Have an operation done, once per slot: what the tasks of `rota add task` begin with."""
        answer: dict[str, Any] = await self.post(f"/api/v1/operations/{segment(name)}")
        return answer
