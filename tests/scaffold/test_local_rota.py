import json
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import pytest

from rota.scaffold import local_rota as module
from rota.scaffold.local_rota import local_makefile, local_rota


@pytest.fixture
def recorded(monkeypatch):
    """Have pip recorded a text for rota; None: nothing, as for one from an index."""

    def recorded(text):
        installed = SimpleNamespace(read_text=lambda _: text)
        monkeypatch.setattr(module, "distribution", lambda _: installed)

    return recorded


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"dir_info": {"editable": True}}, "checkout"),
        ({"dir_info": {}}, "checkout"),
        ({"archive_info": {}}, "rota-0.1.0-py3-none-any.whl"),
    ],
    ids=["editable", "folder", "wheel"],
)
def test_a_path_that_pip_recorded_is_what_a_project_installs(recorded, tmp_path, facts, name):
    (tmp_path / name).touch()
    recorded(json.dumps({**facts, "url": (tmp_path / name).as_uri()}))

    assert local_rota() == str(tmp_path / name)
    assert f"ROTA ?= {tmp_path / name}\n" in local_makefile(str(tmp_path / name))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{}",
        "[]",
        "not JSON",
        '{"url": "file:///no/such/folder"}',
        '{"url": "https://user:secret@example.com/rota.whl"}',
        '{"url": "git+file:///tmp"}',
    ],
)
def test_any_other_origin_is_none_that_a_project_can_install_from(recorded, text):
    recorded(text)

    assert local_rota() is None


def test_a_path_that_make_would_not_take_as_it_is_is_left_out(recorded, tmp_path):
    (tmp_path / "my $(rota)").mkdir()
    recorded(json.dumps({"url": (tmp_path / "my $(rota)").as_uri()}))

    assert local_rota() is None


def test_a_rota_that_is_not_installed_has_no_origin(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "distribution", missing)

    assert local_rota() is None
