"""What the chart says about itself, and the values files that come with it."""

import base64
import subprocess
import tarfile
from urllib.parse import urlsplit

import pytest
import yaml

import rota
from support import helm
from support.chart_values import CI_FILES

CHART = yaml.safe_load((helm.CHART / "Chart.yaml").read_text("utf-8"))
ANNOTATIONS = {
    key.removeprefix("artifacthub.io/"): yaml.safe_load(value)
    for key, value in CHART["annotations"].items()
}
# https://artifacthub.io/docs/topics/annotations/helm
CATEGORIES = {
    "ai-machine-learning",
    "database",
    "integration-delivery",
    "monitoring-logging",
    "networking",
    "security",
    "storage",
    "streaming-messaging",
    "skip-prediction",
}
VERSIONS = ("helm", "helm3")


def test_the_chart_says_who_makes_it_and_where_it_is_at_home():
    assert CHART["maintainers"][0]["name"] == "The rota authors"
    for address in [CHART["home"], *CHART["sources"]]:
        assert urlsplit(address).scheme == "https"


def test_no_address_of_the_chart_is_anybodys_but_the_publishers():
    links = [link["url"] for link in ANNOTATIONS["links"]]
    owners = [each["url"] for each in CHART["maintainers"]]
    for address in [CHART["home"], *CHART["sources"], *links, *owners]:
        assert urlsplit(address).hostname.endswith(".example")


@pytest.mark.fault(136)
def test_the_icon_is_the_file_in_the_repository():
    head, _, data = CHART["icon"].partition(",")

    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(data) == (helm.CHART / "icon.svg").read_bytes()


def test_artifact_hub_knows_the_category_and_the_image_of_this_version():
    assert ANNOTATIONS["category"] in CATEGORIES
    assert ANNOTATIONS["images"] == [{"name": "rota", "image": f"rota:{rota.__version__}"}]
    assert ANNOTATIONS["license"] == "MIT"
    assert (ANNOTATIONS["operator"], ANNOTATIONS["prerelease"]) == (False, False)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("kubernetes", "accepted"), [("1.30.9", False), ("1.31.0", True), ("1.34.5-eks-1", True)]
)
def test_a_cluster_that_is_too_old_is_refused(version, kubernetes, accepted):
    arguments = ["template", "shop", helm.CHART, f"--kube-version={kubernetes}"]
    if accepted:
        assert helm.helm(*arguments, version=version)
    else:
        with pytest.raises(helm.HelmRefusedError, match=r"requires kubeVersion: >=1\.31\.0-0"):
            helm.helm(*arguments, version=version)


@pytest.mark.fault(136)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", CI_FILES, ids=lambda path: path.name)
def test_lint_finds_nothing_with_a_values_file_of_ci(path, version):
    values = yaml.safe_load(path.read_text("utf-8"))
    said = helm.helm("lint", "--strict", helm.CHART, values=values, version=version)

    assert "0 chart(s) failed" in said
    assert "[WARNING]" not in said
    assert "[ERROR]" not in said


def test_every_mode_has_a_values_file_of_ci():
    modes = {yaml.safe_load(path.read_text("utf-8"))["mode"] for path in CI_FILES}

    assert modes == {"cronjobs", "scheduler", "hybrid"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_package_leaves_out_what_no_installation_reads(tmp_path, version):
    command = [helm.tool(version), "package", helm.CHART, f"--destination={tmp_path}"]
    subprocess.run(command, capture_output=True, check=True)
    with tarfile.open(tmp_path / f"rota-{CHART['version']}.tgz") as package:
        names = package.getnames()

    assert "rota/values.schema.json" in names
    assert not [name for name in names if "/ci/" in name or name.endswith("icon.svg")]
