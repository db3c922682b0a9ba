"""What an API server may answer in place of what was asked."""

from rota.model.errors import ConfigError

_GONE = 410


class ApiServerError(ConfigError):
    """The API server did not give what was asked of it."""


class ApiServerUnreachableError(ApiServerError):
    """It cannot be reached, broke off, or is silent."""


class ApiServerRefusedError(ApiServerError):
    """It refuses, with a `status` of HTTP and its own sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"the API server refuses: {status} {message}")
        self.status = status

    @property
    def is_gone(self) -> bool:
        """Whether the version or the page that was asked for is no longer kept."""
        return self.status == _GONE
