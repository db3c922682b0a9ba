import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.schedules import ChangingSchedule, Cron, Stretch, fire_times, newest_until
from rota.schedules.every import Every

HOUR = 3600
START = 1_764_115_200  # 2025-11-26T00:00:00Z
HOURLY, HALF_PAST, EVERY = Cron("0 * * * *"), Cron("30 * * * *"), Every("@every 420s")


def changing(*stretches):
    return ChangingSchedule("", "Etc/UTC", tuple(Stretch(*each) for each in stretches))


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        pytest.param([], [], id="nothing was ever said"),
        pytest.param([(0.0, HOURLY)], [HOUR, 2 * HOUR, 3 * HOUR], id="always the same"),
        pytest.param([(START + 60.0, HOURLY)], [HOUR, 2 * HOUR, 3 * HOUR], id="made lately"),
        pytest.param([(START + HOUR + 0.0, HOURLY)], [2 * HOUR, 3 * HOUR], id="made at a slot"),
        pytest.param(
            [(0.0, HOURLY), (START + HOUR + 0.0, HALF_PAST)],
            [HOUR, HOUR + 1800, 2 * HOUR + 1800],
            id="a slot at the very second of a change is the old one's",
        ),
        pytest.param(
            [(0.0, HOURLY), (START + HOUR - 0.5, None)], [], id="gone before the first slot"
        ),
        pytest.param(
            [(0.0, HOURLY), (START + 60.0, None), (START + 2 * HOUR + 60.0, HOURLY)],
            [3 * HOUR],
            id="gone for a while",
        ),
        pytest.param(
            [(0.0, EVERY, START - 7), (START + 900.0, None)], [413, 833], id="every from its anchor"
        ),
        pytest.param(
            [(0.0, EVERY, START + 13)], [433, 853, 1273], id="every has no slot before its anchor"
        ),
        pytest.param(
            [(0.0, None), (START + 60.0, EVERY, START + 13)],
            [433, 853, 1273],
            id="every has no slot at its anchor",
        ),
    ],
)
def test_it_fires_as_was_said_at_the_time(stretches, expected):
    found = list(fire_times(changing(*stretches), START, START + 3 * HOUR))

    assert [fire - START for fire in found[:3]] == expected


def test_it_says_what_holds_now():
    schedule = changing((0.0, HOURLY), (5.0, HALF_PAST))

    assert schedule.rule is HALF_PAST
    assert changing().rule is None
    assert hash(schedule) == hash(changing((0.0, HOURLY), (5.0, HALF_PAST)))


RULES = st.sampled_from([HOURLY, HALF_PAST, Cron("*/7 * * * *"), EVERY, None])
STRETCHES = st.lists(
    st.tuples(st.integers(-HOUR, 6 * HOUR), RULES, st.integers(-HOUR, HOUR)), max_size=5
).map(
    lambda found: [
        (float(START + since), rule, START + anchor)
        for since, rule, anchor in sorted(found, key=lambda each: each[0])
    ]
)


@given(STRETCHES, st.integers(0, 5 * HOUR))
def test_asking_from_later_on_skips_nothing(stretches, after):
    schedule = changing(*stretches)
    all_of_them = list(fire_times(schedule, START, START + 6 * HOUR))
    rest = list(fire_times(schedule, START + after, START + 6 * HOUR))

    assert rest == [fire for fire in all_of_them if fire > START + after]
    newest = newest_until(schedule, START, START + after)
    assert newest == max((fire for fire in all_of_them if fire <= START + after), default=None)
