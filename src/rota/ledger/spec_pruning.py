"""Forgets what CronJobs said long ago, or too often, and those that are gone."""

import sqlite3
from datetime import timedelta

from rota.ledger.pruning import is_sweep_due

# As many as a console computes slots from.
KEPT_SPECS = 100

_SUPERSEDED = """
DELETE FROM cronjob_specs WHERE EXISTS (
    SELECT 1 FROM cronjob_specs AS later
    WHERE later.task = cronjob_specs.task AND later.name = cronjob_specs.name
    AND later.since > cronjob_specs.since AND later.since < ?
)
"""
_TOO_MANY = """
DELETE FROM cronjob_specs WHERE (task, name, since) IN (
    SELECT task, name, since FROM (
        SELECT task, name, since,
            row_number() OVER (PARTITION BY task, name ORDER BY since DESC) AS place
        FROM cronjob_specs
    ) WHERE place > ?
)
"""
_GONE = """
DELETE FROM cronjob_specs WHERE since < ? AND json_extract(facts, '$.is_gone')
AND NOT EXISTS (
    SELECT 1 FROM cronjob_specs AS later
    WHERE later.task = cronjob_specs.task AND later.name = cronjob_specs.name
    AND later.since > cronjob_specs.since
)
"""


class SpecPruning:
    """Looks once an hour. What a CronJob says now stays, however long it has said so."""

    def __init__(self, age: timedelta) -> None:
        self._age = age
        self._swept_at: float | None = None

    def step(self, connection: sqlite3.Connection, now: float) -> None:
        """Forget, in the transaction that the caller has begun; `now` is an epoch time."""
        if not is_sweep_due(self._swept_at, now):
            return
        self._swept_at = now
        oldest = now - self._age.total_seconds()
        connection.execute(_SUPERSEDED, (oldest,))
        connection.execute(_TOO_MANY, (KEPT_SPECS,))
        connection.execute(_GONE, (oldest,))
