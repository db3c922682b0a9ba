"""What the pages know of the process that serves them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rota
from rota.settings import Settings
from rota.web.form_tokens import FormTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """An installation, as the head of each page and `/system` name it.

    `mode` says who serves the pages: `scheduler`, or `console` beside the CronJobs in `namespace`
    that have the label `instance`.
    `ledger_path` is None where the history is in memory only. `notes` returns sentences that
    concern every page now, such as how old the data is. `watch` returns how a console's watches do.
    `not_yet` returns why there is nothing to show but that, for as long as there is not. `tokens`
    are for the forms of a scheduler that has actions.
    """

    release: str = "rota"
    mode: str = "scheduler"
    version: str = rota.__version__
    ledger_path: Path | None = None
    settings: Settings | None = None
    namespace: str | None = None
    instance: str | None = None
    notes: Callable[[], Collection[str]] = tuple
    watch: Callable[[], Mapping[str, Any]] | None = None
    not_yet: Callable[[], str | None] = lambda: None
    tokens: FormTokens | None = None

    @property
    def name(self) -> str:
        """What the head of each page calls it: the release, or what is watched where."""
        return f"{self.namespace}/{self.instance}" if self.namespace else self.release
