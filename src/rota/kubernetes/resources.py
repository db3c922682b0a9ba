"""The kinds of objects that rota reads, and their paths at the API server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind, in one version of its group."""

    kind: str
    plural: str
    base: str

    def path(self, namespace: str | None) -> str:
        """Return the path of the collection in one namespace, or of that in all of them (None)."""
        if namespace is None:
            return f"{self.base}/{self.plural}"
        return f"{self.base}/namespaces/{namespace}/{self.plural}"


CRON_JOBS = Resource("CronJob", "cronjobs", "/apis/batch/v1")
JOBS = Resource("Job", "jobs", "/apis/batch/v1")
PODS = Resource("Pod", "pods", "/api/v1")
EVENTS = Resource("Event", "events", "/api/v1")
DEPLOYMENTS = Resource("Deployment", "deployments", "/apis/apps/v1")
CONFIG_MAPS = Resource("ConfigMap", "configmaps", "/api/v1")
