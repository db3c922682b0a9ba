"""What Python says about the fields of tasks and about settings, as JSON Schema.

The seam to the package: a value that is a task's field says `field: <name>` in values.yaml, and has
its type and bounds from here.
"""

from typing import Any

from rota.settings import Settings, TaskOverrides
from rota.settings.model import variable_name
from rota.settings.values import LEVEL_ALIASES

LARGEST_EXACT = 2**53
"""Helm reads numbers as floats; whole numbers beyond are not what was written."""

# `module:attribute`, of which a template can tell the form.
_IMPORTED = ("ROTA_TASKS", "ROTA_OBSERVERS", "ROTA_API_CLIENT")
_KEYWORDS = ("type", "enum", "minimum", "maximum", "exclusiveMinimum", "pattern", "maxLength")


def task_field(name: str) -> dict[str, Any]:
    """Return the keywords of one field of a task."""
    schema = TaskOverrides.model_json_schema()
    return _keywords(schema["properties"][name], schema.get("$defs", {}))


def settings() -> dict[str, dict[str, Any]]:
    """Return the keywords of every setting by its variable, but for those of single tasks."""
    schema = Settings.model_json_schema(by_alias=False)
    found = {
        variable_name(field): _keywords(schema["properties"][field], schema.get("$defs", {}))
        for field in Settings.model_fields
        if field != "task"
    }
    found["LOG_LEVEL"]["enum"] += LEVEL_ALIASES
    for name in _IMPORTED:
        found[name]["imported"] = True
    return found


def _keywords(described: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    unions = [each for each in described.get("anyOf", []) if each.get("type") != "null"]
    found = unions[0] if unions else described
    if "$ref" in found:
        found = definitions[found["$ref"].rpartition("/")[2]]
    kept = {key: found[key] for key in _KEYWORDS if key in found}
    if kept["type"] == "array":
        return {"type": "string"}
    if kept["type"] in ("integer", "number"):
        if "exclusiveMinimum" not in kept:
            kept.setdefault("minimum", 0)
        kept.setdefault("maximum", LARGEST_EXACT)
    return kept
