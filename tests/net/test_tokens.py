import os

import pytest
from pydantic import SecretStr

from rota.model.errors import SettingsError
from rota.net.options import ApiOptions
from rota.net.tokens import TokenSource


def swap(folder, content, version):
    """Replace `..data` the way the kubelet does: a new folder, then one rename of the symlink."""
    (folder / version).mkdir()
    (folder / version / "token").write_bytes(content)
    (folder / "..data_tmp").symlink_to(version)
    (folder / "..data_tmp").rename(folder / "..data")


@pytest.mark.parametrize("token", ["canary-1", SecretStr("canary-1"), " canary-1\n"])
def test_a_token_given_as_a_value_is_used_stripped(token):
    source = TokenSource(ApiOptions(token=token))
    assert source.current() == "canary-1"
    assert not source.from_file


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        ("", "empty; put the token there, or unset it"),
        ("canary 1", "contains spaces, control or non-ASCII characters; only visible "),
        (
            SecretStr("canary\x00"),
            "contains spaces, control or non-ASCII characters; only visible ",
        ),
    ],
    ids=["empty", "a space", "a secret with a zero"],
)
def test_a_value_that_is_no_token_is_refused_without_being_repeated(token, problem):
    with pytest.raises(SettingsError, match=f"^the API token: {problem}") as caught:
        TokenSource(ApiOptions(token=token))
    assert "canary" not in str(caught.value)


def test_without_a_token_there_is_none():
    assert TokenSource(ApiOptions()).current() is None


@pytest.mark.parametrize(
    "content", [b"canary-1", b"canary-1\r\n", b"\xef\xbb\xbfcanary-1\n", b"\n canary-1 \n"]
)
def test_a_file_is_read_without_its_bom_and_blank_ends(tmp_path, content):
    file = tmp_path / "token"
    file.write_bytes(content)
    assert TokenSource(ApiOptions(token_file=file)).current() == "canary-1"


@pytest.mark.parametrize(
    "content",
    [b"", b" \n", b"canary\ninner", b"canary inner", b"canary\x00", "canaryé".encode(), b"\xff"],
)
def test_a_file_that_holds_no_token_is_refused_without_its_content(tmp_path, content):
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=str(file)) as caught:
        TokenSource(ApiOptions(token_file=file))
    assert "canary" not in str(caught.value)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    file = tmp_path / "token"
    file.write_bytes(b"a" * 64 * 1024)
    assert TokenSource(ApiOptions(token_file=file)).current() == "a" * 64 * 1024
    file.write_bytes(b"a" * (64 * 1024 + 1))
    with pytest.raises(SettingsError, match="larger than 65536 bytes"):
        TokenSource(ApiOptions(token_file=file))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        TokenSource(ApiOptions(token_file=tmp_path / "token"))


@pytest.mark.fault(20)
def test_a_secret_volume_swapped_under_us_gives_the_new_token(tmp_path):
    swap(tmp_path, b"canary-old", "..1")
    (tmp_path / "token").symlink_to("..data/token")
    source = TokenSource(ApiOptions(token_file=tmp_path / "token"))
    assert source.current() == "canary-old"
    swap(tmp_path, b"canary-new", "..2")
    assert source.current() == "canary-new"


def test_a_file_unreadable_for_a_moment_leaves_the_last_token_in_force(tmp_path, caplog):
    file = tmp_path / "token"
    file.write_text("canary-old")
    source = TokenSource(ApiOptions(token_file=file))
    file.write_text("")
    assert source.current() == "canary-old"
    file.unlink()
    assert source.current() == "canary-old"
    told = [each.reason for each in caplog.records if each.message == "net.token_unreadable"]
    assert told == [
        f"token file {file}: empty; put the token there, or unset it",
        f"token file {file}: cannot be read: No such file or directory",
    ]
    file.write_text("canary-newer")
    assert source.current() == "canary-newer"


def test_a_file_that_did_not_change_is_not_read_again(tmp_path):
    file = tmp_path / "token"
    file.write_text("canary-old")
    status = file.stat()
    source = TokenSource(ApiOptions(token_file=file))
    file.write_text("canary-new")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert source.current() == "canary-old"
    source.reread()
    assert source.current() == "canary-new"
