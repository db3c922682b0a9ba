import pytest

from rota.web.pages.links import run_path, slot_path, task_path
from support.ledger_runs import START


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(run_path("../a/b?c#d"), "runs/..%2Fa%2Fb%3Fc%23d", id="run"),
        pytest.param(task_path("a/b"), "tasks/a%2Fb", id="task"),
        pytest.param(slot_path("a/b", START), "tasks/a%2Fb/slots/2026-11-24T00:00:00Z", id="slot"),
    ],
)
def test_a_name_is_one_segment_of_a_path_whatever_it_has(path, expected):
    assert path == expected
