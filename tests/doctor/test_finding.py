import pytest

from rota.doctor.finding import Health, fail, ok, warn, worst


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], Health.OK),
        ([ok("a", "b")], Health.OK),
        ([warn("a", "b"), ok("a", "b")], Health.WARN),
        ([fail("a", "b"), warn("a", "b")], Health.FAIL),
    ],
)
def test_the_worst_finding_counts(findings, expected):
    assert worst(findings) is expected


def test_a_finding_is_one_line():
    assert fail("settings", "one\n  two").text == "one two"
