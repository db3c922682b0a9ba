"""What an API server says of objects, without keeping any: `kubectl create --dry-run=server`."""

import json
import re
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from support.cluster import Namespace, environment
from support.helm import tool

_OBJECTS_AT_ONCE = 40
_AT_ONCE = 4


def refused(namespace: Namespace, objects: Sequence[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """Return what the API server says of those that it refuses, by kind and name."""
    parts = [objects[at : at + _OBJECTS_AT_ONCE] for at in range(0, len(objects), _OBJECTS_AT_ONCE)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        told = list(pool.map(lambda part: _created(namespace, part), parts))
    found: dict[tuple[str, str], str] = {}
    for part, (names, _) in zip(parts, told, strict=True):
        for each in part:
            key = (each["kind"], each["metadata"]["name"])
            if (key[0].lower(), key[1]) not in names:
                # Alone: an error in one object of a list may end the request for all.
                again, errors = _created(namespace, [each])
                if not again:
                    found[key] = errors
    return found


def _created(
    namespace: Namespace, objects: Sequence[dict[str, Any]]
) -> tuple[set[tuple[str, str]], str]:
    listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    end = subprocess.run(
        [
            *(tool("kubectl"), f"--namespace={namespace.name}", "create", "--dry-run=server"),
            *("--filename=-", "--output=name"),
        ],
        input=json.dumps(listed),
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(),
        check=False,
    )
    names = re.findall(r"^([a-z]+)[^/\n]*/(.+)$", end.stdout, re.MULTILINE)
    return set(names), end.stderr
