"""Makes the Business API client of the settings."""

from rota.api.client import BusinessApiClient
from rota.model.errors import ConfigError, RotaError
from rota.net import ApiOptions, check_files
from rota.runtime.streams import stdout_on_stderr
from rota.settings import Settings
from rota.settings.importing import describe_error, load_attribute


def make_client(settings: Settings) -> BusinessApiClient:
    """Return a client of the class in ROTA_API_CLIENT, with every option of the settings.

    Raises ConfigError if the class, or a file with a token or certificates, cannot be used. What
    its module prints while it is imported goes to stderr.
    """
    with stdout_on_stderr():
        return _make_client(settings)


def _make_client(settings: Settings) -> BusinessApiClient:
    options = check_files(api_options(settings))
    client_class = BusinessApiClient
    if settings.api_client:
        found = load_attribute(settings.api_client, "ROTA_API_CLIENT")
        if not (isinstance(found, type) and issubclass(found, BusinessApiClient)):
            raise ConfigError(
                f"ROTA_API_CLIENT: {settings.api_client!r} is not a subclass of "
                "rota.api.BusinessApiClient"
            )
        client_class = found
    try:
        client = client_class(settings.business_api_url)
    except RotaError:
        raise
    except (Exception, SystemExit) as error:
        raise ConfigError(
            f"ROTA_API_CLIENT: {settings.api_client!r} cannot be instantiated with only the base "
            f"URL: {describe_error(error)}"
        ) from error
    # Set afterwards, since a subclass in the seed's form only takes the base URL.
    client.options = options
    return client


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
