"""Tasks of an application that the image tests install into rota's image. None calls the API."""

import asyncio
import os
import time
from collections.abc import Mapping

from rota.tasks import BaseTask


class Where(BaseTask):
    name = "where"
    interval_seconds = 1

    async def execute(self, api_client: object) -> Mapping[str, int]:
        return {"pid": os.getpid(), "uid": os.getuid(), "gid": os.getgid()}


class Long(BaseTask):
    name = "long"
    interval_seconds = 3600

    async def execute(self, api_client: object) -> None:
        await asyncio.sleep(600)


class Blocking(BaseTask):
    name = "blocking"
    run_on_start = True
    interval_seconds = 3600

    async def execute(self, api_client: object) -> None:
        time.sleep(600)  # noqa: ASYNC251 (what an application must not do)
