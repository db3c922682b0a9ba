"""What an application writes: it must pass mypy --strict and pyright's strict mode unchanged."""

from collections.abc import AsyncIterator, Mapping
from typing import assert_type

from rota import (
    BaseTask,
    BusinessApiClient,
    Outcome,
    Run,
    RunFinished,
    TaskScheduler,
    current_run,
    fan_out,
)
from rota.model.events import RunEvent


class ShopClient(BusinessApiClient):
    async def bill(self, order_id: str) -> None:
        await self.post(f"/api/v1/orders/{order_id}/bill", item=order_id)

    async def orders(self) -> AsyncIterator[str]:
        async for page in self.pages("/api/v1/orders"):
            for order in page["items"]:
                yield order["id"]


class SendBills(BaseTask[ShopClient]):
    name = "send-bills"
    schedule = "0 6 * * *"
    timezone = "Europe/Berlin"
    overlap = "replace"

    async def execute(self, api_client: ShopClient) -> Mapping[str, int]:
        assert_type(self.run, Run)
        assert_type(current_run().shard_index, int)
        return await fan_out(api_client.orders(), api_client.bill)


class Cleanup(BaseTask):
    """With rota's own client, as in the seed: no type argument."""

    name = "cleanup"
    interval_seconds = 3600

    async def execute(self, api_client: BusinessApiClient) -> None:
        await api_client.cleanup_expired()


def register_tasks(scheduler: TaskScheduler) -> None:
    for task in (SendBills(), Cleanup()):
        scheduler.register_task(task.name, task, task.interval_seconds, task.run_on_start)


def count(event: RunEvent) -> None:
    if isinstance(event, RunFinished):
        assert_type(event.record.outcome, Outcome)


SCHEDULER = TaskScheduler(ShopClient("http://shop"), observers=[count])
