import pytest

from rota.model.errors import SettingsError
from rota.net.options import ApiOptions


def test_the_token_is_in_no_repr():
    assert "canary" not in repr(ApiOptions(token="canary-1"))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"token": "x", "token_file": "y"}, "set the API token or its file, not both"),
        ({"client_key_file": "y"}, "a client key file needs a client certificate file"),
        ({"timeout_seconds": 0}, "timeout_seconds must be more than 0, not 0"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds must be more than 0, not nan"),
        ({"deadline_seconds": -1}, "deadline_seconds must be more than 0, not -1"),
        ({"attempts": 0}, "attempts must be at least 1, not 0"),
        ({"max_response_bytes": 0}, "max_response_bytes must be at least 1, not 0"),
        ({"max_pages": 0}, "max_pages must be at least 1, not 0"),
        ({"max_connections": 0}, "max_connections must be at least 1, not 0"),
        (
            {"backoff_initial_seconds": -1},
            "backoff_initial_seconds must be at least 0, not -1",
        ),
        (
            {"backoff_max_seconds": float("nan")},
            "backoff_max_seconds must be at least 0, not nan",
        ),
        (
            {"retry_after_max_seconds": -0.5},
            "retry_after_max_seconds must be at least 0, not -0.5",
        ),
    ],
    ids=str,
)
def test_values_that_cannot_work_are_refused(values, problem):
    with pytest.raises(SettingsError) as caught:
        ApiOptions(**values)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    "values",
    [
        {"attempts": 1, "max_response_bytes": 1, "max_pages": 1, "max_connections": 1},
        {"timeout_seconds": 0.001, "deadline_seconds": 0.001},
        {"backoff_initial_seconds": 0, "backoff_max_seconds": 0, "retry_after_max_seconds": 0},
        {"client_cert_file": "x", "client_key_file": "y"},
        {"client_cert_file": "x"},
    ],
    ids=str,
)
def test_the_least_that_works_is_accepted(values):
    options = ApiOptions(**values)
    assert {name: getattr(options, name) for name in values} == values
