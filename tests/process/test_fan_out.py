"""A thousand items, some of them bad, through the real client to a real server."""

from collections import Counter

import pytest

from rota.demo.store import DemoOptions
from support.loopback_api import loopback_api
from support.processes import Launcher

ITEMS = 1000
REFUSED = [f"refused-{number}" for number in range(10)]
SLOW_TO_COME = {f"slow-{number}": 2 for number in range(40)}


@pytest.mark.fault(44)
def test_bad_items_stop_no_others_and_each_is_sent_exactly_once(tmp_path):
    good = [f"good-{number}" for number in range(ITEMS - len(REFUSED) - len(SLOW_TO_COME))]
    ids = [*good[:500], *REFUSED, *SLOW_TO_COME, *good[500:]]
    with loopback_api(DemoOptions(refuse=REFUSED, fail_first=SLOW_TO_COME)) as api:
        api.store.add(ids)
        launcher = Launcher(tmp_path, api.url)
        process = launcher.run("run", "notifications")
    assert process.exit_code == 6
    assert api.store.effects == Counter({each: 1 for each in ids if each not in REFUSED})
    assert api.store.pending == REFUSED
    counts = {"sent": ITEMS - len(REFUSED), "refused": len(REFUSED), "failed": 0}
    assert process.events("run.finished")[0]["counts"] == counts
    assert process.message["counts"] == counts
    assert len(process.events("net.retry")) == 2 * len(SLOW_TO_COME)
    assert len(process.events("fan_out.item_refused")) == len(REFUSED)
    assert api.arrived == ITEMS + 2 * len(SLOW_TO_COME), "no request more than needed"
