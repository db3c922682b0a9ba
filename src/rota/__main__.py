"""The `rota` command."""

import sys

from rota import signals


def main() -> None:
    """Run the command line; end the process with its exit code."""
    signals.install_early(exit_code=0 if sys.argv[1:2] == ["scheduler"] else None)

    from rota.cli import run_command_line  # noqa: PLC0415 (signal handlers come first)

    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
