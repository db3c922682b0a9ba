import asyncio
import contextlib
import json

import pytest

from rota.kubernetes.api_errors import ApiServerError
from rota.kubernetes.connection import connected
from rota.kubernetes.reflector import (
    LONGEST_PAUSE_SECONDS,
    SHORTEST_PAUSE_SECONDS,
    ChangeKind,
    Reflector,
    pause_seconds,
)
from rota.kubernetes.resources import PODS
from support import fault_server
from support.kubernetes_api import write_kubeconfig
from support.watched_api import (
    GONE,
    REFUSED,
    UNREACHABLE,
    ScriptedApi,
    bookmark,
    error_event,
    event,
    listing,
    pod,
    query,
)


class Ticking:
    """A clock that a second passes on whenever it is asked."""

    def __init__(self):
        self.now = 1000.0

    def timestamp(self):
        self.now += 1
        return self.now


class Notes:
    """Notes changes as `+name@version`, `-name` where seen, `?name` where not, and gaps."""

    def __init__(self):
        self.lines = []

    def changed(self, change):
        metadata = change.found["metadata"]
        sign = {ChangeKind.PRESENT: "+", ChangeKind.DELETED: "-", ChangeKind.VANISHED: "?"}
        version = f"@{metadata['resourceVersion']}" if change.kind is ChangeKind.PRESENT else ""
        self.lines.append(f"{sign[change.kind]}{metadata['name']}{version}")

    def listed(self, resource, gap):
        self.lines.append("listed" if gap is None else f"gap {gap[0]:.0f}-{gap[1]:.0f}")


@contextlib.asynccontextmanager
async def following(source, **options):
    """Give a reflector that follows, what it noted, and how long it paused."""
    notes, pauses = Notes(), []

    async def sleep(seconds):
        pauses.append(seconds)
        await asyncio.sleep(0)

    reflector = Reflector(source, PODS, "shop", notes, Ticking(), sleep=sleep, **options)
    task = asyncio.ensure_future(reflector.run())
    try:
        yield reflector, notes, pauses
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def followed(*script, **options):
    """Return what was noted once the script is at its end, and the API."""
    api = ScriptedApi(*script)
    async with following(api, **options) as (reflector, notes, pauses):
        await fault_server.until(lambda: not api.script and api.asked[len(script) :] != [])
        return reflector, notes.lines, api, pauses


async def test_a_watch_that_ends_in_order_has_missed_nothing_though_it_was_silent(monkeypatch):
    monkeypatch.setattr("rota.kubernetes.reflector._SHORTEST_WATCH_SECONDS", 0.0)
    reflector, lines, api, pauses = await followed(listing(5), *[[]] * 6)

    assert lines == ["listed"]
    # The list at 1001, and each of the watches a second of the clock later.
    assert reflector.health.heard_at == 1007
    assert reflector.health.connected
    assert pauses == [SHORTEST_PAUSE_SECONDS] * 6
    assert api.asked[1][1]["timeoutSeconds"] == 60


async def test_one_that_ends_at_once_with_nothing_proves_nothing():
    reflector, _, _, _ = await followed(listing(5), [], [])

    assert reflector.health.heard_at == 1001


async def test_what_is_there_is_reported_and_then_what_changes():
    _, lines, api, _ = await followed(
        listing(5, pod("a", 3)),
        [event("ADDED", "b", 6), event("MODIFIED", "a", 7), event("DELETED", "a", 8)],
    )

    assert lines == ["+a@3", "listed", "+b@6", "+a@7", "-a"]
    assert api.versions == ["5", "8"]
    assert api.asked[1][1]["allowWatchBookmarks"] == "true"


async def test_a_watch_that_ends_goes_on_where_it_broke_off():
    _, lines, api, _ = await followed(
        listing(5), [event("ADDED", "a", 6), UNREACHABLE], [event("ADDED", "b", 9)], [bookmark(20)]
    )

    assert lines == ["listed", "+a@6", "+b@9"]
    assert api.versions == ["5", "6", "9", "20"]


@pytest.mark.parametrize("expiry", [GONE, [error_event(410)]], ids=["status", "event"])
async def test_after_an_expired_version_everything_is_listed_and_compared(expiry):
    reflector, lines, api, _ = await followed(
        listing(5, pod("a", 3), pod("b", 3), pod("c", 3)),
        [event("DELETED", "c", 6)],
        expiry,
        listing(90, pod("b", 3), pod("a", 70), pod("d", 80)),
        [bookmark(91)],
    )

    # The list, the deletion and the second list, each a second of the clock later.
    assert lines == [
        *("+a@3", "+b@3", "+c@3", "listed", "-c"),
        *("+a@70", "+d@80", "gap 1002-1003"),
    ]
    assert api.versions == ["5", "6", "90", "91"]
    assert reflector.health.relists == {"start": 1, "expired": 1}


async def test_what_went_away_unseen_is_reported_as_vanished():
    _, lines, _, _ = await followed(listing(5, pod("a", 3)), GONE, listing(9))

    assert lines == ["+a@3", "listed", "?a", "gap 1001-1002"]


async def test_a_gap_lasts_until_the_cluster_was_listed_again():
    _, lines, _, _ = await followed(
        listing(5), [bookmark(6), error_event(410)], UNREACHABLE, REFUSED, UNREACHABLE, listing(9)
    )

    assert lines == ["listed", "gap 1002-1003"]


async def test_each_trouble_is_logged_once_and_its_end(caplog):
    caplog.set_level("INFO", "rota")
    script = [UNREACHABLE, UNREACHABLE, REFUSED, listing(5), [bookmark(6)], [UNREACHABLE]]
    await followed(*script, [bookmark(9)])

    assert [(each.message, getattr(each, "error", "")) for each in caplog.records] == [
        ("watch.failed", str(UNREACHABLE)),
        ("watch.failed", str(REFUSED)),
        ("watch.restored", ""),
        ("watch.failed", str(UNREACHABLE)),
        ("watch.restored", ""),
    ]
    assert {each.kind for each in caplog.records} == {"Pod"}


async def test_an_error_event_of_another_kind_does_not_lose_the_version():
    _, lines, api, _ = await followed(listing(5), [error_event(500, "etcd")], [bookmark(9)])

    assert lines == ["listed"]
    assert api.versions == ["5", "5", "9"]


async def test_every_page_is_read_before_anything_is_compared():
    _, lines, api, _ = await followed(
        listing(5, pod("a", 1), following="page-2"), listing(5, pod("b", 2))
    )

    assert lines == ["+a@1", "+b@2", "listed"]
    assert [asked.get("continue") for _, asked in api.asked[:2]] == [None, "page-2"]
    assert api.versions == ["5"]


async def test_where_the_next_page_has_expired_all_are_listed_at_once():
    _, lines, api, _ = await followed(
        listing(5, pod("a", 1), following="page-2"), GONE, listing(8, pod("b", 2))
    )

    assert lines == ["+b@2", "listed"]
    assert [asked.get("limit") for _, asked in api.asked[:3]] == [500, 500, None]


async def test_selectors_go_with_every_request():
    _, _, api, _ = await followed(
        listing(5), selector="release=a", field_selector="reason=FailedCreate"
    )

    for _, asked in api.asked:
        assert (asked["labelSelector"], asked["fieldSelector"]) == (
            "release=a",
            "reason=FailedCreate",
        )


@pytest.mark.parametrize(
    "answer", [{"items": []}, {"metadata": None}, ApiServerError("no JSON")], ids=str
)
async def test_a_list_that_is_none_is_asked_for_again(answer):
    _, lines, api, _ = await followed(answer, listing(5))

    assert lines == ["listed"]
    assert [kind for kind, _ in api.asked[:3]] == ["list", "list", "watch"]


@pytest.mark.parametrize("broken", [{"type": "ADDED"}, {}, {"type": "ADDED", "object": 3}], ids=str)
async def test_an_event_that_is_none_ends_the_watch(broken):
    _, lines, api, _ = await followed(listing(5), [broken, event("ADDED", "x", 7)], [bookmark(9)])

    assert lines == ["listed"]
    assert api.versions == ["5", "5", "9"]


async def test_pauses_grow_while_nothing_is_heard_and_begin_anew_after():
    quiet = [[] for _ in range(8)]
    _, _, _, pauses = await followed(listing(5), *quiet, [bookmark(6)], [bookmark(7)])

    assert max(pauses[:8]) > max(pauses[8:])
    assert pauses[8:] == [SHORTEST_PAUSE_SECONDS] * 2


@pytest.mark.parametrize("failures", [0, 1, 5, 1000])
def test_a_pause_is_never_longer_or_shorter_than_allowed(failures):
    assert pause_seconds(failures, 0.0) == SHORTEST_PAUSE_SECONDS
    assert pause_seconds(failures, 1.0) <= LONGEST_PAUSE_SECONDS
    assert pause_seconds(0, 1.0) == SHORTEST_PAUSE_SECONDS
    assert pause_seconds(1000, 1.0) == LONGEST_PAUSE_SECONDS


async def test_health_tells_what_is_wrong_and_when_the_server_was_last_heard():
    api = ScriptedApi(
        listing(5), [bookmark(6), UNREACHABLE], REFUSED, [bookmark(7), ScriptedApi.HANG]
    )
    async with following(api) as (reflector, _, pauses):
        health = reflector.health
        await fault_server.until(lambda: len(pauses) == 1)
        assert (health.connected, health.heard_at) == (False, 1002)
        assert health.error == str(UNREACHABLE)
        await fault_server.until(lambda: health.connected)
        assert (health.error, health.heard_at) == (None, 1003)


async def test_of_an_object_only_what_is_asked_for_is_kept_and_told():
    def keep(found):
        return {"metadata": {**found["metadata"], "name": "short"}}

    api = ScriptedApi(listing(5, pod("a", 3)), [event("MODIFIED", "a", 6)])
    async with following(api, keep=keep) as (reflector, notes, _):
        await fault_server.until(lambda: len(notes.lines) == 3)

        assert notes.lines == ["+short@3", "listed", "+short@6"]
        assert reflector._objects["a"]["metadata"]["name"] == "short"


async def test_a_watch_is_dead_after_a_minute_and_a_half_of_silence():
    api = ScriptedApi(listing(5))
    async with following(api):
        await fault_server.until(lambda: len(api.asked) == 2)

    assert api.silence_seconds == 90.0


# The same over real sockets.


def lines_of(*events):
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


@pytest.fixture
async def server(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    async with fault_server.running() as served:
        write_kubeconfig(tmp_path / "kubeconfig", served.url)
        yield served


async def test_over_a_socket_it_outlives_all_that_a_server_does(server):
    half = lines_of(event("ADDED", "b", 7))[:-9]
    server.play(
        fault_server.json_answer(listing(5, pod("a", 3))),
        fault_server.chunked(lines_of(event("MODIFIED", "a", 6)) + half),
        fault_server.reset(),
        fault_server.answer(500, b"oops"),
        fault_server.chunked(lines_of(event("ADDED", "b", 7)), finished=False),
        fault_server.answer(410, b'{"message": "too old"}'),
        fault_server.answer(429, b"", ("Retry-After", "1")),
        fault_server.json_answer(listing(20, pod("a", 6))),
        fault_server.until_close(lines_of(event("DELETED", "a", 21))),
        fault_server.silence(),
    )

    async with connected() as connection, following(connection) as (_, notes, _):
        await fault_server.until(lambda: len(server.requests) == 10)

    assert notes.lines[:4] == ["+a@3", "listed", "+a@6", "+b@7"]
    assert notes.lines[4] == "?b"
    assert notes.lines[5].startswith("gap ")
    assert notes.lines[6:] == ["-a"]
    watched = [query(each.target) for each in server.requests]
    assert [each["resourceVersion"] for each in watched if "watch" in each] == [
        *("5", "6", "6", "6", "7", "20", "21"),
    ]
