import pytest

from rota.runs.bus import EventBus


@pytest.mark.parametrize("error", [RuntimeError(), SystemExit(3)], ids=repr)
def test_whatever_an_observer_raises_the_next_one_is_reported(error, caplog):
    seen = []

    def broken(event):
        raise error

    EventBus([broken, seen.append]).publish("event")

    assert seen == ["event"]
    assert caplog.messages == ["observer.broke"]
    assert repr(broken) == caplog.records[0].observer
