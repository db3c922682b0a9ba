import shutil
import zoneinfo

import pytest

from rota.schedules import parse_schedule, tz_database, zone_difference

IN_2027 = 1_800_000_000
YEAR_SECONDS = 366 * 86400


@pytest.fixture(scope="module", autouse=True)
def zones_of_the_vectors():
    """Not here: these tests bring databases of their own."""


def versions():
    return [database.version for database in tz_database.tz_databases()]


@pytest.mark.fault(122)
@pytest.mark.parametrize(
    ("version", "noon"),
    [("# version 1999b", 20), ("# version 2999a", 12)],
    ids=["the package's", "the system's"],
)
def test_the_newest_database_decides(system_zones, version, noon):
    system_zones(version, America__Los_Angeles="Etc/UTC")

    schedule = parse_schedule("0 12 * * *", "America/Los_Angeles")

    assert schedule.next_epoch(IN_2027) % 86400 == noon * 3600


@pytest.mark.parametrize(
    ("file", "text"),
    [("tzdata.zi", "# version 2999a\n# more"), ("+VERSION", "2999a\n")],
    ids=["Debian's", "BSD's"],
)
def test_a_version_is_read_where_systems_keep_it(system_zones, file, text):
    system_zones(text, file)

    assert versions()[0] == "2999a"


@pytest.mark.parametrize("text", ["", "# version unknown", "\udcff"], ids=repr)
def test_a_database_of_an_unknown_version_comes_last(system_zones, text):
    folder = system_zones("x", Etc__UTC="Etc/UTC")
    (folder / "tzdata.zi").write_text(text, "utf-8", "surrogateescape")

    assert versions()[-1] == ""
    assert len(versions()) == 2


def test_of_two_equally_new_the_systems_comes_first(system_zones):
    package = tz_database.tz_databases()
    newest = max(database.version for database in package)
    folder = system_zones(f"# version {newest}")

    assert tz_database.tz_databases()[0].source == str(folder)


def test_a_zone_that_the_newest_lacks_is_read_from_the_next(system_zones):
    system_zones("# version 2999a")

    assert parse_schedule("0 12 * * *", "Asia/Tokyo").next_epoch(IN_2027) % 86400 == 3 * 3600


def test_an_unknown_zone_is_in_none(system_zones):
    system_zones("# version 2999a")

    with pytest.raises(KeyError, match="Nowhere/City"):
        tz_database.zone_info("Nowhere/City")


@pytest.mark.fault(122)
def test_where_two_databases_disagree_is_found(system_zones):
    system_zones("# version 1999b", Europe__Berlin="Europe/Istanbul", Asia__Tokyo="Asia/Seoul")
    spring = 1_806_195_600  # 2027-03-28T01:00:00Z, when Berlin puts its clock forward

    berlin = zone_difference("Europe/Berlin", spring - 86400, spring + YEAR_SECONDS)

    assert berlin.at == spring - 86400
    assert (berlin.used.source, berlin.other.version) == ("the package tzdata", "1999b")
    assert zone_difference("Asia/Tokyo", spring, spring + YEAR_SECONDS) is None
    assert zone_difference("Asia/Seoul", spring, spring + YEAR_SECONDS) is None


def test_a_database_that_lacks_the_zone_hides_no_other_that_disagrees(system_zones, monkeypatch):
    second = system_zones("# version 1999b", Europe__Berlin="Europe/Istanbul")
    first = second.parent / "without"
    (first / "Etc").mkdir(parents=True)
    (first / "tzdata.zi").write_text("# version 1999c")
    shutil.copy(second / "Europe/Berlin", first / "Etc/UTC")
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(first), str(second)))
    tz_database.tz_databases.cache_clear()

    assert versions()[1:] == ["1999c", "1999b"]
    difference = zone_difference("Europe/Berlin", IN_2027, IN_2027 + YEAR_SECONDS)
    assert difference.other.source == str(second)


def test_a_disagreement_that_begins_later_is_reported_with_its_instant(system_zones):
    system_zones("# version 1999b", Europe__Berlin="Africa/Lagos")  # an hour ahead of UTC, always
    spring = 1_806_195_600

    assert zone_difference("Europe/Berlin", spring - 9 * 86400, spring + 86400).at == spring


def test_the_package_serves_where_the_system_has_no_zones(monkeypatch, system_zones):
    system_zones("")
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    tz_database.tz_databases.cache_clear()

    assert [each.source for each in tz_database.tz_databases()] == ["the package tzdata"]
    assert parse_schedule("0 12 * * *", "Europe/Berlin").next_epoch(1_750_000_000) % 86400 == 36000
