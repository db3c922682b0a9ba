import pytest

from rota.logs import redaction
from rota.settings import Settings, default_settings
from rota.web.pages.system import shown_settings, size_text

TOKEN = "canary-token"


async def test_it_has_versions_and_the_ledger(busy, read, tmp_path):
    path = tmp_path / "rota.db"
    path.write_bytes(b"x" * 3000)

    page = await read(busy, "/system", ledger_path=path, release="shop", mode="console")

    served, ledger = page.one("dl", id="served").text, page.one("dl", id="ledger").text
    assert "console release shop Python 3." in served
    assert "starlette" in served
    assert f"tasks 12 history {path} size 3 KiB kept 30 days" in ledger
    assert "of each task the last 200 runs; at most 256.0 MiB schema" in ledger


async def test_a_history_in_memory_is_called_so(busy, read):
    page = await read(busy, "/system")

    assert "in memory: it ends with the process" in page.one("dl", id="ledger").text
    assert not page.all("table")


async def test_a_ledger_that_is_not_there_yet_has_no_size(busy, read, tmp_path):
    page = await read(busy, "/system", ledger_path=tmp_path / "none.db")

    assert "size 0 B" in page.one("dl", id="ledger").text


async def test_settings_are_shown_with_where_they_are_from_and_no_secret(busy, read):
    settings = Settings(api_token=TOKEN, settings=f"ROTA_API_TOKEN={TOKEN}", grace_seconds=7)

    page = await read(busy, "/system", settings=settings)

    table = page.one("table", id="settings").text
    assert "ROTA_GRACE_SECONDS 7.0 set" in table
    assert "ROTA_API_TOKEN set, not shown set" in table
    assert "ROTA_MAX_CONCURRENT_RUNS 100 default" in table
    assert TOKEN not in page.text


def test_a_collectors_url_is_shown_without_the_user_and_what_is_known_to_be_secret():
    redaction.hide("hn-4711-key", redaction.SecretKind.TRACES)
    settings = Settings(
        otlp_endpoint="https://rota:pa@ss@in.example/otlp",
        otlp_traces_endpoint="https://in.example/hn-4711-key/v1/traces",
    )
    shown = {name: text for name, text, _ in shown_settings(settings)}

    assert shown["OTEL_EXPORTER_OTLP_ENDPOINT"] == "https://…@in.example/otlp"
    traces = shown["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
    assert traces == "https://in.example/[redacted]/v1/traces"


def test_every_setting_is_shown():
    shown = {name for name, _, _ in shown_settings(default_settings())}

    assert len(shown) == len(Settings.model_fields) - 1


@pytest.mark.parametrize(("size", "text"), [(0, "0 B"), (2048, "2 KiB"), (23_173_530, "22.1 MiB")])
def test_a_size_is_readable(size, text):
    assert size_text(size) == text
