"""Exports of tasks on disk, as the real `kubectl kustomize` builds them."""

import copy
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from rota.kubernetes.manifests.config_map import SETTINGS_KEY
from rota.kubernetes.manifests.kustomize import kustomize_files
from rota.settings import Settings
from rota.tasks.registry import Registry
from support.helm import tool

Objects = dict[tuple[str, str], dict[str, Any]]

_LONGEST_SECONDS = 120
_HASH = re.compile("-[a-z0-9]{10}$")


def export(registry: Registry, settings: Settings, folder: Path) -> None:
    """Write the kustomize files of a registry into a folder."""
    for name, text in kustomize_files(registry, settings).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def write_overlay(folder: Path, name: str, kustomization: dict[str, Any]) -> Path:
    """Write an overlay of an export, and return its folder."""
    own = folder / "overlays" / name
    own.mkdir()
    (own / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), "utf-8")
    return own


def build(overlay: Path) -> list[dict[str, Any]]:
    """Return the objects of an overlay; what kubectl warns of fails the test."""
    done = subprocess.run(
        [tool("kubectl"), "kustomize", overlay],
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return list(yaml.safe_load_all(done.stdout))


def unbuilt(files: dict[str, str], component: str) -> list[dict[str, Any]]:
    """Return the objects of an export with one component, as an overlay without changes has them.

    For tests that need many: kubectl is not called.
    """
    texts = [
        text
        for path, text in files.items()
        if path.startswith(("base/", f"components/{component}/")) and path.endswith(".yaml")
    ]
    objects = [each for text in texts for each in yaml.safe_load_all(text) if "metadata" in each]
    (account,) = [each for each in objects if each["kind"] == "ServiceAccount"]
    data = {SETTINGS_KEY: files[f"base/{SETTINGS_KEY}"]}
    return [*objects, {"kind": "ConfigMap", "metadata": account["metadata"], "data": data}]


def by_name(objects: list[dict[str, Any]]) -> Objects:
    """Return objects by kind and name, the hash of generated ConfigMaps left out."""
    found: Objects = {}
    for each in objects:
        name = each["metadata"]["name"]
        key = each["kind"], _HASH.sub("", name) if each["kind"] == "ConfigMap" else name
        assert key not in found, key
        found[key] = each
    return found


def pod_template(found: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pod template of any kind; None of those that have no pods."""
    spec = found.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    template: dict[str, Any] | None = spec.get("template")
    return template


def settings_in_pods(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the objects with each `envFrom` in the place of its ConfigMap, as the chart has it."""
    objects = copy.deepcopy(objects)
    data = {
        each["metadata"]["name"]: each.get("data") or {}
        for each in objects
        if each["kind"] == "ConfigMap"
    }
    inlined = set()
    for template in filter(None, map(pod_template, objects)):
        container = template["spec"]["containers"][0]
        for source in container.pop("envFrom"):
            name = source["configMapRef"]["name"]
            inlined.add(name)
            container["env"] += [{"name": key, "value": text} for key, text in data[name].items()]
    return [each for each in objects if each["metadata"]["name"] not in inlined]
