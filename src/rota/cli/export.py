"""`rota export`."""

import difflib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from rota.model.errors import UsageError
from rota.settings import load_settings

SAME = 0
DIFFERENT = 1


@click.group("export", epilog="\b\nExample:\n  rota export helm-values --output values-tasks.yaml")
def export_command() -> None:
    """Write the tasks as values for the Helm chart, or as kustomize files."""


@export_command.command(
    "helm-values",
    epilog="\b\nExamples:\n  rota export helm-values --output values-tasks.yaml\n"
    "  rota export helm-values --check values-tasks.yaml",
)
@click.option("--output", metavar="FILE", help="Write to FILE instead of stdout.")
@click.option("--check", metavar="FILE", help="Write nothing; exit 1 with a diff if FILE differs.")
@click.option(
    "--largest-gaps",
    is_flag=True,
    help="Also the longest time between slots, for alerts from kube-state-metrics.",
)
def export_helm_values(*, output: str | None, check: str | None, largest_gaps: bool) -> int:
    """Write the chart's `tasks`: the schedule of each task, and the fields that it sets."""
    from rota.kubernetes.manifests.values import helm_values  # noqa: PLC0415 (--help works without)
    from rota.tasks.discovery import discover  # noqa: PLC0415

    if output is not None and check is not None:
        raise UsageError("--output and --check cannot be combined")
    text = helm_values(discover(load_settings()), largest_gaps=largest_gaps)
    if check is not None:
        return _check({Path(check): text}, "with --output in place of --check")
    if output is None:
        click.echo(text, nl=False)
    else:
        _write({Path(output): text})
    return SAME


@export_command.command(
    "kustomize",
    epilog="\b\nExamples:\n  rota export kustomize --output deploy/kustomize\n"
    "  rota export kustomize --output deploy/kustomize --check\n"
    "  kubectl apply -k deploy/kustomize/overlays/example-cronjobs",
)
@click.option(
    "--output", required=True, metavar="DIR", help="Folder for base, components, overlays."
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if a file differs.")
def export_kustomize(*, output: str, check: bool) -> int:
    """Write a base, a component for each mode, and an example overlay for each.

    Other files in the folder are left alone: put your own overlays next to the examples.
    """
    from rota.kubernetes.manifests.kustomize import kustomize_files  # noqa: PLC0415 (--help works without)
    from rota.tasks.discovery import discover  # noqa: PLC0415

    settings = load_settings()
    made = kustomize_files(discover(settings), settings)
    files = {Path(output, name): text for name, text in made.items()}
    if check:
        return _check(files, "without --check")
    _write(files)
    return SAME


def _check(files: Mapping[Path, str], way_out: str) -> int:
    """Print the changes of `files` as a unified diff; return 1 if there are any.

    `way_out` is how the same command updates them.
    """
    differing = {}
    for path, expected in files.items():
        found = _read(path)
        if found != expected:
            differing[path] = difflib.unified_diff(
                (found or "").splitlines(keepends=True),
                expected.splitlines(keepends=True),
                fromfile=str(path) if found is not None else "/dev/null",
                tofile=f"{path} (as exported)",
            )
    for diff in differing.values():
        sys.stdout.writelines(line if line.endswith("\n") else f"{line}\n" for line in diff)
    if not differing:
        return SAME
    names = ", ".join(map(str, differing))
    click.echo(
        f"rota: {names}: out of date; the same command {way_out} writes it",
        err=True,
    )
    return DIFFERENT


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None


def _write(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, text)
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


def _replace(path: Path, text: str) -> None:
    """Write a temporary file, then move it: a reader sees either the old or the new content."""
    path = path.resolve()  # the file that a link leads to, not the link
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: not a file; without --output the values go to stdout")
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
