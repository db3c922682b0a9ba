"""Where `status`, `history` and `why` get their answers: over HTTP, or from the ledger's file."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import click

from rota.model.errors import ConfigError
from rota.model.slot import SlotState
from rota.settings import load_settings

url_option = click.option(
    "--url",
    metavar="URL",
    help="Ask the scheduler or console there; without it the ledger's file is read.",
)


class Source(Protocol):
    """Answers, as the JSON API gives them. Each method raises RotaError."""

    def overview(self) -> Mapping[str, Any]:
        """Return how all tasks are doing, problems first."""
        ...

    def runs(
        self, *, task: str | None, states: Sequence[SlotState], limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Return runs, the newest first."""
        ...

    def slots(self, task: str, first: int, last: int) -> Sequence[Mapping[str, Any]]:
        """Return what became of a task's slots between two epoch times, both included."""
        ...

    def explain(self, task: str, slot: int) -> Mapping[str, Any]:
        """Say why a slot ran or did not."""
        ...


def open_source(url: str | None) -> Source:
    """Return the source at `url`; without one that of the ledger's file, in this place."""
    if url is not None:
        from rota.cli.remote_source import RemoteSource  # noqa: PLC0415 (HTTP: only where asked for)

        return RemoteSource(url, load_settings().web_secret_file)
    from rota.app import backfill_log, open_board, open_console_board  # noqa: PLC0415 (--help works without)
    from rota.cli.local_source import LocalSource  # noqa: PLC0415
    from rota.tasks.discovery import discover  # noqa: PLC0415

    settings = load_settings()
    try:
        # A console's ledger says itself which tasks there are; a scheduler's are those found here.
        board = open_console_board(settings)
        if board is not None:
            return LocalSource(board)
        board = open_board(settings, discover(settings).selected())
        return LocalSource(board, backfill_log(settings))
    except ConfigError as error:
        raise ConfigError(
            f"{error}; run this where the scheduler or console runs, or give the --url of its page"
        ) from None
