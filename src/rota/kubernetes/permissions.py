"""Whether a namespace is there and may be watched: asked once, at the start of a console."""

import asyncio
import contextlib
import re

from rota.kubernetes.api_errors import (
    ApiServerError,
    ApiServerRefusedError,
    ApiServerUnreachableError,
)
from rota.kubernetes.reflector import Source
from rota.kubernetes.resources import Resource
from rota.kubernetes.watching.fields import part
from rota.kubernetes.watching.tracker import NEEDED
from rota.model.errors import UsageError

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_WATCH_SECONDS = 10.0
_USER = re.compile(r'User "([^"]+)"')
_SERVICE_ACCOUNT = "system:serviceaccount:"


async def check_permissions(source: Source, namespace: str) -> None:
    """Return where all that a console needs may be read, or where that cannot be told now.

    UsageError for a namespace that is not there, for refused credentials, and for a missing right,
    with the commands that give it.
    """
    try:
        await _check_namespace(source, namespace)
        for resource in NEEDED:
            await _check_resource(source, resource, namespace)
    except ApiServerUnreachableError:
        # The watches go on trying, and the pages say so.
        return


async def _check_namespace(source: Source, namespace: str) -> None:
    try:
        await source.get(f"/api/v1/namespaces/{namespace}", {})
    except ApiServerRefusedError as error:
        if error.status == _UNAUTHORIZED:
            raise UsageError(
                f"the API server does not accept the credentials: {error}; check the kubeconfig, "
                "or the pod's service account"
            ) from error
        if error.status == _NOT_FOUND:
            raise UsageError(
                f"there is no namespace {namespace!r}; name another one with --namespace or "
                "ROTA_NAMESPACE"
            ) from error
        # Who may watch in a namespace need not have the right to look at the namespace itself.


async def _check_resource(source: Source, resource: Resource, namespace: str) -> None:
    path = resource.path(namespace)
    try:
        listed = await source.get(path, {"limit": 1})
        await _open_watch(source, path, part(listed, "metadata").get("resourceVersion"))
    except ApiServerRefusedError as error:
        if error.status == _FORBIDDEN:
            raise UsageError(_missing_right(namespace, error)) from error


async def _open_watch(source: Source, path: str, version: object) -> None:
    """Return as soon as a watch is answered; it is closed again.

    Without a version the API server would take seconds to answer.
    """
    opened = asyncio.Event()
    events = source.watch(
        path,
        {"timeoutSeconds": 1, "resourceVersion": str(version or "")},
        silence_seconds=_WATCH_SECONDS,
        on_open=opened.set,
    )

    async def follow() -> None:
        async for _ in events:
            return

    following = asyncio.ensure_future(follow())
    waiting = asyncio.ensure_future(opened.wait())
    try:
        await asyncio.wait((following, waiting), return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            following.result()
    finally:
        for task in (following, waiting):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ApiServerError):
            await following


def _missing_right(namespace: str, error: ApiServerRefusedError) -> str:
    found = _USER.search(str(error))
    user = found[1] if found else "NAME"
    subject = f"--user={user}"
    if user.startswith(_SERVICE_ACCOUNT):
        subject = f"--serviceaccount={user.removeprefix(_SERVICE_ACCOUNT)}"
    kinds = "cronjobs.batch,jobs.batch,pods"
    return (
        f"a right is missing in namespace {namespace!r}: {error}\n"
        "the console needs get, list and watch of CronJobs, Jobs and pods; this gives it them:\n"
        f"kubectl --namespace {namespace} create role rota-console --verb=get,list,watch "
        f"--resource={kinds}\n"
        f"kubectl --namespace {namespace} create rolebinding rota-console --role=rota-console "
        f"{subject}"
    )
