"""The files that a client needs, looked at before there is a client. Does not import httpx."""

from dataclasses import replace

from rota.net.options import ApiOptions
from rota.net.tls_files import TlsFiles, files_of
from rota.net.tokens import TokenSource


def check_files(options: ApiOptions) -> ApiOptions:
    """Return `options`, with the token itself in place of a pipe, which cannot be read again.

    Raises SettingsError for a token or a certificate file that no request can be sent with. A token
    that is found is kept out of what rota writes from here on.
    """
    tokens = TokenSource(options)
    if options.token_file is not None and not tokens.from_file:
        options = replace(options, token=tokens.current(), token_file=None)
    # The public CAs cost some 20 ms and are as good as the package that holds them.
    if files_of(options):
        TlsFiles(options)
    return options
