"""Makes the Business API client of the settings."""

from importlib.metadata import EntryPoint

from rota.api.client import BusinessApiClient
from rota.model.errors import ConfigError, RotaError
from rota.net import ApiOptions, check_files
from rota.runtime.streams import stdout_on_stderr
from rota.settings import Settings
from rota.settings.importing import describe_error, load_attribute
from rota.settings.installed import installed

ENTRY_POINT_GROUP = "rota.api_client"


def make_client(settings: Settings) -> BusinessApiClient:
    """Return a client of the class in ROTA_API_CLIENT, with every option of the settings.

    Without that setting the class is that of the entry point `rota.api_client` of an installed
    package, or else BusinessApiClient. Raises ConfigError if the class, or a file with a token or
    certificates, cannot be used. What its module prints while it is imported goes to stderr.
    """
    with stdout_on_stderr():
        return _make_client(settings)


def _make_client(settings: Settings) -> BusinessApiClient:
    options = check_files(api_options(settings))
    named = named_client(settings)
    target, where = named or ("BusinessApiClient", "rota.api")
    client_class = load_attribute(target, where) if named else BusinessApiClient
    if not (isinstance(client_class, type) and issubclass(client_class, BusinessApiClient)):
        raise ConfigError(f"{where}: {target!r} is not a subclass of rota.api.BusinessApiClient")
    try:
        client = client_class(settings.business_api_url)
    except RotaError:
        raise
    except (Exception, SystemExit) as error:
        raise ConfigError(
            f"{where}: {target!r} cannot be instantiated with only the base URL: "
            f"{describe_error(error)}"
        ) from error
    # Set afterwards, since a subclass in the seed's form only takes the base URL.
    client.options = options
    return client


def named_client(settings: Settings) -> tuple[str, str] | None:
    """Return the client's class as `module:attribute`, and where it is named; None: nowhere.

    Raises ConfigError if several packages name one and ROTA_API_CLIENT does not decide.
    """
    if settings.api_client:
        return settings.api_client, "ROTA_API_CLIENT"
    points = sorted((point.value, _place(point)) for point in installed(ENTRY_POINT_GROUP))
    if len(points) > 1:
        named = ", ".join(f"{target!r} ({where})" for target, where in points)
        raise ConfigError(f"several packages name an API client: {named}; ROTA_API_CLIENT decides")
    return points[0] if points else None


def _place(point: EntryPoint) -> str:
    package = f" of package {point.dist.name!r}" if point.dist else ""
    return f"entry point {point.name!r}{package}"


def api_options(settings: Settings) -> ApiOptions:
    """Return the options of the client."""
    token = settings.api_token
    return ApiOptions(
        timeout_seconds=settings.api_timeout_seconds,
        deadline_seconds=settings.api_deadline_seconds,
        attempts=settings.api_attempts,
        backoff_initial_seconds=settings.api_backoff_seconds,
        idempotent=settings.api_idempotent,
        max_response_bytes=settings.api_max_response_bytes,
        max_pages=settings.api_max_pages,
        token=None if token is None else token.get_secret_value(),
        token_file=settings.api_token_file,
        ca_file=settings.api_ca_file,
        client_cert_file=settings.api_client_cert_file,
        client_key_file=settings.api_client_key_file,
        release=settings.release,
        namespace=settings.namespace,
    )
