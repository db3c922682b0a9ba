"""What the chart accepts, a real API server accepts; see tests/chart/test_accepted.py."""

import json
import time
import uuid

import pytest

from support.chart_cases import some
from support.chart_verdicts import verdicts
from support.cluster import Namespace, kubectl
from support.cluster_dry_run import refused

pytestmark = pytest.mark.e2e

FILES = 520
# What no template can tell; the chart's README lists them.
BEYOND = (
    "unknown time zone",
    "no PriorityClass with name",
    "error looking up service account",
    "pod rejected: RuntimeClass",
)


@pytest.fixture(scope="module")
def namespace():
    """A namespace without Pod Security: what admission says is none of the chart's business."""
    found = Namespace(f"values-{uuid.uuid4().hex[:8]}")
    kubectl("label", "namespace", found.name, "pod-security.kubernetes.io/enforce-")
    found.kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=60s")
    yield found
    found.delete()


@pytest.mark.fault(126)
def test_what_the_chart_accepts_the_api_server_accepts(namespace, figures):
    began = time.monotonic()
    files = some(FILES)
    told, told_by_3 = (verdicts(files, version) for version in ("helm", "helm3"))
    objects, owners, seen = [], {}, set()
    for name in files:
        assert told[name].objects == told_by_3[name].objects, name
        for found in told[name].objects:
            found["metadata"].pop("namespace", None)
            key = (found["kind"], found["metadata"]["name"])
            alias = found["metadata"]["labels"]["app.kubernetes.io/name"]
            text = json.dumps(found).replace(alias, "")
            # Most files change one kind of object only.
            if text not in seen and key not in owners:
                seen.add(text)
                owners[key] = name
                objects.append(found)
    verdict = {
        f"{owners[key]}: {key[0]}": said
        for key, said in refused(namespace, objects).items()
        if not any(words in said for words in BEYOND)
    }
    accepted = len({name for name in files if told[name].objects})
    figures["values files, of those accepted, objects, refused by the API server"] = (
        f"{len(files)}, {accepted}, {len(objects)}, {len(verdict)}; "
        f"{time.monotonic() - began:.0f} s"
    )
    assert verdict == {}
    assert accepted > FILES / 4
