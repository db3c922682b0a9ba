"""The child's ends of the two pipes to its parent."""

import contextlib
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

from rota.dev.messages import LineSplitter, decoded, encoded
from rota.runtime.shutdown import end_now


class Link:
    """Sends messages, from any thread, and reads what the parent asks for, in one of its own.

    If the parent goes away, killed or by a second Ctrl-C, the child ends at once, also where a task
    blocks: none is left behind.
    """

    def __init__(self, messages: int) -> None:
        self._messages = messages
        self._lock = threading.Lock()
        # Programs that a task starts get neither: they would read what is for the child.
        os.set_inheritable(messages, False)  # noqa: FBT003 (has no name)
        self._wishes = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self.on_run: Callable[[str], None] = lambda _: None

    def listen(self) -> None:
        """Read from now on; each task to run is handed to `on_run`, in another thread."""
        threading.Thread(target=self._read, name="rota-dev-link", daemon=True).start()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message, to nobody if the parent is gone."""
        left = memoryview(encoded(message))
        with self._lock, contextlib.suppress(OSError):
            while left:
                left = left[os.write(self._messages, left) :]

    def _read(self) -> None:
        splitter = LineSplitter()
        with contextlib.suppress(OSError):
            while chunk := os.read(self._wishes, 4096):
                for line in splitter.feed(chunk):
                    match decoded(line):
                        case {"run": str(name)}:
                            self.on_run(name)
        end_now(0)
