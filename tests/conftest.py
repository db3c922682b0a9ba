import importlib
import logging
import os
import shutil
import tempfile
import zoneinfo
from pathlib import Path

import hypothesis
import pytest

from rota.logs import redaction
from rota.schedules import load_zone, tz_database
from rota.settings import installed
from support.environment import is_setting

# No test is timed: a machine may be busy. With CI=true the examples are the same each time, which
# is hypothesis's own rule.
hypothesis.settings.register_profile(
    "rota", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# For tools/mutants.py: the same examples each time, so that the same mutants survive.
hypothesis.settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, max_examples=50
)
hypothesis.settings.load_profile("rota")

_FOLDER = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure():
    """Have the tests see none of the settings of whoever runs them."""
    for name in list(filter(is_setting, os.environ)):
        del os.environ[name]


def pytest_collection_finish(session):
    """Run the tests in an empty folder: where they are started there may be a `.env`."""
    folder = session.config.stash[_FOLDER] = tempfile.mkdtemp(prefix="rota-tests-")
    os.chdir(folder)


def pytest_sessionfinish(session):
    folder = session.config.stash.get(_FOLDER, None)
    if folder is not None:
        os.chdir(session.config.rootpath)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def packages_of_this_test():
    """Forget which entry points were found on the same path before."""
    installed.forget()


@pytest.fixture(autouse=True)
def no_secrets_of_others(monkeypatch):
    """Mask what this test says is secret, not what others had for passwords."""
    monkeypatch.setattr(redaction, "_forms_by_secret", {})


@pytest.fixture(autouse=True)
def logging_as_before():
    """Take back what a test does to the process's logging, such as by calling a command in it."""
    root, package = logging.getLogger(), logging.getLogger("rota")
    before = root.level, package.level
    yield
    for handler in root.handlers[:]:
        if type(handler).__module__ == "rota.logs.setup":
            root.removeHandler(handler)
    root.setLevel(before[0])
    package.setLevel(before[1])


@pytest.fixture
def system_zones(tmp_path, monkeypatch):
    """Return a function that makes the system's tz database, with what is given in place of zones.

    Everything that is kept of the machine's own databases is forgotten, before and after.
    """

    def make(version, file="tzdata.zi", **zones):
        folder = tmp_path / "zoneinfo"
        folder.mkdir()
        if version:
            (folder / file).write_text(version)
        packaged = Path(importlib.import_module("tzdata").__path__[0]) / "zoneinfo"
        for name, stand_in in zones.items():
            path = folder / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(packaged / stand_in, path)
        monkeypatch.setattr(zoneinfo, "TZPATH", (str(folder), str(tmp_path / "missing")))
        forget()
        return folder

    def forget():
        tz_database.tz_databases.cache_clear()
        load_zone.cache_clear()

    yield make
    monkeypatch.undo()
    forget()
