"""values.schema.json, and the facts that the templates check by.

Keywords of `# @schema` in addition to those of JSON Schema:
    required: true         null is refused
    field: name            a task's field: type and bounds are Python's
    kubernetes: core.v1.X  a definition of Kubernetes' API
    texts: kind            a map of texts: labels, annotations or environment
    form: name             a text of that form, see templates/_validate_forms.tpl
    tasks, settings, open  the map of tasks; rota's settings; anything at all
    empty: true            "" is a value; else it means unset wherever null does

No alternatives (anyOf, oneOf), no patterns and no lengths: Helm's messages for those do not help.
The templates check them, with better messages.
"""

import json
from typing import Any

from chart_files import fragments, python_fields, rules
from chart_files.comments import Value, documented_values, groups

_TYPES = {
    "bool": ["boolean"],
    "int": ["integer"],
    "number": ["number"],
    "string": ["string"],
    "list": ["array"],
    "object": ["object"],
}
_OWN = ("required", "field", "kubernetes", "texts", "form", "tasks", "settings", "open", "empty")
# A number where a text is meant gets through to the templates, which say how to quote it.
_SCALAR = ["string", "number", "boolean", "null"]
_WORDED = ("bool", "int", "number", "list", "object")
_DEFAULTS = "taskDefaults"


def values_schema(text: str) -> str:
    """Return values.schema.json for the text of a values.yaml."""
    values = list(documented_values(text))
    within = groups(values)
    by_path = {value.path: _node(value, value.path in within) for value in values}
    root: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart rota",
        "description": "Written by `make generate` from values.yaml.",
        "type": "object",
        "additionalProperties": False,
        "examples": [{"businessApi": {"url": "http://shop-api:8000"}}],
        "default": {},
        "properties": {},
        "patternProperties": {"^x-": {"description": "For YAML anchors; not read."}},
    }
    for path, node in by_path.items():
        parent, _, key = path.rpartition(".")
        (by_path[parent] if parent else root)["properties"][key] = node
    task = root["properties"][_DEFAULTS]
    root["properties"][_DEFAULTS] = {
        "$ref": "#/definitions/task",
        **{key: task[key] for key in ("description", "default", "examples")},
    }
    task["description"] = "A task, or what holds for every task."
    task["type"] = ["object", "null", "string"]
    own = {"task": task, "texts": _texts(), "environment": _environment()}
    kubernetes = fragments.definitions(_kubernetes_names(root | own))
    for name in {value.schema["kubernetes"] for value in values if "kubernetes" in value.schema}:
        kubernetes[name]["type"] = ["object", "null", "string"]
    root["definitions"] = own | kubernetes
    return json.dumps(root, indent=1, ensure_ascii=False) + "\n"


def facts(text: str) -> str:
    """Return the JSON that the templates check by.

    required: paths that must not be null. optional: those that "" leaves unset. types: their types,
    except strings. forms: the form of a text by its path. texts: the kind of a map of
    texts by its path. fragments: what a fragment of Kubernetes' API is, as in `chart_files.rules`,
    by its path; rules and fields: the rules of those, and the forms that they name. settings: the
    keywords of each setting.
    """
    values = list(documented_values(text))
    marked = [(value.path, value.schema) for value in values]
    optional = [
        value
        for value in values
        if value.path not in groups(values)
        and not value.schema.get("required")
        and not value.schema.get("empty")
    ]
    parts = {path: spec for path, schema in marked if (spec := _fragment(schema))}
    names = {"core.v1.EnvVarSource", *(_reference_of(schema) for _, schema in marked)} - {""}
    found = {
        "required": [path for path, schema in marked if schema.get("required")],
        "optional": [value.path for value in optional],
        "types": {value.path: _TYPES[value.type][0] for value in optional if value.type in _WORDED},
        "forms": {path: schema["form"] for path, schema in marked if "form" in schema},
        "texts": {path: schema["texts"] for path, schema in marked if "texts" in schema},
        "fragments": parts,
        "rules": rules.rules(fragments.definitions(names)),
        "fields": rules.FORMS,
        "settings": python_fields.settings(),
    }
    return json.dumps(found, sort_keys=True, indent=1)


def _reference_of(schema: dict[str, Any]) -> str:
    items = schema.get("items", {})
    return str(schema.get("kubernetes") or items.get("kubernetes", ""))


def _fragment(schema: dict[str, Any]) -> str:
    kind = _reference_of(schema).rpartition(".")[2]
    return f"{'@' if 'kubernetes' in schema else '*'}{kind}" if kind else ""


def _node(value: Value, is_group: bool) -> dict[str, Any]:  # noqa: FBT001 (one call)
    keywords = value.schema
    node: dict[str, Any] = {"description": value.description, "default": value.default}
    if is_group:
        is_open = bool(keywords.get("open"))
        node |= {"type": ["object"], "additionalProperties": is_open, "properties": {}}
        node["examples"] = [value.default]
    elif "kubernetes" in keywords:
        node |= fragments.reference(keywords["kubernetes"])
    elif "texts" in keywords:
        kind = "environment" if keywords["texts"] == "environment" else "texts"
        node |= {"$ref": f"#/definitions/{kind}"}
    elif "field" in keywords:
        node |= python_fields.task_field(keywords["field"])
    else:
        node["type"] = _TYPES.get(value.type)
    node |= {key: each for key, each in keywords.items() if key not in _OWN}
    if "kubernetes" in node.get("items", {}):
        node["items"] = fragments.reference(keywords["items"]["kubernetes"])
    if keywords.get("tasks"):
        node["additionalProperties"] = {"$ref": "#/definitions/task"}
    if keywords.get("settings"):
        node |= _settings()
    node.setdefault("examples", node.get("enum", [True, False]))
    if "$ref" not in node:
        _allow_unset(node, required=keywords.get("required", is_group))
    return node


def _allow_unset(node: dict[str, Any], *, required: bool) -> None:
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    node["type"] = types if required else [*types, "null"]
    if required:
        return
    if "enum" in node:
        node["enum"] = [*node["enum"], None, ""]
    if "string" not in types:
        node["type"].append("string")


def _settings() -> dict[str, Any]:
    return {
        "additionalProperties": False,
        "properties": {
            name: {
                "type": _SCALAR,
                "description": f"The setting {name} of rota; see docs/settings.md.",
                **({"examples": keywords["enum"]} if "enum" in keywords else {}),
            }
            for name, keywords in python_fields.settings().items()
        },
        # Let through to the templates, which say where a task's fields belong.
        "patternProperties": {"^ROTA_TASK__": {"type": _SCALAR}},
    }


def _texts() -> dict[str, Any]:
    return {
        "description": "Texts by name; a null is left out.",
        "type": ["object", "null", "string"],
        "additionalProperties": {"type": _SCALAR},
    }


def _environment() -> dict[str, Any]:
    return {
        "description": "Environment by name: a text, or a map with `valueFrom`; null is left out.",
        "type": ["object", "null", "string"],
        "additionalProperties": {
            "type": [*_SCALAR, "object"],
            "additionalProperties": False,
            "required": ["valueFrom"],
            "properties": {"valueFrom": fragments.reference("core.v1.EnvVarSource")},
        },
    }


def _kubernetes_names(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(_kubernetes_names, schema))
    if not isinstance(schema, dict):
        return set()
    found = set().union(*map(_kubernetes_names, schema.values()))
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return found | {name} if "." in name else found
