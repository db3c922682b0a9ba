"""The fields in the chart: the keys of `taskDefaults`, and the template of a task's settings."""

import json
import textwrap

from rota.model.task_fields import NON_SCHEDULE_FIELDS, TASK_FIELDS, TaskField

_WIDTH = 100
_TYPES = {int: "int", float: "number", bool: "bool", str: "string"}
# Verb of printf and its argument, by type.
_PRINTED = {
    int: ("%d", "(int64 .{key})"),
    float: ("%v", '(include "rota.text" .{key})'),
    bool: ("%t", ".{key}"),
    str: ("%s", '(toString .{key} | include "rota.dotenvValue")'),
}
_CHOICE = ("%s", ".{key}")


def task_defaults() -> str:
    """Return the fields' part of `taskDefaults` in values.yaml."""
    return "\n".join(line for field in TASK_FIELDS for line in _documented(field))


def settings_template() -> str:
    """Return the templates of a task's defaults and settings, as rota.kubernetes.manifests."""
    fields = [field for field in NON_SCHEDULE_FIELDS if field.in_settings]
    defaults = {
        field.chart_key: field.default for field in NON_SCHEDULE_FIELDS if field.default is not None
    }
    # One printf, since there may be thousands of tasks, and each action of a template costs.
    text, arguments = "", ["$prefix", "$schedule"]
    optional = ""
    for field in fields:
        verb, argument = _printed(field)
        if _has_always(field):
            arguments.append(argument)
            text += f"%[1]s{field.name.upper()}=%[{len(arguments)}]{verb[1:]}\\n"
        else:
            arguments.append(f"${field.chart_key}")
            text += f"%[{len(arguments)}]s"
            optional += _OPTIONAL.format(
                key=field.chart_key, line=f"{field.name.upper()}={verb}", argument=argument
            )
    return (
        _TEMPLATE.replace("DEFAULTS", json.dumps(defaults))
        .replace("OPTIONAL", optional)
        .replace("PRINTED", f'"%[1]s%[2]s\\n{text}" {" ".join(arguments)}')
    )


def _has_always(field: TaskField) -> bool:
    """Whether the templates have a value of every task."""
    return field.always_set and not field.exact_only


def _printed(field: TaskField) -> tuple[str, str]:
    verb, argument = _PRINTED.get(field.type, _CHOICE)
    return verb, argument.format(key=field.chart_key)


def _documented(field: TaskField) -> list[str]:
    default = None if field.exact_only else field.default
    type_name = _TYPES.get(field.type, "string")
    meaning = field.chart_meaning or f"{field.meaning[:1].upper()}{field.meaning[1:]}."
    lines = _comment(f"-- ({type_name}) {meaning}" if default is None else f"-- {meaning}")
    if default is None and (words := _default_words(field)):
        lines += _comment(f"@default -- {words}")
    keywords = [f"form: {field.chart_form}"] if field.chart_form else []
    keywords.append(f"field: {field.name}")
    if not field.examples and field.type is not bool and not field.choices:
        raise ValueError(f"{field.name} needs examples, for the chart's schema")
    if field.examples:
        keywords.append(f"examples: {field.examples}")
    lines += _comment(f"@schema {{{', '.join(keywords)}}}")
    return [*lines, f"  {field.chart_key}: {_yaml(default)}"]


def _default_words(field: TaskField) -> str:
    if field.chart_default or field.derived:
        return field.chart_default or field.derived
    return "" if field.default is None else f"`{field.default}`"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="  # ",
        subsequent_indent="  # ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _yaml(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


_OPTIONAL = (
    '{{{{- ${key} := "" -}}}}\n{{{{- if hasKey . "{key}" -}}}}'
    '{{{{- ${key} = printf "%s{line}\\n" $prefix {argument} -}}}}{{{{- end -}}}}\n'
)
_TEMPLATE = """\
{{/*
Written by `make generate` from rota.model.task_fields.
*/}}

{{/*
What every task has that states nothing else, as JSON.
*/}}
{{- define "rota.fieldDefaults" -}}
DEFAULTS
{{- end }}

{{/*
The lines of one task. Everything about it that a class attribute could state is set, so that the
scheduler does what the CronJobs do. As rota.kubernetes.manifests.config_map, byte for byte.
*/}}
{{- define "rota.ownSettings" -}}
{{- $prefix := printf "ROTA_TASK__%s__" (.name | replace "-" "_" | upper) -}}
{{- $schedule := "" -}}
{{- if .seconds -}}
{{- $schedule = printf "INTERVAL_SECONDS=%d" .seconds -}}
{{- else -}}
{{- $schedule = printf "SCHEDULE=%s\\n%sTIMEZONE=%s" (include "rota.dotenvValue" .schedule) $prefix (include "rota.dotenvValue" .timezone) -}}
{{- end -}}
OPTIONAL{{- printf PRINTED -}}
{{- end }}
"""  # noqa: E501 (a template's line)
