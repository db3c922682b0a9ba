import pytest

from rota.doctor.business_api import examine_business_api
from rota.doctor.finding import Health
from rota.model.errors import ApiUnavailableError
from rota.net.reach import Answer
from support import fault_server
from support.environment import clear_environment, settings_from
from support.statuses import FixedClock

NOW = 1_795_478_400  # 2026-11-24T00:00:00Z
DATE = "Tue, 24 Nov 2026 00:00:00 GMT"
URL = "http://shop:8000"


@pytest.fixture
def examined(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)

    async def examined(answer, *, now=NOW, **variables):
        settings = settings_from(monkeypatch, {"BUSINESS_API_URL": URL, **variables})

        async def ask(url, options):
            assert url == settings.business_api_url
            if isinstance(answer, Exception):
                raise answer
            return answer

        return await examine_business_api(settings, FixedClock(now), ask=ask)

    return examined


@pytest.mark.parametrize("status", [200, 204, 307, 404, 405])
async def test_any_answer_shows_that_it_is_there(examined, status):
    finding, clock = await examined(Answer(status, DATE))

    assert (finding.health, clock.health) == (Health.OK, Health.OK)
    assert finding.text == f"{URL} answers ({status} at its root)"


@pytest.mark.parametrize(
    ("status", "variables", "message"),
    [
        (401, {}, "set ROTA_API_TOKEN_FILE"),
        (403, {"ROTA_API_TOKEN": "c4n4ry"}, "does not accept the token"),
        (500, {}, "it is there, but not well"),
        (429, {}, "it is there, but not well"),
    ],
)
async def test_an_answer_that_is_not_well_is_told(examined, status, variables, message):
    finding, _ = await examined(Answer(status, DATE), **variables)

    assert finding.health is Health.WARN
    assert message in finding.text
    assert "c4n4ry" not in finding.text


async def test_no_answer_fails(examined):
    [finding] = await examined(ApiUnavailableError("no connection to shop"))

    assert finding.health is Health.FAIL
    assert finding.text == f"{URL} cannot be reached: no connection to shop"


@pytest.mark.parametrize(
    ("ahead", "health", "message"),
    [
        (5, Health.OK, "within 5 s"),
        (-5, Health.OK, "within 5 s"),
        (90, Health.WARN, "90 s ahead of the API's"),
        (-90, Health.WARN, "90 s behind the API's"),
    ],
)
async def test_the_clock_is_compared_with_the_apis(examined, ahead, health, message):
    _, clock = await examined(Answer(200, DATE), now=NOW + ahead)

    assert clock.health is health
    assert message in clock.text


@pytest.mark.parametrize("date", [None, "", "yesterday"])
async def test_without_a_date_nothing_is_compared(examined, date):
    _, clock = await examined(Answer(200, date))

    assert clock.health is Health.WARN
    assert "no usable Date" in clock.text


async def test_the_root_is_asked_for_once(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)
    async with fault_server.running() as server:
        server.play(fault_server.answer(503, b"busy"))
        settings = settings_from(monkeypatch, {"BUSINESS_API_URL": f"{server.url}/v2"})

        finding, _ = await examine_business_api(settings, FixedClock(NOW))

    assert [(each.method, each.target) for each in server.requests] == [("GET", "/v2/")]
    assert "answers 503" in finding.text
