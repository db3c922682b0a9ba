import pytest

from rota.model.errors import ConfigError
from rota.observers.finding import find_observers
from rota.settings import Settings

MODULE = """
seen = []

def function(event):
    seen.append(("function", event))

class Observer:
    def __call__(self, event):
        seen.append(("class", event))

class NeedsMore:
    def __init__(self, url): ...

async def coroutine(event): ...

number = 3
print("imported")
"""


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Return a function that finds the observers which are named in ROTA_OBSERVERS."""
    (tmp_path / "shop_observers.py").write_text(MODULE)
    (tmp_path / "shop_o-1.0.dist-info").mkdir()
    (tmp_path / "shop_o-1.0.dist-info/METADATA").write_text("Name: shop-o\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    def found(names, entry_points=""):
        (tmp_path / "shop_o-1.0.dist-info/entry_points.txt").write_text(entry_points)
        return find_observers(Settings(_env_file=None, observers=names))

    return found


def test_functions_and_classes_are_found_by_name_in_their_order(found, capsys):
    import shop_observers  # noqa: PLC0415 (made by the fixture)

    names = "shop_observers:function, shop_observers:Observer,shop_observers:seen.append"
    for observer in found(names):
        observer("event")

    assert shop_observers.seen == [("function", "event"), ("class", "event"), "event"]


def test_those_of_installed_packages_come_first(found):
    points = "[rota.observers]\nb = shop_observers:Observer\na = shop_observers:function\n"

    kinds = [type(each).__name__ for each in found("shop_observers:seen.append", points)]

    assert kinds == ["function", "Observer", "builtin_function_or_method"]


def test_there_are_none_by_default(found):
    assert found("") == []


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("shop_observers", "is not of the form 'module:attribute'"),
        ("shop_observers:functoin", "has no attribute 'functoin', did you mean 'function'"),
        ("shop_observers:NeedsMore", "cannot be instantiated without arguments"),
        ("shop_observers:coroutine", "is a coroutine function"),
        ("shop_observers:number", "cannot be called"),
        ("no_such_module:x", "no_such_module"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_to_do(found, name, problem):
    with pytest.raises(ConfigError) as raised:
        found(name)

    assert str(raised.value).startswith("ROTA_OBSERVERS: ")
    assert problem in str(raised.value)


def test_a_bad_entry_point_is_named(found):
    with pytest.raises(ConfigError, match=r"entry point 'mine' of group 'rota\.observers'"):
        found("", "[rota.observers]\nmine = shop_observers:number\n")
