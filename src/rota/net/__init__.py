"""HTTP to the Business API, with every protection in one transport. The only user of httpx.

Importing this package loads neither httpx nor tenacity; opening a client does.
"""

from dataclasses import replace

from rota.net.options import ApiOptions
from rota.net.tls_files import TlsFiles, files_of
from rota.net.tokens import TokenSource
from rota.net.translate import as_api_error

__all__ = ["ApiOptions", "as_api_error", "check_files"]


def check_files(options: ApiOptions) -> ApiOptions:
    """Check the token and the certificate files, without making a client.

    Returns `options`; a pipe, which cannot be read again, is replaced by the token that was in it.
    Raises SettingsError for a file that no request can be sent with. A token that is found is
    redacted in everything that rota writes from then on.
    """
    tokens = TokenSource(options)
    if options.token_file is not None and not tokens.from_file:
        options = replace(options, token=tokens.current(), token_file=None)
    # Only for files of its own: loading the public CAs takes some 20 ms, and would find nothing.
    if files_of(options):
        TlsFiles(options)
    return options
