"""Tasks and a ledger of what happened to them, for what shows it."""

from rota.ledger.memory import MemoryLedger
from rota.model.clock import instant
from rota.model.events import SlotsSkipped
from rota.model.outcome import SkipReason
from rota.settings import default_settings
from rota.status.board import Board
from rota.tasks.base import BaseTask
from rota.tasks.definition import define_task
from support.ledger_runs import record, run


class FixedClock:
    def __init__(self, now):
        self.now = now

    def timestamp(self):
        return self.now


def make_task(name, doc=None, **fields):
    class Stated(BaseTask):
        """Do the work of the test.

        What comes next is not shown.
        """

        async def execute(self, api_client):
            pass

    Stated.name = name
    if doc is not None:
        Stated.__doc__ = doc
    for field, value in fields.items():
        setattr(Stated, field, value)
    return define_task(name, Stated(), None, run_on_start=False, settings=default_settings())


class Installation:
    """Some tasks, what a ledger has of them, and the time."""

    def __init__(self, now, *tasks, ledger=None):
        self.clock = FixedClock(now)
        self.ledger = ledger or MemoryLedger()
        self.ledger.open(lambda: None)
        self.tasks = tasks
        self._numbers = iter(range(1, 100_000))

    @property
    def board(self):
        return Board(self.tasks, self.ledger, self.clock)

    def ran(self, task, slot, outcome="succeeded", *, late=0.5, **fields):
        run_id = f"run-{next(self._numbers)}"
        started_at = (fields.pop("started_at", None) or slot) + late
        self.ledger.run_ended(
            record(run_id, outcome, task=task, slot=slot, started_at=started_at, **fields),
            owed=False,
        )
        return run_id

    def runs(self, task, slot, *, late=0.5):
        run_id = f"run-{next(self._numbers)}"
        self.ledger.run_started(run(run_id, task, slot), slot + late)
        return run_id

    def skipped(self, task, first, last=None, *, count=1, reason="overlap", detail=None):
        why = SkipReason(reason)
        skip = SlotsSkipped(
            task, first, last or first, count, capped=False, reason=why, detail=detail
        )
        self.ledger.slots_skipped(skip, self.clock.timestamp())


def text(epoch):
    return instant(epoch).isoformat().replace("+00:00", "Z")
