from datetime import UTC, datetime, timedelta

import pytest
import trustme

from rota.doctor.files import examine_files
from rota.doctor.finding import Health
from support.environment import clear_environment, settings_from

CANARY = "c4n4ry-7f3d9e"
END = datetime(2026, 12, 24, 12, tzinfo=UTC)
DAY = 86_400


@pytest.fixture
def examined(monkeypatch, tmp_path):
    clear_environment(monkeypatch, tmp_path)

    def examined(now=0.0, **variables):
        settings = settings_from(monkeypatch, {name: str(it) for name, it in variables.items()})
        return [(each.health, each.text) for each in examine_files(settings, now)]

    return examined


@pytest.fixture
def certificate(tmp_path):
    """A client certificate with its key in one file, which ends at `END`."""
    path = tmp_path / "client.pem"
    issued = trustme.CA().issue_cert("client", not_before=END - timedelta(days=90), not_after=END)
    issued.private_key_and_cert_chain_pem.write_to_path(path)
    with path.open("ab") as file:
        # Who signed it, which lasts longer.
        file.write(trustme.CA().cert_pem.bytes())
    return path


def test_without_files_there_is_nothing_to_say(examined):
    assert examined() == []


def test_a_token_file_is_named_and_the_token_is_not(examined, tmp_path):
    (tmp_path / "token").write_text(CANARY)

    assert examined(ROTA_API_TOKEN_FILE=tmp_path / "token") == [
        (Health.OK, f"can be used: {tmp_path}/token")
    ]


def test_a_file_that_cannot_be_used_fails(examined, tmp_path):
    [(health, text)] = examined(ROTA_API_TOKEN_FILE=tmp_path / "gone")

    assert health is Health.FAIL
    assert f"{tmp_path}/gone: cannot be read: No such file" in text


@pytest.mark.parametrize(
    ("days_left", "health", "message"),
    [
        (15, Health.OK, "ends 2026-12-24T12:00:00Z, in 15 days"),
        (13, Health.WARN, "ends 2026-12-24T12:00:00Z, in 13 days: renew it"),
        (-1, Health.FAIL, "ended 2026-12-24T12:00:00Z: renew it"),
    ],
)
def test_the_end_of_a_client_certificate_is_told(examined, certificate, days_left, health, message):
    findings = examined(
        END.timestamp() - days_left * DAY,
        BUSINESS_API_URL="https://shop",
        ROTA_API_CLIENT_CERT_FILE=certificate,
    )

    assert findings[1] == (health, f"{certificate} {message}")


def test_of_a_bundle_of_authorities_one_that_is_valid_is_enough(examined, tmp_path):
    path = tmp_path / "ca.pem"
    old, new = trustme.CA(), trustme.CA()
    path.write_bytes(old.cert_pem.bytes() + new.cert_pem.bytes())

    [_, (health, text)] = examined(
        datetime(2026, 11, 26, tzinfo=UTC).timestamp(),
        BUSINESS_API_URL="https://shop",
        ROTA_API_CA_FILE=path,
    )

    assert health is Health.OK
    assert str(path) in text
