import pytest

from rota.model.errors import ScheduleError
from rota.schedules import warnings_for


@pytest.mark.fault(10)
@pytest.mark.parametrize(
    ("text", "zone", "fragments"),
    [
        ("*/90 * * * *", "Etc/UTC", ["minute 0 only, once in each hour"]),
        ("0 */24 * * *", "Etc/UTC", ["hour 0 only, once in each day"]),
        ("*/7 * * * *", "Etc/UTC", ["from 56 to 0 it is 4, not 7"]),
        ("0/7 * * * *", "Etc/UTC", ["from 56 to 0 it is 4, not 7"]),
        ("*/45 * * * *", "Etc/UTC", ["from 45 to 0 it is 15, not 45"]),
        ("0 */5 * * *", "Etc/UTC", ["from 20 to 0 it is 4, not 5"]),
        ("0 0 1 */5 *", "Etc/UTC", ["from 11 to 1 it is 2, not 5"]),
        ("0 0 * * */2", "Etc/UTC", ["from 6 to 0 it is 1, not 2"]),
        ("0 0 */2 * *", "Etc/UTC", ["restart on the 1st"]),
        ("0 0 */30 * *", "Etc/UTC", ["restart on the 1st"]),
        ("0 0 */31 * *", "Etc/UTC", ["day-of-month 1 only, once in each month"]),
        ("0 0 1 */12 *", "Etc/UTC", ["month 1 only, once in each year"]),
        ("0 0 * * */7", "Etc/UTC", ["day-of-week 0 only, once in each week"]),
        ("0 0 */2 * 1", "Etc/UTC", ["restart on the 1st", "match either of them, not both"]),
        ("0 0 13 * FRI", "Etc/UTC", ["match either of them, not both"]),
        (
            "30 2 * * *",
            "Europe/Berlin",
            ["02:30 in Europe/Berlin is skipped", "02:30 in Europe/Berlin is run twice"],
        ),
        ("30 1 * * *", "America/New_York", ["01:30 in America/New_York is run twice"]),
        ("@daily", "America/Havana", ["00:00 in America/Havana is skipped", "is run twice"]),
        ("@every 90m", "Etc/UTC", ["no fixed times"]),
    ],
)
def test_a_text_that_does_not_mean_what_it_seems_to_is_pointed_out(text, zone, fragments):
    warnings = warnings_for(text, zone)
    assert len(warnings) == len(fragments)
    for warning, fragment in zip(warnings, fragments, strict=True):
        assert fragment in warning


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("*/15 * * * *", "Etc/UTC"),
        ("5-59/15 * * * *", "Etc/UTC"),
        ("5-59/7 * * * *", "Etc/UTC"),
        ("0-20/7 * * * *", "Etc/UTC"),
        ("0 0 1 */6 *", "Etc/UTC"),
        ("0 */6 * * *", "Etc/UTC"),
        ("@hourly", "Europe/Berlin"),
        ("30 2 * * *", "Etc/UTC"),
        ("30 2 * * *", "America/Sao_Paulo"),
        ("30 2 * * SAT", "Europe/Berlin"),
        ("30 2 1 1 *", "Europe/Berlin"),
        ("30 4 * * *", "Europe/Berlin"),
        ("0 0 31 * ?", "Etc/UTC"),
    ],
)
def test_a_plain_text_has_no_warnings(text, zone):
    assert warnings_for(text, zone) == []


def test_a_text_that_is_refused_has_no_warnings_but_an_error():
    with pytest.raises(ScheduleError):
        warnings_for("0 0 30 2 *")


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("59 2 * * *", ["02:59", "02:59"]),
        ("0 2 * * *", ["02:00", "02:00"]),
        ("0 3 * * *", []),
        ("59 1 * * *", []),
        ("17,43 2 * * *", ["02:17", "02:17"]),
    ],
)
def test_a_clock_change_is_reported_to_the_minute(text, times):
    told = [each for each in warnings_for(text, "Europe/Berlin") if each.startswith("the run at")]

    assert [each.split()[3] for each in told] == times
