"""Names and texts of a task's fields in variables, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.model.task_fields import TASK_FIELDS, Overlap
from rota.settings import task_variable, text_of, texts_of_task, value_of
from rota.settings.task_variables import parse_task_variable

NAMES = st.from_regex(r"[a-z0-9]+([-_][a-z0-9]+){0,3}", fullmatch=True)
FIELDS = st.sampled_from([field.name for field in TASK_FIELDS])


@given(task=NAMES, field=FIELDS)
def test_a_composed_name_is_parsed_as_its_parts(task, field):
    parsed = parse_task_variable(task_variable(task, field))

    assert parsed == (task.replace("-", "_").upper(), field.upper())


@given(task=NAMES, field=FIELDS)
def test_a_composed_name_is_found_among_others_by_its_task(task, field):
    variables = {task_variable(task, field): "1", task_variable(f"{task}x", field): "2", "X": "3"}

    assert texts_of_task(task, variables) == {field: "1"}


@pytest.mark.parametrize(
    "variable",
    ["ROTA_TASK__A", "ROTA_TASK____SHARDS", "ROTA_TASK__A__", "ROTA_TASK__A__B__SHARDS", "X__A__B"],
)
def test_a_name_of_another_form_is_not_parsed(variable):
    assert parse_task_variable(variable) is None


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("shards", 3, "3"),
        ("timeout_seconds", 90.0, "90"),
        ("timeout_seconds", 0.25, "0.25"),
        ("suspend", True, "true"),
        ("overlap", Overlap.REPLACE, "replace"),
        ("schedule", "30 2 * * *", "30 2 * * *"),
    ],
)
def test_a_value_is_written_as_a_text_that_means_it(field, value, text):
    assert text_of(value) == text
    assert value_of(field, text) == value


def test_a_text_that_is_refused_stays_a_text():
    assert value_of("shards", "many") == "many"
