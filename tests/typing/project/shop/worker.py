"""What an application writes: it must pass mypy --strict and pyright's strict mode unchanged."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, assert_type

from rota import (
    BaseTask,
    BlockingClient,
    BusinessApiClient,
    GiveUp,
    Outcome,
    Result,
    Run,
    RunFinished,
    TaskScheduler,
    TryAgain,
    current_run,
    fan_out,
    task,
)
from rota.model.events import RunEvent
from rota.testing import ApiRequest, FakeApi, Outage, Reply, assert_idempotent, run_task, simulate


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
    formerly = ("clean-up",)
    interval_seconds = 3600

    async def execute(self, api_client: BusinessApiClient) -> None:
        await api_client.cleanup_expired()


@task
async def ping(api: BusinessApiClient) -> None:
    await api.get("/api/v1/ping")


@task(schedule="0 6 * * *", timezone="Europe/Berlin", overlap="replace", shards=2)
async def remind(api: ShopClient, limit: int = 10, *, run: Run) -> Result:
    if run.slot is None:
        raise GiveUp("reminders go by the slot")
    if limit == 0:
        raise TryAgain("nothing is ready yet", after=timedelta(minutes=5))
    return Result({"sent": limit}, note="all of them")


remind_late = remind.also("remind-late", schedule="0 20 * * *", limit=90)


@task(name="count-orders", formerly=("orders",), interval_seconds=300, timeout_seconds=20)
async def count_orders(api: ShopClient) -> dict[str, int]:
    return {"orders": len([each async for each in api.orders()])}


@task(interval_seconds=60)
def export(api: BlockingClient[ShopClient], *, run: Run) -> Mapping[str, int]:
    api.call(api.api.bill, "4711")
    for order in api.each(api.api.orders()):
        assert_type(order, str)
    return {"exported": run.shard_count}


class Blocks(BaseTask[BlockingClient]):
    name = "blocks"

    def execute(self, api_client: BlockingClient) -> None:
        for page in api_client.pages("/api/v1/orders"):
            assert_type(page, dict[str, Any])


async def call_them(api: ShopClient, run: Run) -> None:
    assert_type(await ping(api), None)
    assert_type(await remind(api, limit=3, run=run), Result)
    assert_type(await remind_late(api, run=run), Result)
    assert_type(remind_late.name, str)
    assert_type(remind_late.formerly, tuple[str, ...])
    assert_type(await count_orders(api), dict[str, int])
    assert_type(remind.name, str)
    assert_type(await SendBills().execute(api), Mapping[str, int])
    assert_type(remind.interval_seconds, int)
    assert_type(remind.schedule, str | None)


TASKS: list[Any] = [ping, remind, count_orders, SendBills]


def register_tasks(scheduler: TaskScheduler) -> None:
    for each in (SendBills(), Cleanup()):
        scheduler.register_task(each.name, each, each.interval_seconds, each.run_on_start)


def count(event: RunEvent) -> None:
    if isinstance(event, RunFinished):
        assert_type(event.record.outcome, Outcome)


SCHEDULER = TaskScheduler(ShopClient("http://shop"), observers=[count])


def bills(request: ApiRequest) -> Reply:
    return Reply(201, {"order": request.parts["id"]})


def shop() -> FakeApi:
    api = FakeApi(latency_seconds=0.1, openapi=Path("openapi.json")).on(
        "GET", "/api/v1/orders", {"items": [{"id": "7"}]}
    )
    return api.on("POST", "/api/v1/orders/{id}/bill", bills)


def check_bills() -> None:
    report = simulate(
        [SendBills, ping],
        "2027-03-26 12:00 Europe/Berlin",
        "3d",
        api=shop(),
        mode="cronjobs",
        disruptions=[Outage("1h", "4h", "hangs")],
    )
    assert_type(report.runs[0].counts, Mapping[str, Any])
    assert_type(run_task(SendBills, api=shop()).outcome, Outcome | None)
    assert_idempotent(ping, shop)
