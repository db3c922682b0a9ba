"""One run, to its end."""

import asyncio

from rota.model.context import Stop
from rota.model.run import Trigger
from rota.runs.bus import EventBus
from rota.runs.runner import Runner, new_run


async def run_once(task, client, clock, *, stop=None, observers=(), slot=None, **more):
    """Run `task` by hand; return the record of its end, which the observers know then."""
    ended = asyncio.get_running_loop().create_future()
    runner = Runner(client, clock=clock, stop=stop or Stop(), bus=EventBus(observers))
    run = new_run(task, Trigger.MANUAL, slot, clock=clock, **more)
    runner.start(task, run, on_ended=lambda _, record: ended.set_result(record))
    return await ended
