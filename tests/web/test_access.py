import base64

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from rota.logs import redaction
from rota.model.errors import SettingsError
from rota.settings import WebAccess
from rota.web.access import AccessOptions, Secrets, check_access
from rota.web.headers import HEADERS
from support.console_app import console, reader_of
from support.ledger_runs import START
from support.statuses import Installation, make_task

INSTALLATION = Installation(START, make_task("bills", interval_seconds=3600))


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("ada:correct horse\nbob:battery\n")
    return path


def basic(text):
    return {"authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


def proxied(sent="ada:correct horse", user="ada"):
    return {"x-rota-proxy-secret": sent, "x-forwarded-user": user}


BASIC, BEARER, PROXY = WebAccess.BASIC, WebAccess.BEARER, WebAccess.PROXY


@pytest.mark.parametrize(
    ("access", "headers", "peer", "status"),
    [
        pytest.param(WebAccess.NONE, {}, "192.0.2.1", 200, id="nobody is asked"),
        pytest.param(WebAccess.LOOPBACK, {}, "127.0.0.1", 200, id="loopback"),
        pytest.param(BASIC, {}, "127.0.0.1", 401, id="no password"),
        pytest.param(BASIC, basic("ada:correct horse"), "127.0.0.1", 200, id="password"),
        pytest.param(BASIC, basic("bob:battery"), "127.0.0.1", 200, id="another user"),
        pytest.param(BASIC, basic("ada:battery"), "127.0.0.1", 401, id="another's password"),
        pytest.param(BASIC, {"authorization": "Basic %%"}, "127.0.0.1", 401, id="no base64"),
        pytest.param(BASIC, {"authorization": "Basic"}, "127.0.0.1", 401, id="no credentials"),
        pytest.param(BEARER, {}, "127.0.0.1", 401, id="no token"),
        pytest.param(BEARER, {"authorization": "bearer bob:battery"}, "127.0.0.1", 200, id="token"),
        pytest.param(BEARER, {"authorization": "Bearer bob"}, "127.0.0.1", 401, id="wrong token"),
        pytest.param(PROXY, proxied(), "10.1.2.3", 200, id="through the proxy"),
        pytest.param(PROXY, proxied(), "::ffff:10.1.2.3", 200, id="through it, on a dual stack"),
        pytest.param(PROXY, proxied(), "192.0.2.1", 403, id="from elsewhere"),
        pytest.param(PROXY, proxied(sent="x"), "10.1.2.3", 403, id="wrong secret"),
        pytest.param(PROXY, proxied(user=""), "10.1.2.3", 403, id="no user"),
        pytest.param(
            PROXY,
            [*proxied(user="root").items(), ("x-forwarded-user", "ada")],
            "10.1.2.3",
            403,
            id="two users",
        ),
        pytest.param(
            PROXY,
            proxied() | {"x-forwarded-for": "10.1.2.3"},
            "192.0.2.1",
            403,
            id="a header says that it is near",
        ),
    ],
)
async def test_only_a_reader_who_proves_it_is_answered(secret_file, access, headers, peer, status):
    options = AccessOptions(access, secret_file, proxies=("10.0.0.0/8",))
    async with reader_of(console(INSTALLATION, access=options), peer=peer) as client:
        answer = await client.get("/api/v1/tasks", headers=headers)

    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"].lower().startswith(access.value)


def test_many_passwords_leave_the_api_token_masked(secret_file):
    redaction.hide("token-4711", redaction.SecretKind.API_TOKEN)
    secret_file.write_text("".join(f"user{number}:password{number:02}\n" for number in range(40)))

    assert len(Secrets(secret_file).lines()) == 40
    masked = redaction.redact("token-4711 password00 password31").split()
    assert masked == ["[redacted]"] * 3


async def test_a_line_without_a_user_is_nobodys_password(secret_file):
    secret_file.write_text("staple\n")
    options = AccessOptions(BASIC, secret_file)
    async with reader_of(console(INSTALLATION, access=options)) as client:
        answer = await client.get("/api/v1/tasks", headers=basic("staple"))

    assert answer.status_code == 401


async def test_a_secret_that_is_renewed_counts_at_once(secret_file):
    options = AccessOptions(BEARER, secret_file)
    async with reader_of(console(INSTALLATION, access=options)) as client:
        old = {"authorization": "Bearer bob:battery"}
        before = await client.get("/api/v1/tasks", headers=old)
        new = secret_file.with_name("new")
        new.write_text("staple\n")
        new.replace(secret_file)
        after = await client.get("/api/v1/tasks", headers=old)
        renewed = await client.get("/api/v1/tasks", headers={"authorization": "Bearer staple"})
        secret_file.unlink()
        lost = await client.get("/api/v1/tasks", headers={"authorization": "Bearer staple"})

    codes = [each.status_code for each in (before, after, renewed, lost)]
    assert codes == [200, 401, 200, 401]


@pytest.mark.parametrize(
    ("options", "host", "message"),
    [
        pytest.param({}, "0.0.0.0", "set ROTA_WEB_ACCESS to basic", id="open to other machines"),
        pytest.param({}, "rota.example.com", "set ROTA_WEB_ACCESS to basic", id="a name"),
        pytest.param(
            {"access": BASIC}, "::", "needs ROTA_WEB_SECRET_FILE", id="no file of passwords"
        ),
        pytest.param(
            {"access": PROXY, "secret_file": True},
            "::",
            "needs ROTA_WEB_PROXIES",
            id="no proxy",
        ),
        pytest.param(
            {"access": PROXY, "secret_file": True, "proxies": ("10.0.0.1/8",)},
            "::",
            "ROTA_WEB_PROXIES: 10.0.0.1/8 has host bits set",
            id="no network",
        ),
    ],
)
def test_settings_that_would_open_or_close_the_pages_by_mistake_are_refused(
    secret_file, options, host, message
):
    if "secret_file" in options:
        options = options | {"secret_file": secret_file}
    with pytest.raises(SettingsError) as refused:
        check_access(AccessOptions(**options), host)

    assert message in str(refused.value)


@pytest.mark.parametrize("text", [None, "", "\n \n"])
def test_a_file_without_a_secret_is_refused(tmp_path, text):
    path = tmp_path / "secret"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match="ROTA_WEB_SECRET_FILE"):
        check_access(AccessOptions(BEARER, path), "::")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_on_a_loopback_address_nobody_is_asked(host):
    check_access(AccessOptions(), host)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("shop-rota-scheduler", 200),
        ("shop-rota-scheduler.shop.svc.cluster.local:8080", 200),
        ("rota.example.com", 200),
        ("ROTA.example.com.", 200),
        ("evil.example.com", 421),
        ("127.0.0.1.evil.example.com", 421),
        ("", 421),
    ],
)
async def test_only_names_that_are_ours_are_answered(host, status):
    async with reader_of(console(INSTALLATION, hosts=["rota.example.com"])) as client:
        answer = await client.get("/api/v1/tasks", headers={"host": host})

    assert answer.status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/api/v1/tasks", "/healthz", "/nowhere"])
async def test_nothing_can_be_changed(method, path):
    async with reader_of(console(INSTALLATION)) as client:
        answer = await client.request(method, path)

    assert answer.status_code == 403


async def test_every_answer_has_the_headers_that_keep_a_browser_safe(secret_file):
    options = AccessOptions(BEARER, secret_file)
    async with reader_of(console(INSTALLATION, access=options)) as client:
        answers = [
            await client.get("/api/v1/tasks", headers={"authorization": "Bearer bob:battery"}),
            await client.get("/api/v1/tasks"),
            await client.get("/nowhere", headers={"authorization": "Bearer bob:battery"}),
            await client.post("/api/v1/tasks"),
            await client.get("/api/v1/tasks", headers={"host": "evil.example.com"}),
        ]

    assert [each.status_code for each in answers] == [200, 401, 404, 403, 421]
    for answer in answers:
        assert HEADERS.items() <= dict(answer.headers).items()


def paths_of(routes, prefix=""):
    for route in routes:
        if isinstance(route, Mount):
            yield from paths_of(route.routes, prefix + route.path)
        else:
            yield prefix + route.path


async def healthy(_):
    return PlainTextResponse("ok")


async def test_every_route_but_probes_and_scrapes_asks_who_the_reader_is(secret_file):
    open_routes = [Route(path, healthy) for path in ("/livez", "/readyz", "/healthz", "/metrics")]
    options = AccessOptions(BEARER, secret_file)
    app = console(INSTALLATION, access=options, routes=open_routes)

    answered = {}
    async with reader_of(app) as client:
        for path in paths_of(app.routes):
            shown = path.replace("{", "").replace("}", "")
            answered[path] = (await client.get(shown)).status_code

    assert {path for path, status in answered.items() if status != 401} == {
        "/livez",
        "/readyz",
        "/healthz",
        "/metrics",
    }
    assert len(answered) > 12


@pytest.mark.parametrize("path", ["/tasks/bills/", "/api/v1/tasks/"])
async def test_no_answer_redirects_to_a_path_that_a_proxy_may_have_shortened(path):
    async with reader_of(console(INSTALLATION)) as client:
        answer = await client.get(path)

    assert answer.status_code == 404
