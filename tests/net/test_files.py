import os
import threading

import pytest

from rota.logs import redaction
from rota.model.errors import SettingsError
from rota.net import ApiOptions, check_files
from rota.net.tokens import TokenSource


@pytest.fixture
def pipe(tmp_path):
    """A pipe that somebody writes a token to, once."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("canary-of-the-pipe\n",), daemon=True)
    writer.start()
    yield path
    writer.join()


@pytest.mark.parametrize("given", [{}, {"token": "canary-1"}], ids=["no token", "a token"])
def test_without_files_the_options_are_as_they_were(given):
    options = ApiOptions(attempts=7, **given)
    assert check_files(options) == options


def test_a_token_file_is_left_to_be_read_again_and_its_token_is_hidden(tmp_path):
    file = tmp_path / "token"
    file.write_text("canary-of-the-file")
    options = ApiOptions(token_file=file)
    assert check_files(options) == options
    assert redaction.redact("canary-of-the-file") == "[redacted]"


def test_a_pipe_is_emptied_once_and_its_token_given_in_its_place(pipe):
    options = check_files(ApiOptions(token_file=pipe, attempts=7))
    assert options == ApiOptions(token="canary-of-the-pipe", attempts=7)


def test_a_pipe_is_not_looked_at_again(pipe):
    source = TokenSource(ApiOptions(token_file=pipe))
    assert not source.from_file
    source.reread()
    assert source.current() == "canary-of-the-pipe"


@pytest.mark.parametrize("name", ["token_file", "ca_file", "client_cert_file"])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(SettingsError, match=str(tmp_path / "gone")):
        check_files(ApiOptions(**{name: tmp_path / "gone"}))
