import pytest

from rota.model.exit_codes import ExitCode, meaning_of


@pytest.mark.parametrize(
    ("exit_code", "meaning"),
    [
        *((code, code.meaning) for code in ExitCode),
        (137, "killed by SIGKILL"),
        (139, "killed by SIGSEGV"),
        (128, "not one of rota's exit codes"),
        (200, "not one of rota's exit codes"),
        (99, "not one of rota's exit codes"),
    ],
)
def test_an_exit_code_is_shown_with_its_meaning(exit_code, meaning):
    assert meaning_of(exit_code) == meaning
