import pytest

from rota.schedules import tz_database
from rota.schedules.zone_report import tz_database_facts, tz_database_text


@pytest.fixture(scope="module", autouse=True)
def zones_of_the_vectors():
    """Not here: these tests bring databases of their own."""


def test_of_two_databases_the_one_in_use_is_reported(system_zones):
    folder = str(system_zones("# version 2999a"))

    assert tz_database_facts() == {"version": "2999a", "source": folder}
    assert tz_database_text() == f"2999a ({folder})"


def test_a_version_that_is_not_known_is_reported_as_such(monkeypatch):
    database = tz_database.TzDatabase("a folder", "", None)
    monkeypatch.setattr("rota.schedules.zone_report.tz_databases", lambda: (database,))

    assert tz_database_facts() == {"version": None, "source": "a folder"}
    assert tz_database_text() == "of an unknown version (a folder)"


def test_where_there_is_none_none_is_reported(monkeypatch):
    monkeypatch.setattr("rota.schedules.zone_report.tz_databases", lambda: ())

    assert tz_database_facts() == {"version": None, "source": None}
    assert tz_database_text() == "none"
