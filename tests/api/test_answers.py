import pytest

from rota.api import answers
from rota.model.errors import ApiResponseError


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ({}, "expected items to be a list, got null or nothing"),
        ({"items": "a"}, "expected items to be a list, got a string"),
        ({"items": [1]}, r"items\[0\]: expected a JSON object, got another number"),
        (
            {"items": [{"id": 1}, {"id": True}]},
            r"items\[1\]: expected an id that is a string or a whole number, got a boolean",
        ),
    ],
)
def test_what_came_instead_is_named_with_its_place(page, problem):
    with pytest.raises(ApiResponseError, match=f"^GET /x: {problem}$"):
        answers.page_items(page, "GET /x")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null or nothing"),
        (True, "a boolean"),
        (-1, "another number"),
        (1.5, "another number"),
        ("3", "a string"),
        ([3], "a list"),
        ({"n": 3}, "an object"),
    ],
)
def test_every_kind_of_json_value_has_a_name_in_messages(value, name):
    with pytest.raises(ApiResponseError, match=f"^POST /x: expected .*, got {name}$"):
        answers.cleanup_result({"deleted": value}, "POST /x")
