import pytest


@pytest.mark.fault(122)
def test_next_and_check_tell_of_the_database_and_of_a_disagreement(system_zones, rota):
    system_zones("# version 1999b", Europe__Berlin="Africa/Lagos")
    berlin = {
        "ROTA_TASK__CLEANUP__SCHEDULE": "0 0 * * *",
        "ROTA_TASK__CLEANUP__TIMEZONE": "Europe/Berlin",
    }
    words = ("tz databases disagree on Europe/Berlin", "not 1999b (", "of its cluster")

    outputs = [
        rota("next", "cleanup", "--from", "2027-03-27T00:00:00Z", "--json", **berlin).stdout,
        rota("check", **berlin).stdout,
        rota("check", "--json", **berlin).stdout,
    ]

    for output in outputs:
        assert all(word in output for word in words)
        assert "the package tzdata" in output
    calm = rota("next", "cleanup", "--from", "2027-01-27T00:00:00Z", "--json", **berlin)
    assert "disagree" not in calm.stdout
