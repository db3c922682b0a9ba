import pytest

from rota.settings import installed as module
from rota.settings.installed import installed


@pytest.fixture
def readings(monkeypatch):
    """Count how often what is installed is read."""
    readings = []
    read = module.entry_points
    monkeypatch.setattr(module, "entry_points", lambda: readings.append(1) or read())
    return readings


def test_what_is_installed_is_read_once_for_all_groups(readings):
    assert [point.name for point in installed("rota.tasks")] == ["reference"]
    assert installed("rota.observers") == []
    assert len(readings) == 1


def test_it_is_read_again_where_there_is_another_path(readings, monkeypatch, tmp_path):
    assert installed("rota.api_client") == []

    info = tmp_path / "shop-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[rota.api_client]\nz = shop:Z\na = shop:A\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert [point.value for point in installed("rota.api_client")] == ["shop:A", "shop:Z"]
    assert len(readings) == 2
