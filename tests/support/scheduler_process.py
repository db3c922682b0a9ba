"""A scheduler's lives with a ledger's file, in virtual time."""

import asyncio

from rota.ledger.sqlite import SqliteLedger
from rota.scheduler import TaskScheduler
from rota.settings import Settings
from support.recording import Recording

HOUR = 3600


class PromptLedger(SqliteLedger):
    """Waits for each write, since virtual time would leave the writing thread far behind."""

    def flush(self):
        again = super().flush()
        if self._writing is not None:
            self._writing.result()
        return again


class Process:
    """One process on the file at `path`. `fields` are what the environment says of task t."""

    def __init__(self, path, clock, **fields):
        self.clock = clock
        self.recording = Recording()
        self.ledger = PromptLedger(path, clock)
        self.scheduler = TaskScheduler(
            object(),
            settings=Settings(_env_file=None, task={"t": fields}),
            clock=clock,
            ledger=self.ledger,
            observers=[self.recording],
        )

    def add(self, handler=None, interval=HOUR, name="t", run_on_start=False):
        async def nothing(api_client):
            pass

        self.scheduler.register_task(name, handler or nothing, interval, run_on_start)
        return self

    async def live(self, seconds):
        await self.scheduler.start()
        await asyncio.sleep(seconds)
        await self.scheduler.stop()
        return self.recording

    async def die_after(self, seconds):
        """End without a goodbye, as SIGKILL does: what is not on disk by then is lost."""
        await self.scheduler.start()
        await asyncio.sleep(seconds)
        self.scheduler._timers.cancel_all()
        self.ledger._connection.close()
        self.ledger._storage.release()
        for run in list(self.scheduler._dispatcher._active):
            run._coroutine.cancel()
        await asyncio.sleep(0)
        return self.recording
