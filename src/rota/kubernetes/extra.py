"""The Kubernetes client, which is there with the extra `kubernetes` alone."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from rota.model.errors import UsageError

if TYPE_CHECKING:
    from rota.kubernetes.connection import Connection

Connect = Callable[[str | None], AbstractAsyncContextManager["Connection"]]


def client_library(purpose: str, otherwise: str) -> Connect:
    """Return what connects to the API server of a context of the kubeconfig.

    Raises UsageError where the client library is not installed: `purpose` needs it, and `otherwise`
    says what can be done without.
    """
    try:
        from rota.kubernetes.connection import connected  # noqa: PLC0415 (an extra, and slow)
    except ImportError:
        raise UsageError(
            f"{purpose} needs the Kubernetes client, which is not installed: "
            f"pip install 'rota[kubernetes]' ({otherwise})"
        ) from None
    return connected
