"""Real helm on the chart, offline: rendered text, its objects, and what it says when it refuses."""

import functools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from rota.settings import parse_settings_text

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy/helm/rota"
URL = "http://shop-api:8000"
_CLUSTER = ROOT / "../shared/cluster/cluster"
_LONGEST_SECONDS = 120.0
_OF_DEBIAN = ("promtool", "prometheus")
_HELM_MAJOR = {"helm": "v4.", "helm3": "v3."}


_RESETS = CHART / "templates/_reset.tpl"
# The keys that are null where they are not set.
RESET_KEYS = frozenset(
    re.findall(r'"(\w+)"', "".join(re.findall(r'"rota.reset" \(list[^)]*', _RESETS.read_text())))
)


class HelmRefusedError(AssertionError):
    """Helm ended with another exit code than 0; the text is what it wrote."""


@functools.cache
def tool(name: str) -> str:
    """Return the path of `helm` (4), `helm3`, `kubectl`, `promtool` or `prometheus`.

    From PATH, else from the folder that the cluster for tests keeps its tools in. Where there is
    none the test is skipped, since few machines have them all, but in CI it fails.
    """
    for folders in (None, _cluster_tools()):
        found = shutil.which(name, path=folders)
        if found and _is_the_one(name, found):
            return found
    missing = pytest.fail if os.environ.get("CI") else pytest.skip
    if name in _OF_DEBIAN:
        return missing(f"{name} is not in PATH: it comes with Debian's package `prometheus`")
    version = f" ({_HELM_MAJOR[name]}x)" if name in _HELM_MAJOR else ""
    return missing(f"{name}{version} is neither in PATH nor among the tools of ../shared/cluster")


@functools.cache
def _cluster_tools() -> str:
    if not _CLUSTER.exists():
        return ""
    exports = subprocess.run([_CLUSTER, "env"], capture_output=True, text=True, check=True).stdout
    return exports.partition("PATH=")[2].partition(":")[0]


def _is_the_one(name: str, path: str) -> bool:
    if name not in _HELM_MAJOR:
        return True
    told = subprocess.run([path, "version", "--short"], capture_output=True, text=True, check=False)
    return told.stdout.startswith(_HELM_MAJOR[name])


def helm(
    *arguments: str | Path, values: dict[str, Any] | None = None, version: str = "helm"
) -> str:
    """Return what helm writes to stdout. `values` go over those that every test needs: a URL."""
    given: dict[str, Any] = {"businessApi": {"url": URL}}
    for key, value in (values or {}).items():
        if isinstance(value, dict) and isinstance(given.get(key), dict):
            value = given[key] | value  # noqa: PLW2901 (the joined value)
        given[key] = value
    end = subprocess.run(
        [tool(version), *arguments, "--values=-"],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        # No cluster is asked, whichever the shell knows.
        env={**os.environ, "KUBECONFIG": os.devnull},
        check=False,
    )
    if end.returncode:
        raise HelmRefusedError(end.stderr)
    return end.stdout


def template(
    values: dict[str, Any] | None = None,
    *,
    release: str = "shop",
    version: str = "helm",
    chart: Path = CHART,
    more: tuple[str, ...] = (),
) -> str:
    """Return the chart as `helm template` renders it, with more options where given."""
    return helm("template", release, chart, *more, values=values, version=version)


def parse(rendered: str, *, as_stored: bool = True) -> list[dict[str, Any]]:
    """Return the objects of a rendered text; a key that comes twice in a map fails the test.

    `as_stored`: without the nulls of `templates/_reset.tpl`, as the API server has the objects.
    """
    found = [each for each in yaml.load_all(rendered, _StrictLoader) if each]
    if as_stored:
        for each in found:
            if each["kind"] in ("CronJob", "Deployment", "Job"):
                _without_resets(each["spec"])
    return found


def _without_resets(spec: dict[str, Any]) -> None:
    job = spec.get("jobTemplate", {}).get("spec", spec)
    pod = job["template"]["spec"]
    for each in (spec, job, pod, *pod["containers"]):
        for key in RESET_KEYS & each.keys():
            if each[key] is None:
                del each[key]


def objects(
    values: dict[str, Any] | None = None, kind: str | None = None, **options: Any
) -> list[dict[str, Any]]:
    """Return the rendered objects, those of one kind where it is given."""
    found = parse(template(values, **options))
    return [each for each in found if kind in (None, each["kind"])]


def only(values: dict[str, Any] | None, kind: str, **options: Any) -> dict[str, Any]:
    """Return the one object of a kind."""
    (found,) = objects(values, kind, **options)
    return found


def by_task(found: list[dict[str, Any]], kind: str = "CronJob") -> dict[str, dict[str, Any]]:
    """Return the objects of a kind by the task that they are labelled with."""
    return {each["metadata"]["labels"]["rota/task"]: each for each in found if each["kind"] == kind}


def pod_spec(found: dict[str, Any]) -> dict[str, Any]:
    """Return the pod spec of any kind that has one."""
    spec: dict[str, Any] = found["spec"]
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    return spec["template"]["spec"] if "template" in spec else spec


def container(found: dict[str, Any]) -> dict[str, Any]:
    """Return rota's container of any kind that has pods."""
    (own,) = [each for each in pod_spec(found)["containers"] if each["name"] == "rota"]
    return own


def environment(found: dict[str, Any]) -> dict[str, Any]:
    """Return the environment of rota's container by name: the text, or the path of a field."""
    return {
        each["name"]: each["value"]
        if "value" in each
        else each["valueFrom"].get("fieldRef", {}).get("fieldPath", each["valueFrom"])
        for each in container(found).get("env", [])
    }


def settings(found: dict[str, Any]) -> dict[str, str]:
    """Return the settings that stand in a ConfigMap, or in the environment of a pod, by name."""
    if found["kind"] == "ConfigMap":
        text: str = found["data"]["settings.env"]
        return dict(parse_settings_text(text, "settings.env").values)
    own = environment(found)
    return dict(parse_settings_text(own.get("ROTA_SETTINGS", ""), "ROTA_SETTINGS").values) | own


class _StrictLoader(yaml.CSafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key comes twice: {keys}"
        return super().construct_mapping(node, deep)
