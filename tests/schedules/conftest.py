from functools import cache
from pathlib import Path

import pytest

from rota.schedules import load_zone, tz_database

# Of release 2025b, which the vectors were made with: Cuba has changed its mind since.
_ZONES = Path(__file__).parent.parent / "fixtures/zoneinfo"


@pytest.fixture(scope="module", autouse=True)
def zones_of_the_vectors():
    """Read the zones that have changed since from a copy of the rules of then."""
    then = tz_database.TzDatabase("the vectors", "2025b", _ZONES)
    databases = (then, *tz_database.tz_databases())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tz_database, "tz_databases", cache(lambda: databases))
        load_zone.cache_clear()
        yield
    load_zone.cache_clear()
