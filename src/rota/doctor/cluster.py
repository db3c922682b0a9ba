"""Whether the API server lets this user do what rota's commands need."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rota.doctor.finding import Finding, ok, warn
from rota.kubernetes.api_errors import ApiServerError
from rota.kubernetes.extra import Connect, client_library
from rota.model.errors import UsageError
from rota.settings.kubeconfig import is_in_cluster, is_kubeconfig_named, kubeconfig_paths

_SUBJECT = "cluster"
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_SERVICE_ACCOUNT_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
_WATCH = ("get", "list", "watch")


@dataclass(frozen=True, slots=True)
class _Right:
    """A verb on a resource, as `kubectl auth can-i` has it."""

    verb: str
    resource: str
    group: str = ""
    subresource: str = ""

    def __str__(self) -> str:
        name = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{self.verb} {name}"


_NEEDED: dict[str, Sequence[_Right]] = {
    "rota trigger": [
        _Right("list", "cronjobs", "batch"),
        _Right("create", "jobs", "batch"),
    ],
    "rota trigger --wait": [
        _Right("get", "jobs", "batch"),
        _Right("list", "pods"),
        _Right("get", "pods", subresource="log"),
    ],
    "rota diff": [
        _Right("list", "cronjobs", "batch"),
        _Right("list", "deployments", "apps"),
        _Right("list", "configmaps"),
    ],
    "a console": [
        *(_Right(verb, "cronjobs", "batch") for verb in _WATCH),
        *(_Right(verb, "jobs", "batch") for verb in _WATCH),
        *(_Right(verb, "pods") for verb in _WATCH),
    ],
}


class Creates(Protocol):
    """The part of a connection that a review needs."""

    async def create(self, path: str, created: dict[str, Any]) -> dict[str, Any]:
        """Add an object; return it as the API server has it."""
        ...


def has_cluster() -> bool:
    """Whether there is a kubeconfig, or a pod's service account."""
    in_pod = is_in_cluster() and _SERVICE_ACCOUNT_TOKEN.exists()
    return in_pod or any(path.exists() for path in kubeconfig_paths())


async def examine_cluster(
    context: str | None, namespace: str | None, *, asked: bool = False
) -> list[Finding]:
    """Ask the API server what this user may do; nothing where there is no kubeconfig.

    That is told where KUBECONFIG names one, or somebody has `asked` for a cluster.
    """
    if not has_cluster():
        return _of_missing(asked=asked)
    try:
        connected: Connect = client_library("looking at a cluster", "or leave it alone")
        async with connected(context) as connection:
            return await _reviewed(connection, namespace or connection.namespace)
    except (UsageError, ApiServerError) as error:
        return [warn(_SUBJECT, str(error))]


def _of_missing(*, asked: bool) -> list[Finding]:
    named = is_kubeconfig_named()
    if not named and not asked:
        return []
    paths = ", ".join(map(str, kubeconfig_paths()))
    by = "KUBECONFIG names" if named else "there is no kubeconfig:"
    text = f"{by} {paths}, which is not there; set KUBECONFIG to the file of your cluster"
    return [warn(_SUBJECT, text)]


async def _reviewed(connection: Creates, namespace: str) -> list[Finding]:
    rights = list(dict.fromkeys(right for needed in _NEEDED.values() for right in needed))
    allowed = {right for right in rights if await _is_allowed(connection, namespace, right)}
    return [
        _finding(purpose, [right for right in needed if right not in allowed], namespace)
        for purpose, needed in _NEEDED.items()
    ]


def _finding(purpose: str, missing: Sequence[_Right], namespace: str) -> Finding:
    if not missing:
        return ok(_SUBJECT, f"this user has the rights of {purpose} in namespace {namespace!r}")
    rights = ", ".join(map(str, missing))
    return warn(
        _SUBJECT,
        f"this user may not {rights} in namespace {namespace!r}, which {purpose} needs: bind a "
        "Role with it",
    )


async def _is_allowed(connection: Creates, namespace: str, right: _Right) -> bool:
    attributes = {
        "namespace": namespace,
        "verb": right.verb,
        "group": right.group,
        "resource": right.resource,
        "subresource": right.subresource,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = await connection.create(_REVIEWS, review)
    status = answer.get("status")
    return isinstance(status, dict) and status.get("allowed") is True
