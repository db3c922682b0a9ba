import pytest

from rota.logs import redaction
from rota.model.errors import SettingsError


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/"}, "http://c:4318/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://c/base"}, "https://c/base/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://c/in"}, "https://c/in"),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://a",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b/t",
            },
            "http://b/t",
        ),
    ],
)
def test_spans_go_where_the_standard_variables_say(settings_of, variables, url):
    assert settings_of(**variables).traces_url() == url


@pytest.mark.parametrize("value", ["collector:4317", "grpc://c:4317", "http://", "http://[c"])
def test_an_endpoint_that_is_not_http_is_refused_only_where_spans_are_sent(settings_of, value):
    settings = settings_of(OTEL_EXPORTER_OTLP_ENDPOINT=value)
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT: must be an http or"):
        settings.traces_url()


def test_headers_are_read_as_the_standard_writes_them(settings_of):
    settings = settings_of(OTEL_EXPORTER_OTLP_HEADERS="Api-Key=a%2Cb, x-scope = 1 ,=no,nothing")
    assert settings.trace_headers() == {"api-key": "a,b", "x-scope": "1"}
    settings = settings_of(OTEL_EXPORTER_OTLP_TRACES_HEADERS="a=1")
    assert settings.trace_headers() == {"a": "1"}


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("HEADERS", "authorization=Bearer%20Zk3-canary-1", "Zk3-canary-1"),
        ("HEADERS", "x-vendor=Zk3-canary-2", "Zk3-canary-2"),
        ("TRACES_HEADERS", "api-key=canary-low", "canary-low"),
        ("HEADERS", "canary-alone", "canary-alone"),
        ("HEADERS", "=canary-nameless", "canary-nameless"),
        ("ENDPOINT", "https://user:Zk3-canary-4@c.test", "Zk3-canary-4"),
        ("TRACES_ENDPOINT", "https://c.test/in/Zk3-canary-5/v1/traces", "Zk3-canary-5"),
    ],
    ids=[
        "bearer",
        "looks like a key",
        "is called key",
        "no name",
        "empty name",
        "password",
        "path",
    ],
)
def test_what_is_secret_about_a_collector_is_masked(settings_of, name, value, secret):
    settings = settings_of(**{f"OTEL_EXPORTER_OTLP_{name}": value})
    assert redaction.redact(f"POST {secret}") == "POST [redacted]"
    if name.endswith("HEADERS"):
        assert secret not in f"{settings!r} {settings.model_dump_json()}"


def test_a_harmless_header_masks_no_word(settings_of):
    settings_of(OTEL_EXPORTER_OTLP_HEADERS="x-scope-orgid=cleanup")
    assert redaction.redact("task cleanup") == "task cleanup"


@pytest.mark.parametrize("value", ["traces/{trace_id}", "https://grafana.test/explore"])
def test_a_link_must_be_a_url_with_a_place_for_the_trace(settings_of, value):
    with pytest.raises(SettingsError, match="ROTA_TRACE_URL: must be an http or https URL"):
        settings_of(ROTA_TRACE_URL=value)
