import gc

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
