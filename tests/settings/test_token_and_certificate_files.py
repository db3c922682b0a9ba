"""Files that settings name, looked at when a process starts: refused there, with exit code 2."""

import os
import subprocess
import sys

import pytest

from rota.api.factory import make_client
from rota.logs import redaction
from rota.model.errors import ConfigError, SettingsError
from rota.net.tokens import TokenSource

CANARY = "c4n4ry-7f3d9e"


@pytest.fixture
def token_file(tmp_path):
    return tmp_path / "token"


def refusal_of(settings):
    with pytest.raises(SettingsError) as caught:
        make_client(settings)
    assert CANARY not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        CANARY,
        f"{CANARY}\n",
        f"{CANARY}\r\n",
        f"  {CANARY}\t\n\n",
        f"\ufeff{CANARY}",
        f"\ufeff{CANARY}\n",
    ],
    ids=repr,
)
@pytest.mark.fault(19)
def test_what_editors_put_around_a_token_is_taken_off(settings_of, token_file, content):
    token_file.write_text(content, "utf-8")
    make_client(settings_of(ROTA_API_TOKEN_FILE=str(token_file)))
    assert redaction.redact(f"<{CANARY}>") == "<[redacted]>", "known and masked from the start"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n\t\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (f"{CANARY} {CANARY}".encode(), "visible ASCII"),
        (f"{CANARY}\n{CANARY}".encode(), "visible ASCII"),
        (f"{CANARY}\x00".encode(), "visible ASCII"),
        (f"{CANARY}\x1b".encode(), "visible ASCII"),
        (f"{CANARY}é".encode(), "visible ASCII"),
        (f"{CANARY}é".encode("latin-1"), "visible ASCII"),
        (CANARY.encode("utf-16"), "visible ASCII"),
        (CANARY.encode() * 10_000, "larger than 65536 bytes"),
    ],
)
@pytest.mark.fault(18)
@pytest.mark.fault(19)
def test_a_file_without_one_token_is_refused_by_its_path(settings_of, token_file, content, why):
    token_file.write_bytes(content)
    text = refusal_of(settings_of(ROTA_API_TOKEN_FILE=str(token_file)))
    assert text.startswith(f"token file {token_file}: ")
    assert why in text


@pytest.mark.fault(18)
def test_a_file_of_a_gigabyte_is_refused_without_being_read(settings_of, token_file):
    with token_file.open("wb") as file:
        os.truncate(file.fileno(), 2**30)
    text = refusal_of(settings_of(ROTA_API_TOKEN_FILE=str(token_file)))
    assert text == f"token file {token_file}: larger than 65536 bytes"


@pytest.mark.fault(18)
def test_a_file_that_is_missing_or_a_folder_is_refused_with_the_reason(settings_of, token_file):
    text = refusal_of(settings_of(ROTA_API_TOKEN_FILE=str(token_file)))
    assert text == f"token file {token_file}: cannot be read: No such file or directory"
    token_file.mkdir()
    text = refusal_of(settings_of(ROTA_API_TOKEN_FILE=str(token_file)))
    assert text == f"token file {token_file}: cannot be read: Is a directory"


@pytest.mark.fault(18)
def test_a_file_that_belongs_to_another_user_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "token"
    path.write_text(CANARY, "utf-8")
    path.chmod(0o400 if os.geteuid() == 0 else 0)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        if folder.owner() == path.owner() and folder.stat().st_mode & 0o007 == 0:
            folder.chmod(folder.stat().st_mode | 0o005)
    as_other = ["setpriv", "--reuid=54321", "--clear-groups"] if os.geteuid() == 0 else []
    ended = subprocess.run(
        [*as_other, sys.executable, "-m", "rota", "check"],
        cwd="/",
        env={"PATH": os.environ["PATH"], "ROTA_API_TOKEN_FILE": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == f"rota: error: token file {path}: cannot be read: Permission denied\n"


@pytest.mark.parametrize("value", ["", " ", f"{CANARY}\n{CANARY}", f"{CANARY} x", f"{CANARY}é"])
@pytest.mark.fault(18)
def test_a_token_in_the_environment_follows_the_same_rules(settings_of, value):
    assert refusal_of(settings_of(ROTA_API_TOKEN=value)).startswith("the API token: ")


@pytest.mark.parametrize("name", ["ROTA_API_CA_FILE", "ROTA_API_CLIENT_CERT_FILE"])
@pytest.mark.parametrize("url", ["http://shop", "https://shop"])
@pytest.mark.parametrize(
    "content", [None, b"", b"no certificate"], ids=["missing", "empty", "text"]
)
def test_a_certificate_file_that_is_none_is_refused_by_its_path(
    settings_of, tmp_path, name, url, content
):
    path = tmp_path / "file.pem"
    if content is not None:
        path.write_bytes(content)
    text = refusal_of(settings_of(**{name: str(path), "BUSINESS_API_URL": url}))
    assert str(path) in text
    assert "PEM" in text


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("json:dumps", "ROTA_API_CLIENT: 'json:dumps' is not a subclass of"),
        ("json:nothing", "ROTA_API_CLIENT: 'json' has no attribute 'nothing'"),
        ("nowhere:Client", "ROTA_API_CLIENT: 'nowhere' cannot be imported"),
        ("Client", "ROTA_API_CLIENT: 'Client' is not of the form"),
        (
            "broken_client:WantsMore",
            (
                "ROTA_API_CLIENT: 'broken_client:WantsMore' cannot be instantiated with "
                "only the base URL: TypeError: "
            ),
        ),
    ],
)
def test_a_client_class_that_cannot_be_used_is_refused(
    settings_of, tmp_path, monkeypatch, target, text
):
    (tmp_path / "broken_client.py").write_text(
        "from rota.api import BusinessApiClient\n\n"
        "class WantsMore(BusinessApiClient):\n"
        "    def __init__(self, base_url, dsn):\n        pass\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(ConfigError) as caught:
        make_client(settings_of(ROTA_API_CLIENT=target))
    assert str(caught.value).startswith(text)


@pytest.mark.fault(124)
def test_a_token_that_comes_by_a_pipe_is_read_once(settings_of, token_file):
    os.mkfifo(token_file)
    with subprocess.Popen(["sh", "-c", f"echo {CANARY} > {token_file}"]):
        options = make_client(settings_of(ROTA_API_TOKEN_FILE=str(token_file))).options
    assert TokenSource(options).current() == CANARY
    assert redaction.redact(CANARY) == "[redacted]"
