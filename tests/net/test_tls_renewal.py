"""Certificates, keys and CAs that are renewed on disk while a client is in use."""

import asyncio
import logging
import os

import pytest
import trustme

from rota.model.errors import ApiRejectedError, SettingsError
from rota.net import tls_files
from rota.net.options import ApiOptions, JsonRequest
from rota.net.session import send
from rota.net.tls import tls_context
from rota.net.tls_files import TlsFiles
from support.certificates import serial_of, server_context, write_pair
from support.fault_server import answer, held, running, until

GET = JsonRequest("GET", "/x")

pytestmark = pytest.mark.fault(118)


@pytest.fixture
def files(authority, tmp_path):
    """A CA, certificate and key in place, as the options that name them."""
    ca_file, certificate, key = (tmp_path / name for name in ("ca.pem", "tls.crt", "tls.key"))
    authority.cert_pem.write_to_path(ca_file)
    write_pair(authority.issue_cert("client@example.com"), certificate, key)
    return {"ca_file": ca_file, "client_cert_file": certificate, "client_key_file": key}


def renew(authority, files):
    """Write another certificate with another key over those in place; return its serial number."""
    issued = authority.issue_cert("client@example.com")
    write_pair(issued, files["client_cert_file"], files["client_key_file"])
    return serial_of(issued)


def reasons(caplog):
    return [one.reason for one in caplog.records if one.message == "net.certificates_unusable"]


async def test_a_renewed_pair_is_shown_by_the_next_request(harness, authority, files):
    async with running(server_context(authority, wants_client=True)) as server:
        client = harness.open(server.url, **files)
        await send(client, GET)
        await send(client, GET)
        serial = renew(authority, files)
        await send(client, GET)
        await send(client, GET)
        first, again, renewed, after = server.client_serials
        assert first == again != serial
        assert renewed == after == serial
        assert server.connections == 2


async def test_a_secret_volume_swapped_under_us_gives_the_new_pair(harness, authority, tmp_path):
    issued = [authority.issue_cert("client@example.com") for _ in range(2)]
    names = {"client_cert_file": "tls.crt", "client_key_file": "tls.key"}
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    for name in names.values():
        (tmp_path / name).symlink_to(f"..data/{name}")

    def swap(version):
        folder = tmp_path / f"..{version}"
        folder.mkdir()
        write_pair(issued[version], folder / "tls.crt", folder / "tls.key")
        (tmp_path / "..data_tmp").symlink_to(folder.name)
        (tmp_path / "..data_tmp").rename(tmp_path / "..data")

    swap(0)
    async with running(server_context(authority, wants_client=True)) as server:
        paths = {option: tmp_path / name for option, name in names.items()}
        client = harness.open(server.url, ca_file=tmp_path / "ca.pem", **paths)
        await send(client, GET)
        swap(1)
        await send(client, GET)
        assert server.client_serials == [serial_of(one) for one in issued]


async def test_a_renewed_ca_is_trusted_and_the_old_one_no_longer(harness, authority, files):
    other = trustme.CA()
    context = server_context(authority)
    async with running(context) as server:
        client = harness.open(server.url, ca_file=files["ca_file"])
        await send(client, GET)
        other.cert_pem.write_to_path(files["ca_file"])
        error = await harness.error_of(send(client, GET))
        assert isinstance(error, ApiRejectedError)
        other.issue_cert("localhost").configure_cert(context)
        assert (await send(client, GET)).status_code == 200


async def test_a_pair_that_does_not_fit_yet_leaves_the_last_one_in_use(
    harness, authority, files, caplog
):
    async with running(server_context(authority, wants_client=True)) as server:
        client = harness.open(server.url, **files)
        await send(client, GET)
        old_key = files["client_key_file"].read_bytes()
        serial = renew(authority, files)
        new_key = files["client_key_file"].read_bytes()
        for _ in range(3):
            files["client_key_file"].write_bytes(old_key)
            await send(client, GET)
        (reason,) = reasons(caplog)
        assert str(files["client_cert_file"]) in reason
        files["client_key_file"].write_bytes(new_key)
        await send(client, GET)
        assert len(set(server.client_serials[:4])) == 1
        assert server.client_serials[4] == serial
        assert server.connections == 2
    assert caplog.messages.count("net.certificates_renewed") == 1


async def test_files_that_are_gone_for_a_while_are_used_when_they_are_back(
    harness, authority, files, caplog
):
    async with running(server_context(authority, wants_client=True)) as server:
        client = harness.open(server.url, **files)
        files["ca_file"].rename(files["ca_file"].with_name("elsewhere"))
        await send(client, GET)
        await send(client, GET)
        assert len(reasons(caplog)) == 1
        files["ca_file"].with_name("elsewhere").rename(files["ca_file"])
        serial = renew(authority, files)
        await send(client, GET)
        assert server.client_serials[-1] == serial


async def test_an_answer_that_is_still_to_come_is_not_lost_to_a_renewal(harness, authority, files):
    gate = asyncio.Event()
    async with running(server_context(authority, wants_client=True)) as server:
        server.play(held(gate, answer(200, b'"early"')), answer(200, b'"late"'))
        client = harness.open(server.url, **files)
        early = asyncio.create_task(send(client, GET))
        await until(lambda: server.requests)
        renew(authority, files)
        assert (await send(client, GET)).json() == "late"
        assert server.open_connections == 2
        gate.set()
        assert (await early).json() == "early"
        await until(lambda: server.open_connections == 1)


async def test_the_connections_of_older_pools_end_with_the_client(harness, authority, files):
    gate = asyncio.Event()
    async with running(server_context(authority, wants_client=True)) as server:
        server.play(held(gate, answer(200, b"1")), answer(200, b"2"))
        client = harness.open(server.url, **files)
        early = asyncio.create_task(harness.error_of(send(client, GET)))
        await until(lambda: server.requests)
        renew(authority, files)
        await send(client, GET)
        early.cancel()
        await early
        await client.aclose()
        gate.set()
        await until(lambda: not server.open_connections)


def test_files_that_change_while_they_are_read_are_read_again(authority, files, monkeypatch):
    attempts = []

    def half_renewed(scheme, options):
        attempts.append(options)
        if len(attempts) == 1:
            renew(authority, files)
            raise SettingsError("a new certificate, an old key")
        return tls_context(scheme, options)

    monkeypatch.setattr(tls_files, "tls_context", half_renewed)
    source = TlsFiles(ApiOptions(**files))
    assert source.current() is source.current()
    assert len(attempts) == 2


def test_files_that_are_as_they_were_are_not_read_again(files, monkeypatch):
    source = TlsFiles(ApiOptions(**files))
    monkeypatch.setattr(tls_files, "tls_context", None)
    assert source.current() is source.current()


def test_a_certificate_from_a_pipe_is_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SettingsError, match=f"{pipe}: is a pipe"):
        TlsFiles(ApiOptions(ca_file=pipe))


def test_a_renewal_is_logged_for_who_watches(authority, files, caplog):
    caplog.set_level(logging.INFO)
    source = TlsFiles(ApiOptions(**files))
    renew(authority, files)
    source.current()
    assert caplog.messages == ["net.certificates_renewed"]
