"""What all objects of one installation share: release, image, grace and labels."""

import math
import re
from dataclasses import dataclass

from rota.kubernetes.manifests.naming import APPLICATION, release_name
from rota.model.errors import UsageError

TASK_LABEL = "rota/task"
INSTANCE_LABEL = "app.kubernetes.io/instance"
FORMERLY_ANNOTATION = "rota/formerly"
"""The former names of a CronJob's task, joined by commas: what the console finds them by."""

_RELEASE = re.compile(r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?")
_CANCEL_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Installation:
    """One release of one version. Raises UsageError for a release that cannot name objects."""

    release: str
    version: str
    grace_seconds: float

    def __post_init__(self) -> None:
        if not _RELEASE.fullmatch(self.release):
            raise UsageError(
                f"ROTA_RELEASE {self.release!r} cannot be part of Kubernetes names: use lower-case "
                "letters, digits, '-' and '.'"
            )

    @property
    def image(self) -> str:
        """The image of rota's Dockerfile; an overlay replaces it by the application's."""
        return f"{APPLICATION}:{self.version}"

    @property
    def termination_grace_seconds(self) -> int:
        """The pods' terminationGracePeriodSeconds: rota's grace, and time to shut down."""
        return math.ceil(self.grace_seconds) + _CANCEL_SECONDS

    def selector_labels(self, component: str | None = None) -> dict[str, str]:
        """Return the labels of pods, which selectors use, and which no new version changes.

        The instance is a name of an object, so that kustomize puts an overlay's prefix before it.
        """
        instance = release_name(self.release)
        labels = {"app.kubernetes.io/name": APPLICATION, INSTANCE_LABEL: instance}
        return labels | ({"app.kubernetes.io/component": component} if component else {})

    def labels(self, component: str | None = None) -> dict[str, str]:
        """Return the labels of objects other than pods."""
        return {**self.selector_labels(component), "app.kubernetes.io/version": self.version}
