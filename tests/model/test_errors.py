from datetime import timedelta

import pytest

from rota.model.errors import TryAgain


@pytest.mark.parametrize(
    ("after", "seconds"),
    [(None, None), (0, 0.0), (2.5, 2.5), (timedelta(minutes=5), 300.0)],
    ids=["none", "at once", "seconds", "timedelta"],
)
def test_try_again_knows_after_how_long(after, seconds):
    error = TryAgain("the export is not ready", after=after)

    assert (str(error), error.after_seconds) == ("the export is not ready", seconds)


@pytest.mark.parametrize(
    "after", [-1, timedelta(seconds=-1), timedelta(days=367), float("nan"), 10**400, True, "60"]
)
def test_a_time_that_is_none_is_refused_where_it_is_written(after):
    with pytest.raises(ValueError, match="write seconds, from 0 to a year, or a timedelta"):
        TryAgain("x", after=after)
