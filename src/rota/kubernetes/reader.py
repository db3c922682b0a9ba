"""Reads what runs in one namespace: CronJobs, Deployments and the ConfigMaps of their settings.

Read-only. The client library is imported on the first call: it is not there without the extra
`kubernetes`.
"""

import asyncio
from typing import Any

from rota.kubernetes.listing import each_page
from rota.kubernetes.resources import CONFIG_MAPS, CRON_JOBS, DEPLOYMENTS
from rota.model.errors import UsageError

_MISSING_LIBRARY = (
    "comparing with a cluster needs the Kubernetes client, which is not installed: "
    "pip install 'rota[kubernetes]' (or compare with a file: rota diff --file rendered.yaml)"
)


def read_objects(
    namespace: str, *, context: str | None = None, selector: str | None = None
) -> list[dict[str, Any]]:
    """Return the CronJobs, Deployments and ConfigMaps of a namespace, as the API server has them.

    `context` is one of the kubeconfig (KUBECONFIG, else `~/.kube/config`); None is its current one.
    `selector` is a label selector. UsageError where the kubeconfig or the client library is missing
    or unusable; ApiServerError where the API server refuses or cannot be reached.
    """
    try:
        from rota.kubernetes.connection import connected  # noqa: PLC0415 (an extra)
    except ImportError:
        raise UsageError(_MISSING_LIBRARY) from None

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
