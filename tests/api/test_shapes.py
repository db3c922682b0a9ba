import pytest

from rota.api import shapes
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
        shapes.items(page, "GET /x")
