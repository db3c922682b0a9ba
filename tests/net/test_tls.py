import ssl

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from rota.model.errors import ApiRejectedError, ApiUnavailableError, SettingsError
from rota.model.exit_codes import ExitCode
from rota.net.options import ApiOptions, JsonRequest
from rota.net.session import send
from rota.net.tls import certificate_refusal, tls_context
from support.certificates import refusing_server, server_context, write_pair
from support.fault_server import answer, damaged_record, head, running


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


async def test_an_own_ca_is_trusted(harness, authority, ca_file):
    async with running(server_context(authority)) as server:
        response = await send(harness.open(server.url, ca_file=ca_file), JsonRequest("GET", "/x"))
    assert response.status_code == 200


@pytest.mark.fault(26)
async def test_an_untrusted_ca_is_final(harness, authority):
    async with running(server_context(authority)) as server:
        error = await harness.error_of(send(harness.open(server.url), JsonRequest("GET", "/x")))
    assert isinstance(error, ApiRejectedError)
    assert "certificate" in str(error)
    assert harness.sleeps == []


@pytest.mark.fault(26)
async def test_a_certificate_for_another_host_is_final(harness, authority, ca_file):
    async with running(server_context(authority, "other.example")) as server:
        client = harness.open(server.url, ca_file=ca_file)
        error = await harness.error_of(send(client, JsonRequest("GET", "/x")))
    assert isinstance(error, ApiRejectedError)
    assert harness.sleeps == []


async def test_a_client_certificate_is_shown(harness, authority, ca_file, tmp_path):
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    write_pair(authority.issue_cert("client@example.com"), certificate, key)
    async with running(server_context(authority, wants_client=True)) as server:
        client = harness.open(
            server.url, ca_file=ca_file, client_cert_file=certificate, client_key_file=key
        )
        assert (await send(client, JsonRequest("GET", "/x"))).status_code == 200


VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.fault(119)
@pytest.mark.parametrize(
    "call", [JsonRequest("GET", "/x"), JsonRequest("POST", "/x", json={})], ids=str
)
async def test_without_the_client_certificate_that_the_server_wants_it_is_final(
    harness, authority, ca_file, call
):
    # In TLS 1.3 the server's alert comes after the handshake, in place of the answer.
    context = server_context(authority, wants_client=True)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with refusing_server(context) as url:
        error = await harness.error_of(send(harness.open(url, ca_file=ca_file), call))
    assert type(error) is ApiRejectedError
    assert error.exit_code is ExitCode.API_REJECTED
    assert "/x: the server refuses the client's TLS certificate, or its lack of one" in str(error)
    assert harness.sleeps == []


@pytest.mark.fault(119)
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_client_certificate_that_the_server_does_not_trust_is_final(
    harness, authority, ca_file, tmp_path, version
):
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    write_pair(trustme.CA().issue_cert("client@example.com"), certificate, key)
    context = server_context(authority, wants_client=True)
    context.minimum_version = context.maximum_version = version
    with refusing_server(context) as url:
        client = harness.open(
            url, ca_file=ca_file, client_cert_file=certificate, client_key_file=key
        )
        error = await harness.error_of(send(client, JsonRequest("GET", "/x")))
    assert type(error) is ApiRejectedError
    assert "refuses the client's TLS certificate" in str(error)
    assert harness.sleeps == []


@pytest.mark.fault(119)
@pytest.mark.parametrize("before", [b"", head(200, ("Content-Length", "2"))], ids=["head", "body"])
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_damaged_record_is_a_broken_connection(
    harness, authority, ca_file, version, before
):
    context = server_context(authority)
    context.minimum_version = context.maximum_version = version
    async with running(context) as server:
        client = harness.open(server.url, ca_file=ca_file)
        server.play(damaged_record(before), answer(200, b"1"))
        assert (await send(client, JsonRequest("POST", "/x", json={}))).json() == 1
        assert len(harness.sleeps) == 1
        server.play(damaged_record(before))
        error = await harness.error_of(send(client, JsonRequest("GET", "/x")))
        assert type(error) is ApiUnavailableError
        assert error.exit_code is ExitCode.API_UNAVAILABLE
        assert "GET /x: the connection broke" in str(error)


@pytest.mark.fault(119)
async def test_a_task_that_uses_the_client_itself_gets_an_error_of_httpx(
    harness, authority, ca_file
):
    async with running(server_context(authority)) as server:
        server.play(damaged_record())
        client = harness.open(server.url, ca_file=ca_file, attempts=1)
        error = await harness.error_of(client.get("/x"))
    assert type(error) is httpx.ReadError
    assert error.request.url.path == "/x"


def test_a_ca_file_that_cannot_be_used_is_named(tmp_path):
    empty = tmp_path / "ca.pem"
    for expected in ("No such file", "NO_CERTIFICATE_OR_CRL_FOUND"):
        with pytest.raises(SettingsError, match=f"{empty}: cannot be read as PEM: {expected}"):
            tls_context("https", ApiOptions(ca_file=empty))
        empty.write_text("nothing")


def test_a_client_key_that_does_not_fit_is_named(authority, tmp_path):
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    authority.issue_cert("a@example.com").cert_chain_pems[0].write_to_path(certificate)
    authority.issue_cert("b@example.com").private_key_pem.write_to_path(key)
    options = ApiOptions(client_cert_file=certificate, client_key_file=key)
    with pytest.raises(SettingsError, match=f"{certificate} and {key}: cannot be used"):
        tls_context("https", options)


def test_a_client_certificate_without_its_key_is_named_alone(authority, tmp_path):
    certificate = tmp_path / "client.pem"
    authority.issue_cert("a@example.com").cert_chain_pems[0].write_to_path(certificate)
    with pytest.raises(SettingsError, match=f"certificate {certificate}: cannot be used: "):
        tls_context("https", ApiOptions(client_cert_file=certificate))


def test_a_client_key_with_a_password_is_refused_and_nobody_asked_for_it(authority, tmp_path):
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    issued = authority.issue_cert("client@example.com")
    write_pair(issued, certificate, key)
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"canary"),
        )
    )
    options = ApiOptions(client_cert_file=certificate, client_key_file=key)
    problem = f"^client certificate {certificate} and {key}: cannot be used: .*; use PEM, with a "
    with pytest.raises(SettingsError, match=problem):
        tls_context("https", options)


def test_the_certificate_that_is_to_blame_is_found_behind_other_errors():
    failed = httpx.ConnectError("failed")
    failed.__cause__ = OSError("in between")
    failed.__cause__.__context__ = ssl.SSLCertVerificationError(1, "verify failed")
    assert certificate_refusal(failed) == "the server's TLS certificate cannot be verified"


@pytest.mark.parametrize(
    "blamed", [None, OSError("broken"), ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]")], ids=repr
)
def test_an_error_that_leads_to_no_certificate_is_none_even_where_it_leads_to_itself(blamed):
    failed, other = httpx.ConnectError("failed"), ValueError("other")
    failed.__cause__ = blamed or other
    failed.__cause__.__context__ = failed
    assert certificate_refusal(failed) is None


def test_http_loads_no_ca():
    assert tls_context("http", ApiOptions()).cert_store_stats()["x509"] == 0


def test_https_verifies_with_tls_1_2_or_later():
    context = tls_context("https", ApiOptions())
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509"] > 0
