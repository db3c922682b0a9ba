"""Settings of traces: a switch of rota's own, and the standard names for where they go."""

from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from rota.model.errors import SettingsError
from rota.settings.values import checked_by, seed_name

_PATH = "/v1/traces"
_SECRET_WORDS = ("auth", "key", "token", "secret", "password", "credential")
_SHORTEST_SECRET = 8


def _check_template(value: str) -> None:
    if not value.startswith(("http://", "https://")) or "{trace_id}" not in value:
        raise SettingsError("must be an http or https URL that contains {trace_id}")


class TraceSettings(BaseSettings):
    """Whether runs are traced, and where the spans go."""

    model_config = SettingsConfigDict(defer_build=True)

    traces: bool = False
    """True: a span for every run and HTTP attempt, sent by OTLP; needs the extra `otel`."""
    trace_url: Annotated[str, checked_by(_check_template)] = ""
    """URL template with `{trace_id}`, to which the page of a run links; empty: no link."""
    otlp_endpoint: Annotated[str, seed_name("OTEL_EXPORTER_OTLP_ENDPOINT")] = ""
    """URL of the collector, without `/v1/traces`; empty: http://localhost:4318."""
    otlp_traces_endpoint: Annotated[str, seed_name("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")] = ""
    """The whole URL for spans, which wins."""
    otlp_headers: Annotated[SecretStr | None, seed_name("OTEL_EXPORTER_OTLP_HEADERS")] = None
    """Headers for the collector: `name=value`, comma-separated and percent-encoded; a secret."""
    otlp_traces_headers: Annotated[
        SecretStr | None, seed_name("OTEL_EXPORTER_OTLP_TRACES_HEADERS")
    ] = None
    """The same for spans alone, which wins; a secret."""

    def traces_url(self) -> str | None:
        """Return the URL that spans are sent to; None: the library's default.

        Raises SettingsError for one that cannot be used. Only asked where traces are on, since the
        variables may be meant for other programs.
        """
        whole, base = self.otlp_traces_endpoint, self.otlp_endpoint
        name = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" if whole else "OTEL_EXPORTER_OTLP_ENDPOINT"
        url = whole or (base and base.rstrip("/") + _PATH)
        if not url:
            return None
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise SettingsError(
                f"{name}: must be an http or https URL with a host; rota sends OTLP over HTTP, "
                "for which collectors listen on port 4318"
            )
        return url

    def trace_headers(self) -> Mapping[str, str]:
        """Return the headers for the collector, by lower-case name."""
        return {
            unquote(name).strip().lower(): unquote(value).strip()
            for name, equals, value in self._header_pairs()
            if equals and name.strip()
        }

    def _header_pairs(self) -> Iterator[tuple[str, str, str]]:
        chosen = self.otlp_traces_headers or self.otlp_headers
        yield from (each.partition("=") for each in _secret(chosen).split(","))

    def trace_secrets(self) -> Iterator[str]:
        """Yield what must not be written anywhere: keys in headers and URLs, and passwords in URLs.

        A header such as a tenant's name is no secret: masking it would hide harmless words.
        """
        for name, value in self.trace_headers().items():
            if any(word in name for word in _SECRET_WORDS) or _looks_like_a_key(value):
                yield from (value, *value.split()[1:])
        for name, equals, value in self._header_pairs():
            # No header: the library logs it as it is, and it may be a key without its name.
            if not (equals and name.strip()):
                yield from (name.strip(), value.strip())
        for url in (self.otlp_endpoint, self.otlp_traces_endpoint):
            host, _, path = url.partition("://")[2].partition("/")
            user, _, _ = host.rpartition("@")
            yield from (user, unquote(user.partition(":")[2]))
            yield from filter(_looks_like_a_key, path.split("/"))


def _secret(value: SecretStr | None) -> str:
    return "" if value is None else value.get_secret_value()


def _looks_like_a_key(value: str) -> bool:
    return len(value) >= _SHORTEST_SECRET and (
        any(map(str.isdigit, value)) or value != value.lower()
    )
