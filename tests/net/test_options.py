import pytest

from rota.model.errors import SettingsError
from rota.net.options import ApiOptions


def test_the_token_is_in_no_repr():
    assert "canary" not in repr(ApiOptions(token="canary-1"))


@pytest.mark.parametrize(
    "values",
    [
        {"token": "x", "token_file": "y"},
        {"client_key_file": "y"},
        {"timeout_seconds": 0},
        {"timeout_seconds": float("nan")},
        {"deadline_seconds": -1},
        {"attempts": 0},
        {"max_response_bytes": 0},
        {"max_pages": 0},
        {"max_connections": 0},
        {"backoff_initial_seconds": -1},
    ],
    ids=str,
)
def test_values_that_cannot_work_are_refused(values):
    with pytest.raises(SettingsError):
        ApiOptions(**values)
