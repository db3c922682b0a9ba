import hashlib
from collections import Counter

import pytest

from rota.model.errors import ScheduleError
from rota.schedules import CronJobSchedule, splay_offset_minutes, splayed_cronjob_schedule


def adler32(text):
    # RFC 1950, section 8.2, by the definition: what sprig's adler32sum prints.
    a, b = 1, 0
    for byte in text.encode():
        a = (a + byte) % 65521
        b = (b + a) % 65521
    return b * 65536 + a


@pytest.mark.parametrize("task", ["cleanup", "notifications", "\u00e4-task"])
def test_the_offset_is_what_helms_functions_compute(task):
    digest = hashlib.sha256(f"shop/{task}".encode()).hexdigest()
    assert splay_offset_minutes("shop", task, 9) == adler32(digest) % 10


def test_the_offset_never_changes_between_releases_of_rota():
    assert [splay_offset_minutes("rota", "cleanup", n) for n in (0, 1, 5, 59)] == [0, 0, 2, 44]


def test_the_offsets_reach_from_none_to_the_whole_splay_about_evenly():
    counts = Counter(splay_offset_minutes("rota", f"task-{n}", 9) for n in range(5000))
    assert sorted(counts) == list(range(10))
    assert min(counts.values()) > 400


def test_the_same_task_of_another_release_has_its_own_offset():
    offsets = {splay_offset_minutes(f"release-{n}", "cleanup", 59) for n in range(100)}
    assert len(offsets) > 30


def test_the_text_of_an_interval_is_moved_by_the_offset():
    offset = splay_offset_minutes("shop", "cleanup", 14)
    assert offset != 0
    mapped = splayed_cronjob_schedule(900, release="shop", task="cleanup", splay_minutes=14)
    assert mapped == CronJobSchedule(f"{offset}-59/15 * * * *", "Etc/UTC", exact=True)


def test_a_splay_of_zero_moves_nothing():
    mapped = splayed_cronjob_schedule(900, release="shop", task="cleanup", splay_minutes=0)
    assert mapped.text == "*/15 * * * *"


@pytest.mark.parametrize("seconds", [30, 61, 5400, 172_800])
def test_an_interval_without_a_five_field_text_cannot_be_splayed(seconds):
    with pytest.raises(
        ScheduleError, match=f"splay_minutes is refused for an interval of {seconds}"
    ):
        splayed_cronjob_schedule(seconds, release="rota", task="cleanup", splay_minutes=5)


@pytest.mark.parametrize("splay_minutes", [-1, 1.5, True, "5", None])
def test_a_splay_that_is_not_a_number_of_minutes_is_refused(splay_minutes):
    with pytest.raises(ScheduleError, match=r"splay_minutes .* is refused"):
        splay_offset_minutes("rota", "cleanup", splay_minutes)
