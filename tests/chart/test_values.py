import json
import re

import jsonschema
import pytest
import yaml
from chart_files.__main__ import derived_files
from chart_files.comments import documented_values, groups

from rota.settings import TaskOverrides
from support import helm
from support.chart_values import SHAPES

VALUES = (helm.CHART / "values.yaml").read_text("utf-8")
SCHEMA = json.loads((helm.CHART / "values.schema.json").read_text("utf-8"))
VERSIONS = ("helm", "helm3")


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
    assert helm.template({"global": {"storageClass": "x", "deep": {"er": 1}}}) == helm.template()


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
    is_open = [path for path, additional in found if additional is not False]
    assert is_open == ["values.properties.global"]


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
        described = resolved(each) if key == "taskDefaults" else each
        if "properties" in described and key != "settings":
            yield from leaves(described, f"{path}{key}.")
        else:
            yield path + key


def value_at(values, path):
    for key in path.split("."):
        values = values[key]
    return values


def test_every_key_of_the_schema_has_a_default_and_is_documented():
    documented = list(documented_values(VALUES))
    within = groups(documented)
    paths = [value.path for value in documented if value.path not in within]
    assert sorted(paths) == sorted(leaves(SCHEMA))
    values = yaml.safe_load(VALUES)
    for path in paths:
        value_at(values, path)


def test_derived_files_are_what_make_generate_writes():
    for path, wanted in derived_files().items():
        assert path.read_text("utf-8") == wanted, path


def nodes(schema, path=""):
    for key, each in schema.get("properties", {}).items():
        yield f"{path}{key}", each
        yield from nodes(each, f"{path}{key}.")


@pytest.mark.fault(136)
def test_every_value_has_a_description_a_default_and_examples_that_its_schema_accepts():
    found = dict(nodes(SCHEMA)) | {
        f"taskDefaults.{key}": each for key, each in nodes(SCHEMA["definitions"]["task"])
    }
    found = {path: each for path, each in found.items() if not path.startswith("settings.")}
    assert len(found) > 90
    for path, each in found.items():
        assert each["description"], path
        checker = jsonschema.Draft7Validator({**each, "definitions": SCHEMA["definitions"]})
        for example in (each["default"], *each["examples"]):
            assert example is None or list(checker.iter_errors(example)) == [], path


def every_node(schema):
    if isinstance(schema, dict):
        yield schema
    for each in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(each, dict | list):
            yield from every_node(each)


@pytest.mark.fault(127)
def test_every_number_of_the_schema_has_bounds():
    numbers = 0
    for each in every_node(SCHEMA):
        types = each.get("type", [])
        if isinstance(types, dict):  # a property that is called so
            continue
        types = types if isinstance(types, list) else [types]
        # A number in place of a text is refused by the templates, which say to quote it.
        if {"integer", "number"} & set(types) and types[:2] != ["string", "number"]:
            numbers += 1
            assert {"minimum", "exclusiveMinimum"} & each.keys(), each
            assert "maximum" in each, each
    assert numbers > 50


@pytest.mark.fault(135)
def test_the_schema_has_no_alternatives_of_which_helm_tells_as_of_several_problems():
    for each in every_node(SCHEMA):
        assert not {"anyOf", "oneOf", "not", "allOf"} & each.keys()


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
