"""Settings of the servers of a long-running process: health, metrics, pages and JSON."""

from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rota.net.addresses import parse_address
from rota.settings.values import NamedFile, Names, WebAccess, any_case, checked_by

Address = Annotated[str, checked_by(lambda text: parse_address(text, "address"))]


class WebSettings(BaseSettings):
    """What is served, where, and to whom."""

    model_config = SettingsConfigDict(defer_build=True)

    health_address: Address = ""
    """`host:port` of /livez, /readyz, /healthz and /metrics; empty: no server."""

    web_address: Address = ""
    """`host:port` of the pages and the JSON API, with health and metrics; empty: none."""
    web_access: Annotated[WebAccess, BeforeValidator(any_case)] = WebAccess.LOOPBACK
    """Who may read: `loopback` (no password, at a loopback address only), `none`, `basic`, `bearer`
    or `proxy`."""
    web_actions: bool = False
    """Whether who may read may also have tasks run, and pause them; a scheduler's pages only."""
    web_secret_file: NamedFile = None
    """`user:password` lines (basic), the token (bearer), or the secret that the proxy sends."""
    web_proxies: Names = ()
    """Addresses and networks of the proxies that are trusted, comma-separated."""
    web_user_header: str = "x-forwarded-user"
    """The header in which the proxy names the user."""
    web_hosts: Names = ()
    """Names under which the console is reached, comma-separated, besides local ones."""
