"""The child's first line, as `rota.__main__` is that of the command."""

import sys
import traceback

from rota.logs import redaction
from rota.runtime import forks, shutdown, signals, streams

_FAULT = 1


def main() -> None:
    """Run the tasks as the parent asks in the only argument; end with the exit code."""
    signals.exit_on_stop(exit_code=0)
    streams.edit_output(redaction.redact)
    shutdown.end_process(_run(sys.argv[1]))


def _run(argument: str) -> int:
    try:
        from rota.dev.work import work  # noqa: PLC0415 (signal handlers come first)

        with forks.ending_children():
            return work(argument)
    except BaseException:  # noqa: BLE001 (a fault of rota's own: reported, with no secret in it)
        sys.stderr.write(traceback.format_exc())
        return _FAULT


if __name__ == "__main__":
    main()
