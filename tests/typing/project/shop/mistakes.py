"""Mistakes that a type checker must find, each marked with the line that it is in."""

from rota import BaseTask, BusinessApiClient, TaskScheduler, fan_out


class ShopClient(BusinessApiClient):
    async def bill(self, order_id: str) -> None: ...


class WrongClient(BaseTask[ShopClient]):
    name = "wrong-client"

    async def execute(self, api_client: int) -> None: ...  # MISTAKE


class WrongName(BaseTask):
    name = 3  # MISTAKE

    async def execute(self, api_client: BusinessApiClient) -> None: ...


async def wrong_items(client: ShopClient) -> None:
    await fan_out([1, 2], client.bill)  # MISTAKE


TaskScheduler(object(), observers=[3])  # MISTAKE
