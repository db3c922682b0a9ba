"""Checks the shape of the Business API's answers. Raises ApiResponseError for any other."""

from typing import Any

from rota.model.errors import ApiResponseError


def json_object(value: object, request: str) -> dict[str, Any]:
    """Return `value` if it is a JSON object; `request` names the culprit, as in `GET /orders`."""
    if not isinstance(value, dict):
        raise ApiResponseError(f"{request}: expected a JSON object, got {_json_type(value)}")
    return value


def cleanup_result(value: object, request: str) -> dict[str, Any]:
    """Return an object whose `deleted` is a whole number of 0 or more."""
    result = json_object(value, request)
    deleted = result.get("deleted")
    if not isinstance(deleted, int) or isinstance(deleted, bool) or deleted < 0:
        raise ApiResponseError(
            f'{request}: expected {{"deleted": n}} with a whole number of 0 or more, '
            f"got {_json_type(deleted)}"
        )
    return result


def page_items(page: dict[str, Any], request: str) -> list[dict[str, Any]]:
    """Return the page's `items`: objects, each with an `id` that is a string or a whole number."""
    found = page.get("items")
    if not isinstance(found, list):
        raise ApiResponseError(f"{request}: expected items to be a list, got {_json_type(found)}")
    for position, item in enumerate(found):
        identity = json_object(item, f"{request}: items[{position}]").get("id")
        if isinstance(identity, bool) or not isinstance(identity, str | int):
            raise ApiResponseError(
                f"{request}: items[{position}]: expected an id that is a string or a whole "
                f"number, got {_json_type(identity)}"
            )
    return found


def _json_type(value: object) -> str:
    match value:
        case None:
            return "null or nothing"
        case bool():
            return "a boolean"
        case int() | float():
            return "another number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"
