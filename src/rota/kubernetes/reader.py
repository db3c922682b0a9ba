"""Reads what runs in one namespace: CronJobs, Deployments and the ConfigMaps of their settings.

Read-only.
"""

import asyncio
from typing import Any

from rota.kubernetes.extra import client_library
from rota.kubernetes.listing import each_page
from rota.kubernetes.resources import CONFIG_MAPS, CRON_JOBS, DEPLOYMENTS

_WITHOUT = "or compare with a file: rota diff --file rendered.yaml"


def read_objects(
    namespace: str, *, context: str | None = None, selector: str | None = None
) -> list[dict[str, Any]]:
    """Return the CronJobs, Deployments and ConfigMaps of a namespace, as the API server has them.

    `context` is one of the kubeconfig (KUBECONFIG, else `~/.kube/config`); None is its current one.
    `selector` is a label selector. UsageError where the kubeconfig or the client library is missing
    or unusable; ApiServerError where the API server refuses or cannot be reached.
    """
    connected = client_library("comparing with a cluster", _WITHOUT)
    selectors = {"labelSelector": selector} if selector else None

    async def read() -> list[dict[str, Any]]:
        async with connected(context) as connection:
            return [
                {**each, "kind": resource.kind}
                for resource in (CRON_JOBS, DEPLOYMENTS, CONFIG_MAPS)
                async for page in each_page(connection, resource, namespace, selectors=selectors)
                for each in page.items
            ]

    return asyncio.run(read())
