"""The time zone of the machine, for tests of what must not depend on it."""

import time

import pytest


@pytest.fixture
def machine_zone(monkeypatch):
    """Return a function that sets it, until the end of the test."""

    def set_zone(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()
