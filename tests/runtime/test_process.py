import asyncio
import contextlib
import gc
import signal
import threading

from rota.model.exit_codes import ExitCode
from rota.runtime.process import run_process


def test_the_garbage_collector_that_main_switched_off_is_on_while_a_task_runs():
    seen = []

    async def work() -> ExitCode:
        seen.append(gc.isenabled())
        return ExitCode.SUCCEEDED

    gc.disable()
    try:
        run_process(work())
    finally:
        gc.enable()
        gc.unfreeze()

    assert seen == [True]


def test_a_signal_that_another_thread_gets_wakes_the_loop():
    heard = []

    def signal_itself():
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

    async def work() -> ExitCode:
        loop = asyncio.get_running_loop()
        event = asyncio.Event()
        previous = signal.signal(signal.SIGUSR1, lambda *_: loop.call_soon(event.set))
        try:
            thread = threading.Timer(0.05, signal_itself)
            thread.start()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await event.wait()
                    heard.append(loop.time() - began)
        finally:
            signal.signal(signal.SIGUSR1, previous)
        return ExitCode.SUCCEEDED

    began = asyncio.new_event_loop().time()
    run_process(work())

    assert heard
    assert heard[0] < 4
