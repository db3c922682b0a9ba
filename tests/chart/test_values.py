import importlib.util
import json
import re

import pytest
import yaml

from rota.settings import TaskOverrides
from support import helm
from support.chart_values import SHAPES

VALUES = (helm.CHART / "values.yaml").read_text("utf-8")
SCHEMA = json.loads((helm.CHART / "values.schema.json").read_text("utf-8"))
VERSIONS = ("helm", "helm3")


@pytest.fixture(scope="module")
def values_table():
    path = helm.CHART.parent / "values_table.py"
    spec = importlib.util.spec_from_file_location("values_table", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("values", "culprit"),
    [
        ({"taks": {}}, "taks"),
        ({"tasks": {"x": {"intervalSeconds": 60, "timeout": 5}}}, "timeout"),
        ({"taskDefaults": {"concurrencyPolicy": "Forbid"}}, "concurrencyPolicy"),
        ({"scheduler": {"replicaCount": 1}}, "replicaCount"),
        ({"mode": "cronjob"}, "mode"),
        ({"tasks": {"x": {"intervalSeconds": 0}}}, "intervalSeconds"),
        ({"tasks": {"x": {"intervalSeconds": 1.5}}}, "intervalSeconds"),
        ({"tasks": {"x": {"intervalSeconds": "60"}}}, "intervalSeconds"),
        ({"tasks": {"x": {"intervalSeconds": 60, "catchUpSeconds": 9}}}, "catchUpSeconds"),
        ({"tasks": {"x": {"intervalSeconds": 60, "overlap": "Forbid"}}}, "overlap"),
        ({"image": {"digest": "latest"}}, "digest"),
        ({"settings": {"SHOP_REGION": "north"}}, "SHOP_REGION"),
        ({"gracePeriodSeconds": None}, "gracePeriodSeconds"),
    ],
    ids=str,
)
def test_the_schema_refuses_and_names_the_culprit(values, culprit, version):
    with pytest.raises(helm.HelmRefusedError, match=culprit):
        helm.template(values, version=version)


def test_a_parent_chart_may_hand_down_global_values():
    assert helm.template({"global": {"imageRegistry": "x", "deep": {"er": 1}}}) == helm.template()


def closed_objects(schema, path="values"):
    if isinstance(schema, dict):
        if "properties" in schema:
            yield path, schema.get("additionalProperties")
        for key, each in schema.items():
            yield from closed_objects(each, f"{path}.{key}")
    elif isinstance(schema, list):
        for each in schema:
            yield from closed_objects(each, path)


def test_every_object_of_the_schema_is_closed():
    found = list(closed_objects(SCHEMA))
    assert len(found) > 10
    assert [path for path, additional in found if additional is not False] == []


def test_a_task_has_every_field_that_python_has_and_its_bounds():
    known = SCHEMA["definitions"]["task"]["properties"]
    for field, described in TaskOverrides.model_json_schema()["properties"].items():
        key = re.sub("_(.)", lambda found: found[1].upper(), field)
        assert key in known
        bounds = next(each for each in described["anyOf"] if each.get("type") != "null")
        for limit in ("minimum", "maximum", "exclusiveMinimum"):
            assert known[key].get(limit) == bounds.get(limit), (key, limit)


def resolved(schema):
    return SCHEMA["definitions"].get(schema.get("$ref", "").rpartition("/")[2], schema)


def leaves(schema, path=""):
    for key, each in schema["properties"].items():
        described = resolved(each)
        if "properties" in described:
            yield from leaves(described, f"{path}{key}.")
        else:
            yield path + key


def value_at(values, path):
    for key in path.split("."):
        values = values[key]
    return values


def test_every_key_of_the_schema_has_a_default_and_is_documented(values_table):
    documented = [value.path for value in values_table.documented_values(VALUES)]
    assert sorted(documented) == sorted(leaves(SCHEMA))
    values = yaml.safe_load(VALUES)
    for path in documented:
        value_at(values, path)


def test_the_readme_is_up_to_date(values_table):
    readme = (helm.CHART / "README.md").read_text("utf-8")
    assert values_table.with_table(readme, VALUES) == readme


def test_the_readmes_example_renders():
    readme = (helm.CHART / "README.md").read_text("utf-8")
    (example,) = re.findall(r"\n\n((?:    .*\n|\n)*    tasks:\n(?:    .*\n)*)", readme)
    values = yaml.safe_load(re.sub("^    ", "", example, flags=re.MULTILINE))
    found = helm.by_task(helm.objects(values))
    assert found.keys() == {"notifications", "monthly-report"}
    assert found["monthly-report"]["spec"]["concurrencyPolicy"] == "Allow"


def test_the_charts_version_of_rota_is_the_packages():
    import rota  # noqa: PLC0415 (for its version only)

    chart = yaml.safe_load((helm.CHART / "Chart.yaml").read_text("utf-8"))
    assert chart["appVersion"] == rota.__version__
    assert chart["kubeVersion"] == ">=1.31.0-0"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_kubernetes_is_refused(version):
    arguments = ("template", "shop", helm.CHART, "--kube-version")
    with pytest.raises(helm.HelmRefusedError, match=r"requires kubeVersion: >=1\.31"):
        helm.helm(*arguments, "1.30.9", version=version)
    assert helm.helm(*arguments, "1.31.0", version=version)
    assert helm.helm(*arguments, "1.33.5-eks-1234", version=version)


@pytest.mark.parametrize("version", VERSIONS)
def test_lint_finds_nothing(version):
    for values in SHAPES.values():
        assert "0 chart(s) failed" in helm.helm(
            "lint", "--strict", helm.CHART, values=values, version=version
        )
