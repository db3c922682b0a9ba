"""The fields as tables of the docs."""

from collections.abc import Iterable
from enum import StrEnum

from rota.model.task_fields import TASK_FIELDS, TaskField

_NAME = (
    "`name`",
    "none",
    "lower-case letters, digits, single `-` and `_` between them, at most 40 characters",
    "its name everywhere; `_` becomes `-` in Kubernetes, where two names that meet are refused",
)


def attributes() -> str:
    """Return the table of a task's attributes, for docs/writing-tasks.md."""
    rows = [
        (f"`{field.name}`", _default(field), _bounds(field), field.meaning) for field in TASK_FIELDS
    ]
    return _table(("attribute", "default", "bounds", "meaning"), [_NAME, *rows])


def names() -> str:
    """Return the table of what a field is called elsewhere, for docs/settings.md."""
    rows = [
        (
            f"`{field.name.upper()}`",
            f"`{field.name}`",
            f"`{field.chart_key}`",
            f"`spec.{field.in_cronjob}`" if field.in_cronjob else "",
        )
        for field in TASK_FIELDS
    ]
    return _table(("`<FIELD>`", "attribute", "key in the chart", "in a CronJob"), rows)


def _default(field: TaskField) -> str:
    if field.derived:
        return field.derived
    if isinstance(field.default, bool | StrEnum):
        return f"`{field.default}`"
    return "none" if field.default is None else str(field.default)


def _bounds(field: TaskField) -> str:
    if field.bounds:
        return field.bounds
    if field.choices:
        return ", ".join(f"`{choice}`" for choice in field.choices)
    lower = field.minimum if field.above is None else f"more than {field.above}"
    limits = [str(each) for each in (lower, field.maximum) if each is not None]
    return " ".join([" to ".join(limits), field.unit]).strip() if limits else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = (heads, ("---",) * len(heads), *rows)
    return "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |") for row in lines)
