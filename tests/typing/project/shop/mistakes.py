"""Mistakes that a type checker must find, each marked with the line that it is in."""

from rota import (
    BaseTask,
    BlockingClient,
    BusinessApiClient,
    TaskScheduler,
    TryAgain,
    fan_out,
    task,
)


class ShopClient(BusinessApiClient):
    async def bill(self, order_id: str) -> None: ...


class WrongClient(BaseTask[ShopClient]):
    name = "wrong-client"

    async def execute(self, api_client: int) -> None: ...  # MISTAKE


class ReturnsAList(BaseTask[ShopClient]):
    name = "returns-a-list"

    async def execute(self, api_client: ShopClient) -> list[int]:  # MISTAKE
        return [1]


class WrongName(BaseTask):
    name = 3  # MISTAKE

    async def execute(self, api_client: BusinessApiClient) -> None: ...


async def wrong_items(client: ShopClient) -> None:
    await fan_out([1, 2], client.bill)  # MISTAKE


@task  # MISTAKE
async def returns_a_list(api: ShopClient) -> list[int]:
    return [1]


@task(schedule="@daily", interval_seconds=60)  # MISTAKE
async def two_schedules(api: ShopClient) -> None: ...


@task(interval_seconds=60, timezone="Europe/Berlin")  # MISTAKE
async def zone_alone(api: ShopClient) -> None: ...


@task(overlap="queue")  # MISTAKE
async def another_choice(api: ShopClient) -> None: ...


@task  # MISTAKE
def blocks_and_returns_a_list(api: BlockingClient) -> list[int]:
    return [1]


@task
def blocks(api: BlockingClient[ShopClient]) -> None:
    api.call(api.api.bill, 3)  # MISTAKE


@task
async def fine(api: ShopClient, limit: int = 3) -> None: ...


fine.also("another", schedule=60)  # MISTAKE
fine.also(3)  # MISTAKE


@task(formerly=7)  # MISTAKE
async def renamed(api: ShopClient) -> None: ...


async def call_it(client: ShopClient) -> None:
    await fine(client, limit="3")  # MISTAKE


TryAgain("later", after="5m")  # MISTAKE


TaskScheduler(object(), observers=[3])  # MISTAKE
