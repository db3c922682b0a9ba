"""The event loop of simulations: virtual time, no network, and threads that hold time."""

from typing import Any, NoReturn

from rota.runtime.thread_pool import busy_threads
from rota.testing.virtual_time import VirtualLoop

_NO_NETWORK = (
    "a simulation has no network: its time would not wait for the answer. Call the Business API "
    "through the client that the task is given, and let a FakeApi answer"
)


class SimulationLoop(VirtualLoop):
    """Raises RuntimeError for a socket. While a blocking task works, its time stands still.

    Unless it is `abandoned`: then it waits for no thread.
    """

    def __init__(self) -> None:
        # A thread that an earlier test has left behind is not waited for.
        self._busy_before = busy_threads.count
        self.abandoned = False
        super().__init__()

    def is_held(self) -> bool:
        """Whether time must not pass now, since a thread is at work."""
        if self.abandoned:
            return False
        return super().is_held() or busy_threads.count > self._busy_before

    async def create_connection(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise RuntimeError(_NO_NETWORK)

    async def create_server(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise RuntimeError(_NO_NETWORK)

    async def create_datagram_endpoint(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise RuntimeError(_NO_NETWORK)

    async def getaddrinfo(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise RuntimeError(_NO_NETWORK)

    async def sock_connect(self, *_: Any) -> NoReturn:
        """Refuse."""
        raise RuntimeError(_NO_NETWORK)
