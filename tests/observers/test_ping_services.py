"""The request that tells each service of a run."""

import uuid

import pytest

from rota.net.ping_targets import parse_ping_targets
from rota.observers.ping_services import Ping, PingEvent, request_of, run_uuid

UUID = "7d1c0f5e-7a3b-5b0e-8a53-6f0a3f5d2c11"
PINGS = {
    "start": Ping(PingEvent.START, "clean-up", UUID),
    "success": Ping(PingEvent.SUCCESS, "clean-up", UUID, 0, 1.5),
    "failure": Ping(PingEvent.FAILURE, "clean-up", UUID, 5, 60.0),
    "unknown-failure": Ping(PingEvent.FAILURE, "clean-up", UUID, note="the Job was refused"),
    "log": Ping(PingEvent.LOG, "clean-up", UUID, note="skipped: overlap"),
}
SAYS_5 = "exit code 5: the task timed out"
SAYS_0 = "exit code 0: succeeded"
IN_QUERY_5, IN_QUERY_0 = (says.replace(" ", "+").replace(":", "%3A") for says in (SAYS_5, SAYS_0))
HC = "healthchecks+https://hc.test/key/{task}?create=1"
CRONITOR = "cronitor+https://cronitor.test/p/key/{task}"
SENTRY = "sentry+https://o1.sentry.test/api/7/cron/{release}-{task}/key/"
BETTERSTACK = "betterstack+https://bs.test/api/v1/heartbeat/key"
KUMA = "kuma+https://kuma.test/api/push/key?status=up&msg=OK&ping="
PLAIN = "https://x.test/{release}/{task}/{event}?u={run_uuid}&c={exit_code}&d={duration}"
CASES = [
    (HC, "start", f"https://hc.test/key/clean-up/start?create=1&rid={UUID}", ""),
    (HC, "success", f"https://hc.test/key/clean-up?create=1&rid={UUID}", SAYS_0),
    (HC, "failure", f"https://hc.test/key/clean-up/5?create=1&rid={UUID}", SAYS_5),
    (
        HC,
        "unknown-failure",
        f"https://hc.test/key/clean-up/fail?create=1&rid={UUID}",
        "the Job was refused",
    ),
    (HC, "log", f"https://hc.test/key/clean-up/log?create=1&rid={UUID}", "skipped: overlap"),
    (CRONITOR, "start", f"https://cronitor.test/p/key/clean-up?state=run&series={UUID}", ""),
    (
        CRONITOR,
        "success",
        (
            f"https://cronitor.test/p/key/clean-up?state=complete&series={UUID}&status_code=0"
            f"&metric=duration%3A1.500&message={IN_QUERY_0}"
        ),
        "",
    ),
    (
        CRONITOR,
        "failure",
        (
            f"https://cronitor.test/p/key/clean-up?state=fail&series={UUID}&status_code=5"
            f"&metric=duration%3A60.000&message={IN_QUERY_5}"
        ),
        "",
    ),
    (CRONITOR, "log", None, None),
    (
        SENTRY,
        "start",
        (
            f"https://o1.sentry.test/api/7/cron/shop-clean-up/key/?status=in_progress"
            f"&check_in_id={UUID}"
        ),
        "",
    ),
    (
        SENTRY,
        "success",
        f"https://o1.sentry.test/api/7/cron/shop-clean-up/key/?status=ok&check_in_id={UUID}",
        "",
    ),
    (
        SENTRY,
        "failure",
        f"https://o1.sentry.test/api/7/cron/shop-clean-up/key/?status=error&check_in_id={UUID}",
        "",
    ),
    (SENTRY, "log", None, None),
    (BETTERSTACK, "start", None, None),
    (BETTERSTACK, "success", "https://bs.test/api/v1/heartbeat/key", ""),
    (BETTERSTACK, "failure", "https://bs.test/api/v1/heartbeat/key/5", SAYS_5),
    (
        BETTERSTACK,
        "unknown-failure",
        "https://bs.test/api/v1/heartbeat/key/fail",
        "the Job was refused",
    ),
    (BETTERSTACK, "log", None, None),
    (KUMA, "start", None, None),
    (
        KUMA,
        "success",
        f"https://kuma.test/api/push/key?status=up&msg={IN_QUERY_0}&ping=1500",
        "",
    ),
    (
        KUMA,
        "failure",
        f"https://kuma.test/api/push/key?status=down&msg={IN_QUERY_5}&ping=60000",
        "",
    ),
    (KUMA, "log", None, None),
    (PLAIN, "start", f"https://x.test/shop/clean-up/start?u={UUID}&c=&d=", ""),
    (PLAIN, "success", f"https://x.test/shop/clean-up/success?u={UUID}&c=0&d=1.500", ""),
    (PLAIN, "failure", f"https://x.test/shop/clean-up/failure?u={UUID}&c=5&d=60.000", ""),
    (PLAIN, "log", None, None),
    ("https://x.test/{task}", "start", None, None),
    ("https://x.test/{task}", "success", "https://x.test/clean-up", ""),
    ("https://x.test/{task}", "failure", None, None),
]


@pytest.mark.parametrize(
    ("setting", "ping", "url", "body"),
    CASES,
    ids=[f"{setting.split('/')[0].split('+')[0]}-{ping}" for setting, ping, *_ in CASES],
)
def test_each_service_is_told_in_its_own_way(setting, ping, url, body):
    target = parse_ping_targets(setting).of("clean-up")
    request = request_of(target, PINGS[ping], release="shop")
    assert request == (None if url is None else (url, body))


def test_values_cannot_add_to_a_url():
    ping = Ping(PingEvent.SUCCESS, "a/b?c&d{event}", UUID)
    target = parse_ping_targets("https://x.test/{task}").of("any")
    assert request_of(target, ping, release="").url == "https://x.test/a%2Fb%3Fc%26d%7Bevent%7D"


def test_the_uuid_of_a_run_is_canonical_and_the_same_in_every_process():
    first = run_uuid("cleanup", "69270000-0123456789")
    assert str(uuid.UUID(first)) == first == run_uuid("cleanup", "69270000-0123456789")
    assert first != run_uuid("notifications", "69270000-0123456789")
