"""YAML that all parsers read alike: Go's (kubectl, Helm), Python's, 1.1 and 1.2.

The same input gives the same bytes, on every machine.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from rota.model.errors import UsageError

_WIDEST_LINE = 2**31  # a folded line reads badly in a diff

# Plain only if no parser could read a number, a boolean, a time or a comment. Everything else, such
# as `1e3`, `on`, `0 * * * *` or `12:30:00`, is quoted.
_PLAIN = re.compile(r"(\.\./)*[A-Za-z/][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*")
# Several lines that a block shows unchanged.
_LINES = re.compile(r"([!-~]([ -~]*[!-~])?\n)+")
_READ_AS_SOMETHING_ELSE = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 (PyYAML's signature)
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (PyYAML's signature)
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _READ_AS_SOMETHING_ELSE
    style = None if plain else "|" if _LINES.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def yaml_document(value: Mapping[str, Any], *, comment: Sequence[str] = ()) -> str:
    """Return one document: keys sorted, ambiguous strings quoted, `comment` lines on top.

    `value` is made of dicts with string keys, lists, str, int, float, bool and None.
    """
    lines = "".join(f"# {line}".rstrip() + "\n" for line in comment)
    return lines + yaml.dump(value, Dumper=_Dumper, width=_WIDEST_LINE, allow_unicode=True)


def yaml_documents(values: Iterable[Mapping[str, Any]], *, comment: Sequence[str] = ()) -> str:
    """Return several documents in the order given, `comment` lines above the first."""
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment)
    return head + "---\n".join(yaml_document(value) for value in values)


def read_documents(text: str, source: str) -> list[dict[str, Any]]:
    """Return the objects in a YAML or JSON text, members of a `List` taken out of it.

    UsageError, with `source` named, where the text is not YAML, or holds something that is not an
    object.
    """
    try:
        documents = [each for each in yaml.safe_load_all(text) if each is not None]
        return [found for document in documents for found in _members(document, source)]
    except yaml.YAMLError as error:
        first = " ".join(str(error).split())
        raise UsageError(f"{source} is not YAML: {first}") from None
    except RecursionError:
        # An alias may also name what it is in.
        raise UsageError(f"{source} is nested too deeply for a list of manifests") from None


def _members(document: Any, source: str) -> list[dict[str, Any]]:
    """Return the objects of a list, of those in it too; else the document itself."""
    if not isinstance(document, dict):
        # Not what it is, which may be a secret.
        raise UsageError(
            f"{source} contains something that is not a Kubernetes object, but a "
            f"{type(document).__name__}; give it manifests, in YAML or JSON"
        )
    kind = str(document.get("kind", ""))
    if not kind.endswith("List"):
        return [document]
    # The API server leaves out what the list's own kind says, as in a CronJobList.
    member = {"kind": kind.removesuffix("List")} if kind != "List" else {}
    items = document.get("items")
    return [
        found
        for each in (items if isinstance(items, list) else [])
        for found in _members({**member, **each} if isinstance(each, dict) else each, source)
    ]
