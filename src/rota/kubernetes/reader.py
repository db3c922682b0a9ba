"""Reads what runs in one namespace: CronJobs, Deployments and the ConfigMaps of their settings.

Read-only. The client library is imported on the first call: it takes a second, and is not there
without the extra `kubernetes`.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from rota.model.errors import ConfigError, UsageError

_PAGE_OBJECTS = 500
_TIMEOUTS_SECONDS = (10.0, 30.0)  # to connect, and between two reads

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
    or unusable; ConfigError where the API server refuses or cannot be reached.
    """
    try:
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 (comes with the client)

        from kubernetes import client  # noqa: PLC0415 (an extra, and slow to import)
    except ImportError:
        raise UsageError(_MISSING_LIBRARY) from None
    configuration = _configuration(context)
    listed = []
    with client.ApiClient(configuration) as connection:
        apis: dict[str, Callable[..., Any]] = {
            "CronJob": client.BatchV1Api(connection).list_namespaced_cron_job,
            "Deployment": client.AppsV1Api(connection).list_namespaced_deployment,
            "ConfigMap": client.CoreV1Api(connection).list_namespaced_config_map,
        }
        try:
            for kind, list_objects in apis.items():
                for each in _items(list_objects, namespace, selector):
                    listed.append({**each, "kind": kind})  # noqa: PERF401 (two loops in one line)
        except client.ApiException as error:
            raise ConfigError(f"the API server refuses: {_reason(error)}") from error
        except (HTTPError, OSError) as error:
            raise ConfigError(
                f"the API server at {configuration.host} cannot be reached: {error}"
            ) from error
        except ValueError as error:
            raise ConfigError(
                f"what answers at {configuration.host} is not the Kubernetes API: {error}"
            ) from error
    return listed


def _configuration(context: str | None) -> Any:
    from kubernetes import client, config  # noqa: PLC0415 (imported by the caller already)

    configuration = client.Configuration()
    try:
        config.load_kube_config(  # type: ignore[no-untyped-call]
            context=context, client_configuration=configuration, persist_config=False
        )
    except Exception as error:
        # The library lets pass whatever it meets in the file: YAML's errors, KeyError, OSError.
        where = f"context {context!r}" if context else "the current context"
        text = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(f"the kubeconfig has no usable cluster for {where}: {text}") from error
    configuration.retries = False
    return configuration


def _items(
    list_objects: Callable[..., Any], namespace: str, selector: str | None
) -> Iterator[dict[str, Any]]:
    options: dict[str, Any] = {"limit": _PAGE_OBJECTS}
    if selector:
        options["label_selector"] = selector
    while True:
        # Without the library's models: they would drop what this version of it does not know.
        answer = list_objects(
            namespace, _preload_content=False, _request_timeout=_TIMEOUTS_SECONDS, **options
        )
        page = json.loads(answer.data)
        if not isinstance(page, dict):
            raise ValueError("an answer that is not a list of objects")  # noqa: TRY004 (see the caller)
        yield from page.get("items") or []
        following = (page.get("metadata") or {}).get("continue")
        if not following:
            return
        options["_continue"] = following


def _reason(error: Any) -> str:
    """Return what the API server's Status object says, or the status line, in one sentence."""
    try:
        message = json.loads(error.body)["message"]
    except (TypeError, ValueError, KeyError):
        message = error.reason
    text = " ".join(str(message).split())
    return f"{error.status} {text}" if error.status else text
