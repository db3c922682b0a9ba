"""Settings in one text: in ROTA_SETTINGS, and in the file that ROTA_SETTINGS_FILE names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.model.errors import SettingsError
from rota.settings import parse_settings_text, settings_text


@pytest.fixture
def file(tmp_path):
    return tmp_path / "settings.env"


def refusal(settings_of, **variables):
    with pytest.raises(SettingsError) as caught:
        settings_of(**variables)
    return str(caught.value)


def test_the_environment_wins_over_the_text_over_the_file_over_dotenv(settings_of, file, tmp_path):
    names = ("ROTA_GRACE_SECONDS", "ROTA_API_ATTEMPTS", "ROTA_RELEASE", "ROTA_API_CLIENT")
    (tmp_path / ".env").write_text("".join(f"{name}=4\n" for name in names))
    file.write_text("".join(f"{name}=3\n" for name in names[:3]))
    settings = settings_of(
        ROTA_GRACE_SECONDS="1",
        ROTA_SETTINGS="ROTA_GRACE_SECONDS=2\nROTA_API_ATTEMPTS=2\n",
        ROTA_SETTINGS_FILE=str(file),
    )
    assert settings.grace_seconds == 1
    assert settings.api_attempts == 2
    assert settings.release == "3"
    assert settings.api_client == "4"


def test_the_fields_of_one_task_may_come_from_all_of_them(settings_of, file):
    file.write_text("ROTA_TASK__A__SHARDS=3\nROTA_TASK__A__BACKOFF_LIMIT=3\n")
    settings = settings_of(
        ROTA_TASK__A__SUSPEND="true",
        ROTA_SETTINGS="rota_task__a__shards=2",
        ROTA_SETTINGS_FILE=str(file),
    )
    told = settings.overrides_for("a")
    assert (told.suspend, told.shards, told.backoff_limit) == (True, 2, 3)


def test_lists_quotes_and_dollars_are_taken_as_they_stand(settings_of):
    text = "ROTA_ONLY=a,b\n\n# a comment\nROTA_API_CLIENT='it\\'s ${HOME} # 1'\n"
    settings = settings_of(ROTA_SETTINGS=text)
    assert settings.only == ("a", "b")
    assert settings.api_client == "it's ${HOME} # 1"


@given(st.dictionaries(st.sampled_from(["ROTA_A", "ROTA_B", "DEBUG"]), st.text()))
def test_what_is_written_is_read_again(values):
    text = settings_text(values)
    assert parse_settings_text(text, "text") == ("text", values, ())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ROTA_GRACE_SECOND=1", "ROTA_GRACE_SECOND: no such setting, did you mean ROTA_GRACE_"),
        ("ROTA_GRACE_SECONDS=x", "ROTA_GRACE_SECONDS: must be a valid number"),
        ("ROTA_TASK__A__SHARDS=0", "ROTA_TASK__A__SHARDS: must be greater than or equal to 1"),
        ("ROTA_SETTINGS_FILE=other", "ROTA_SETTINGS_FILE: belongs in the environment"),
    ],
)
def test_an_error_names_the_text_that_it_stands_in(settings_of, file, line, told):
    file.write_text(f"DEBUG=1\n{line}\n")
    for place, variables in (
        (str(file), {"ROTA_SETTINGS_FILE": str(file)}),
        ("ROTA_SETTINGS", {"ROTA_SETTINGS": file.read_text(), "ROTA_SETTINGS_FILE": ""}),
    ):
        assert f"{place}: {told}" in refusal(settings_of, **variables).splitlines()[0]


def test_a_line_that_sets_nothing_is_reported_with_its_number(settings_of, file):
    file.write_text("DEBUG=1\n\nROTA_GRACE_SECONDS\nROTA_RELEASE='a\n")
    told = refusal(settings_of, ROTA_SETTINGS_FILE=str(file)).splitlines()
    assert [line.partition(";")[0] for line in told] == [
        f"{file}, line 3: cannot be read",
        f"{file}, line 4: cannot be read",
    ]


def test_a_value_of_the_environment_is_not_looked_for_in_a_text(settings_of):
    text = "ROTA_GRACE_SECONDS=1"
    told = refusal(settings_of, ROTA_GRACE_SECONDS="x", ROTA_SETTINGS=text)
    assert told.startswith("ROTA_GRACE_SECONDS: must be")


def test_a_file_that_cannot_be_read_is_reported_by_its_path(settings_of, file):
    told = refusal(settings_of, ROTA_SETTINGS_FILE=str(file))
    assert told == f"ROTA_SETTINGS_FILE: {file} cannot be read: No such file or directory"
    file.write_bytes(b"DEBUG=\xff")
    assert f"{file} is not UTF-8" in refusal(settings_of, ROTA_SETTINGS_FILE=str(file))


def test_dotenv_names_no_further_text(settings_of, tmp_path):
    (tmp_path / ".env").write_text("ROTA_SETTINGS_FILE=x\n")
    assert refusal(settings_of).startswith(".env: ROTA_SETTINGS_FILE: belongs in the environment")


def test_a_secret_in_a_text_is_in_no_error_and_no_representation(settings_of):
    text = "ROTA_API_TOKEN=canary-3f"
    assert "canary" not in repr(settings_of(ROTA_SETTINGS=text))
    assert "canary" not in refusal(settings_of, ROTA_SETTINGS=f"{text}\nROTA_GRACE_SECONDS=x")
