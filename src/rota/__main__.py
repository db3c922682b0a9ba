"""The `rota` command."""

import gc
import signal
import sys
import traceback

from rota.logs import redaction
from rota.runtime import forks, init, shutdown, signals, streams

_FAULT = 1
# Commands that end only by a stop, for which that is no failure.
_UNTIL_STOPPED = (["scheduler"], ["console"], ["top"], ["dev"])


def main(arguments: list[str] | None = None) -> None:
    """Run `rota` with the arguments, by default those of the process; end with its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    mask = init.fork_as_init()
    signals.exit_on_stop(exit_code=0 if arguments[:1] in _UNTIL_STOPPED else None)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    streams.open_missing()
    streams.edit_output(redaction.redact)

    # Imports leave next to no garbage, and looking for it takes a tenth of a start.
    # `rota.runtime.process` switches the collector on again before a task runs.
    gc.disable()

    shutdown.end_process(_run(arguments))


def _run(arguments: list[str]) -> int:
    try:
        from rota.cli import run_command_line  # noqa: PLC0415 (signal handlers come first)

        with forks.ending_children():
            return run_command_line(arguments)
    except BaseException:  # noqa: BLE001 (a fault of rota's own: reported, with no secret in it)
        sys.stderr.write(traceback.format_exc())
        return _FAULT


if __name__ == "__main__":
    main()
