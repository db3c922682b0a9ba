"""The cluster that `rota import cronjobs` reads, as its options say."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from rota.cli.cluster import cluster
from rota.kubernetes.api_errors import ApiServerError, ApiServerRefusedError
from rota.kubernetes.listing import each_page
from rota.kubernetes.resources import CRON_JOBS
from rota.model.errors import ConfigError, UsageError

_FROM_FILE = "kubectl get cronjobs -o yaml | rota import cronjobs - works without"


@dataclass(frozen=True, slots=True)
class ClusterSource:
    """CronJobs of one namespace, or of all; None is what the kubeconfig says."""

    namespace: str | None
    context: str | None
    all_namespaces: bool
    selector: str | None

    def refuse_beside(self, file: str) -> None:
        """Raise UsageError where an option is given that is for a cluster alone."""
        given = {
            "--namespace": self.namespace,
            "--context": self.context,
            "--all-namespaces": self.all_namespaces,
            "--selector": self.selector,
        }
        names = [name for name, value in given.items() if value]
        if names:
            raise UsageError(
                f"{', '.join(names)}: these are for a cluster, which is read where no FILE "
                f"is given: leave out {file!r}, or them"
            )

    def read(self) -> list[dict[str, Any]]:
        """Return the CronJobs as the API server has them, in its order.

        Raises UsageError where there is no usable cluster, ConfigError where it does not answer.
        """
        if self.all_namespaces and self.namespace is not None:
            raise UsageError("--namespace and --all-namespaces: choose one of them")
        return asyncio.run(self._read())

    async def _read(self) -> list[dict[str, Any]]:
        selectors = {"labelSelector": self.selector} if self.selector else None
        purpose = "reading CronJobs from a cluster"
        async with cluster(self.context, purpose=purpose, otherwise=_FROM_FILE) as connection:
            namespace = None if self.all_namespaces else self.namespace or connection.namespace
            try:
                return [
                    {**found, "kind": CRON_JOBS.kind}
                    async for page in each_page(
                        connection, CRON_JOBS, namespace, selectors=selectors
                    )
                    for found in page.items
                ]
            except ApiServerError as error:
                raise ConfigError(f"{error}{_advice(error)}") from error


def _advice(error: ApiServerError) -> str:
    """Return what to do, as a clause in parentheses."""
    if isinstance(error, ApiServerRefusedError):
        if error.status == HTTPStatus.UNAUTHORIZED:
            return (
                " (it does not accept the kubeconfig's credentials, which may have expired: "
                "log in again, or choose another --context)"
            )
        if error.status == HTTPStatus.FORBIDDEN:
            return (
                " (rota needs the right to list cronjobs.batch; with --namespace, in that "
                "namespace alone)"
            )
        return ""
    return " (--context chooses another cluster; a FILE needs none)"
