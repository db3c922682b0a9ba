"""HTTP to the Business API, with every protection in one transport. The only user of httpx.

Importing this package loads neither httpx nor tenacity; opening a client does.
"""

from rota.net.files import check_files
from rota.net.options import ApiOptions
from rota.net.translate import as_api_error

__all__ = ["ApiOptions", "as_api_error", "check_files"]
