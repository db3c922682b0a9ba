import ssl

import pytest
import trustme

from rota.errors import ApiRejectedError, SettingsError
from rota.net.call import Call
from rota.net.options import ApiOptions
from rota.net.session import send
from rota.net.tls import tls_context
from support.fault_server import running


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


def server_context(authority, name="localhost", *, wants_client=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if wants_client:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_an_own_ca_is_trusted(harness, authority, ca_file):
    async with running(server_context(authority)) as server:
        response = await send(harness.open(server.url, ca_file=ca_file), Call("GET", "/x"))
    assert response.status_code == 200


@pytest.mark.fault(26)
async def test_an_untrusted_ca_is_final(harness, authority):
    async with running(server_context(authority)) as server:
        error = await harness.error_of(send(harness.open(server.url), Call("GET", "/x")))
    assert isinstance(error, ApiRejectedError)
    assert "certificate" in str(error)
    assert harness.sleeps == []


@pytest.mark.fault(26)
async def test_a_certificate_for_another_host_is_final(harness, authority, ca_file):
    async with running(server_context(authority, "other.example")) as server:
        client = harness.open(server.url, ca_file=ca_file)
        error = await harness.error_of(send(client, Call("GET", "/x")))
    assert isinstance(error, ApiRejectedError)
    assert harness.sleeps == []


async def test_a_client_certificate_is_shown(harness, authority, ca_file, tmp_path):
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    issued = authority.issue_cert("client@example.com")
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    async with running(server_context(authority, wants_client=True)) as server:
        client = harness.open(
            server.url, ca_file=ca_file, client_cert_file=certificate, client_key_file=key
        )
        assert (await send(client, Call("GET", "/x"))).status_code == 200


def test_a_ca_file_that_cannot_be_used_is_named(tmp_path):
    empty = tmp_path / "ca.pem"
    for expected in ("No such file", "NO_CERTIFICATE_OR_CRL_FOUND"):
        with pytest.raises(SettingsError, match=f"{empty}: no PEM certificates: {expected}"):
            tls_context("https", ApiOptions(ca_file=empty))
        empty.write_text("nothing")


def test_a_client_key_that_does_not_fit_is_named(authority, tmp_path):
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    authority.issue_cert("a@example.com").cert_chain_pems[0].write_to_path(certificate)
    authority.issue_cert("b@example.com").private_key_pem.write_to_path(key)
    options = ApiOptions(client_cert_file=certificate, client_key_file=key)
    with pytest.raises(SettingsError, match=f"{certificate} and {key}: cannot be used"):
        tls_context("https", options)


def test_http_loads_no_ca():
    assert tls_context("http", ApiOptions()).cert_store_stats()["x509"] == 0


def test_https_verifies_with_tls_1_2_or_later():
    context = tls_context("https", ApiOptions())
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509"] > 0
