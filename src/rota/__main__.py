"""The `rota` command."""

import gc
import sys

from rota import signals, streams


def main() -> None:
    """Run the command line; end the process with its exit code."""
    signals.exit_on_stop(exit_code=0 if sys.argv[1:2] == ["scheduler"] else None)
    streams.open_missing()

    # Imports leave next to no garbage, and looking for it takes a tenth of a start. `rota.process`
    # switches the collector on again before a task runs.
    gc.disable()

    from rota.cli import run_command_line  # noqa: PLC0415 (signal handlers come first)

    exit_code = run_command_line(sys.argv[1:])
    streams.flush()
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
