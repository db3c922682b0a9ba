"""The chart's verdict on many values files: many copies of it in one rendering, as subcharts.

A Helm process and the chart's loading cost more than a rendering. Each copy has a name of its own,
and the parent chart puts a template in place of `rota.refuse` that keeps the problems instead of
ending the rendering for all.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from support import helm

_COPIES = 60
_TEMPLATES = {
    "_refuse.tpl": """
{{- define "rota.refuse" -}}
{{- if .problems -}}
{{- $_ := set .values "told" .problems -}}
{{- $_ := set .values "enabled" false -}}
{{- end -}}
{{- end -}}
""",
    # Of all templates the parent's come last.
    "told.yaml": """
kind: Told
told:
{{- range $name, $values := .Values }}
{{- if and (kindIs "map" $values) (hasKey $values "told") }}
  {{ $name }}: {{ toJson $values.told }}
{{- end }}
{{- end }}
""",
}


class Verdict(NamedTuple):
    """What the chart renders, or in which lines it refuses."""

    objects: list[dict[str, Any]]
    told: list[str]


def verdicts(cases: Mapping[str, dict[str, Any]], version: str = "helm") -> dict[str, Verdict]:
    """Return the verdict on each of the values; a text that is no YAML fails the test."""
    names = list(cases)
    found: dict[str, Verdict] = {}
    for start in range(0, len(names), _COPIES):
        some = {f"c{at}": cases[names[at]] for at in range(start, min(start + _COPIES, len(names)))}
        for alias, verdict in _rendered(some, version).items():
            found[names[int(alias[1:])]] = verdict
    return found


def _rendered(cases: dict[str, dict[str, Any]], version: str) -> dict[str, Verdict]:
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder)
        _write_parent(chart, list(cases))
        return _verdicts(chart, cases, version)


def _verdicts(
    chart: Path, cases: dict[str, dict[str, Any]], version: str, more: tuple[str, ...] = ()
) -> dict[str, Verdict]:
    given = {alias: {"businessApi": {"url": helm.URL}, **values} for alias, values in cases.items()}
    try:
        text = helm.template(given, chart=chart, version=version, more=more)
    except helm.HelmRefusedError as refusal:
        refused = _of_schema(str(refusal))
        if not refused:
            return _halves(chart, cases, version, str(refusal))
        rest = {alias: values for alias, values in cases.items() if alias not in refused}
        _write_parent(chart, list(rest))
        found = {alias: Verdict([], told) for alias, told in refused.items()}
        return found | _verdicts(chart, rest, version, ("--skip-schema-validation",))
    return _parted(text, cases)


def _halves(
    chart: Path, cases: dict[str, dict[str, Any]], version: str, told: str
) -> dict[str, Verdict]:
    """Find the one for which Helm ends with an error that is neither the schema's nor ours."""
    if len(cases) == 1:
        return {alias: Verdict([], [told]) for alias in cases}
    found: dict[str, Verdict] = {}
    half = len(cases) // 2
    for some in (list(cases)[:half], list(cases)[half:]):
        _write_parent(chart, some)
        found |= _verdicts(chart, {alias: cases[alias] for alias in some}, version)
    return found


def _write_parent(chart: Path, aliases: list[str]) -> None:
    copy = chart / "charts/rota"
    if not copy.exists():
        shutil.copytree(helm.CHART, copy)
        (chart / "templates").mkdir()
        for name, text in _TEMPLATES.items():
            (chart / "templates" / name).write_text(text, "utf-8")
    dependencies = [{"name": "rota", "version": "*", "alias": alias} for alias in aliases]
    described = {"apiVersion": "v2", "name": "parent", "version": "1.0.0"}
    (chart / "Chart.yaml").write_text(json.dumps(described | {"dependencies": dependencies}))


def _of_schema(told: str) -> dict[str, list[str]]:
    """Return the lines of a refusal by values.schema.json, by subchart."""
    found: dict[str, list[str]] = {}
    alias = ""
    for line in told.splitlines():
        if heading := re.fullmatch(r"(c\d+):", line):
            alias = heading[1]
        elif alias and line.lstrip().startswith("- "):
            found.setdefault(alias, []).append(line)
    return found


def _parted(text: str, cases: dict[str, dict[str, Any]]) -> dict[str, Verdict]:
    found = {alias: Verdict([], []) for alias in cases}
    for part in text.split("\n# Source: ")[1:]:
        source, _, rendered = part.partition("\n")
        owner = re.match(r"parent/charts/(c\d+)/", source)
        for each in helm.parse(rendered):
            if owner:
                found[owner[1]].objects.append(each)
            else:
                for alias, told in (each["told"] or {}).items():
                    found[alias].told.extend(told)
    return found
