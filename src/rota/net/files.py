"""The files that a client needs, looked at before there is a client. Does not import httpx."""

from rota.net.options import ApiOptions
from rota.net.tls import tls_context
from rota.net.tokens import TokenSource


def check_files(options: ApiOptions) -> None:
    """Raise SettingsError for a token or a certificate file that no request can be sent with.

    A token that is found is kept out of what rota writes from here on.
    """
    TokenSource(options)
    # The public CAs cost some 20 ms and are as good as the package that holds them.
    if options.ca_file is not None or options.client_cert_file is not None:
        tls_context("https", options)
