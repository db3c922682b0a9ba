"""The file of ping targets, which is renewed while rota runs."""

import logging
import os
import threading

import pytest

from rota.logs import redaction
from rota.model.errors import SettingsError
from rota.net.ping_file import PingTargetsFile

KEY = "Zk3-canary-92"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "targets"
    path.write_text("https://x.test/first")
    return path


def template_of(targets):
    return targets.current().of("cleanup").template


def test_a_file_that_changes_is_read_again_and_its_keys_are_masked(path):
    targets = PingTargetsFile(path)
    assert template_of(targets) == "https://x.test/first"
    path.write_text(f"https://x.test/second/{KEY}")
    assert template_of(targets) == f"https://x.test/second/{KEY}"
    assert KEY not in redaction.redact(f"GET /second/{KEY}")


def test_a_secret_volume_replaces_the_whole_folder(tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "url").write_text(f"https://x.test/{name}")
    (tmp_path / "data").symlink_to("first")
    targets = PingTargetsFile(tmp_path / "data" / "url")
    assert template_of(targets) == "https://x.test/first"
    (tmp_path / "new").symlink_to("second")
    (tmp_path / "new").rename(tmp_path / "data")
    assert template_of(targets) == "https://x.test/second"


@pytest.mark.parametrize("content", [f"ftp://{KEY}", None], ids=["broken", "gone"])
def test_the_last_good_targets_stay_while_a_file_cannot_be_used(path, caplog, content):
    caplog.set_level(logging.WARNING)
    targets = PingTargetsFile(path)
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    assert [template_of(targets) for _ in range(3)] == ["https://x.test/first"] * 3
    [warning] = caplog.records
    assert warning.message == "ping.file_unusable"
    assert KEY not in str(vars(warning))
    path.write_text("https://x.test/mended")
    assert template_of(targets) == "https://x.test/mended"


def test_a_file_that_cannot_be_used_at_the_start_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"ROTA_PING_URL_FILE: .*cannot be read"):
        PingTargetsFile(tmp_path / "none")


def test_a_pipe_is_read_once(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("https://x.test/piped",))
    writer.start()
    targets = PingTargetsFile(pipe)
    writer.join()
    assert [template_of(targets) for _ in range(2)] == ["https://x.test/piped"] * 2


def test_many_renewed_urls_push_no_other_secret_out_of_what_is_masked(path):
    redaction.hide("the-api-token", redaction.SecretKind.API_TOKEN)
    targets = PingTargetsFile(path)
    stays = f"first https://x.test/{KEY}-stays\n"
    for renewal in range(6):
        lines = [f"task{number} https://x.test/{KEY}-{renewal}{number}\n" for number in range(12)]
        # Of another size each time: two writes may have the same instant.
        path.write_text(stays + "".join(lines) + "#" * renewal)
        assert targets.current().of("task0")
    assert redaction.redact("the-api-token") == "[redacted]"
    # The newest stay masked, one that was in the file all along among them.
    assert KEY not in redaction.redact(f"/{KEY}-stays /{KEY}-50")
