import zoneinfo
from datetime import datetime

import pytest

from rota.model.errors import ScheduleError
from rota.schedules import load_zone, parse_schedule


@pytest.mark.fault(12)
@pytest.mark.parametrize(
    ("name", "fragment"),
    [
        ("", "no time zone is given"),
        (None, "no time zone is given"),
        ("Local", "as Kubernetes refuses it"),
        ("lOCAL", "as Kubernetes refuses it"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Berlin", "did you mean Europe/Berlin?"),
        ("America/New York", "did you mean America/New_York?"),
        ("Etc/UTC ", "did you mean Etc/UTC?"),
        ("Tucuman", "did you mean America/Argentina/Tucuman?"),
        ("Ushuaia", "did you mean America/Argentina/Ushuaia?"),
        ("Nowhere/City", "is unknown, names are like Europe/Berlin"),
        ("Madras", "is unknown, names are like Europe/Berlin"),
        ("../etc/passwd", "is unknown"),
        ("/etc/localtime", "is unknown"),
        ("Europe", "is unknown"),
        ("Europe/", "is unknown"),
        ("-05:00", "is unknown"),
        ("localtime", "is unknown"),
        ("posix/Europe/Berlin", "is unknown"),
        ("UTC\0", "is unknown"),
        ("Europe/Berlin\n", "did you mean Europe/Berlin?"),
        ("Äxx", "is unknown"),
        ("A" * 5000, "is unknown"),
    ],
)
def test_a_zone_that_the_api_server_refuses_is_refused(name, fragment):
    with pytest.raises(ScheduleError) as caught:
        parse_schedule("* * * * *", name)
    assert fragment in str(caught.value)


@pytest.mark.parametrize(
    "name", ["UTC", "Etc/UTC", "Etc/GMT+5", "CET", "America/Argentina/ComodRivadavia", "EST5EDT"]
)
def test_a_zone_of_the_tz_database_is_accepted(name):
    assert load_zone(name).name == name


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia"]
)
def test_the_table_of_offsets_agrees_with_zoneinfo_at_every_half_hour(name):
    zone, info = load_zone(name), zoneinfo.ZoneInfo(name)
    start = int(datetime(2011, 1, 1, tzinfo=info).timestamp())
    for epoch in range(start, start + 2 * 366 * 86400, 1800):
        offset = datetime.fromtimestamp(epoch, info).utcoffset().total_seconds()
        assert zone.span(epoch).offset == offset
