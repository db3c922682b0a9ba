"""`rota diff`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from rota.cli.cluster import check_namespace
from rota.cli.table import echo_table
from rota.kubernetes.manifests.comparison import Difference, compare
from rota.kubernetes.manifests.deployed import deployed_tasks
from rota.model.errors import UsageError
from rota.settings import load_settings
from rota.status.table import Column

_COLUMNS = (
    Column("TASK", least=16),
    Column("DIFFERENCE", least=12),
    Column("HERE", least=16, wraps=True),
    Column("DEPLOYED", least=16, wraps=True),
    Column("WHERE", least=16, leaves=1),
)
SAME = 0
DIFFERENT = 1


@click.command(
    "diff",
    epilog="\b\nExamples:\n"
    "  helm template shop deploy/helm/rota -f values.yaml | rota diff --file -\n"
    "  rota diff --namespace shop --selector app.kubernetes.io/instance=shop\n\n"
    "\b\nExit codes:\n  0  no differences\n  1  something differs\n"
    "  2  nothing was compared: bad usage or settings, an unreadable file, a refusing API server",
)
@click.option("--file", "path", metavar="FILE", help="Rendered manifests; - reads them from stdin.")
@click.option(
    "--namespace",
    "-n",
    callback=check_namespace,
    help="Compare with what runs in this namespace.",
)
@click.option("--context", help="Context of the kubeconfig.  [default: its current one]")
@click.option(
    "--selector",
    "-l",
    help="Label selector; one release: app.kubernetes.io/instance=RELEASE.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff_command(
    *,
    path: str | None,
    namespace: str | None,
    context: str | None,
    selector: str | None,
    as_json: bool,
) -> int:
    """Compare the tasks found here with rendered manifests, or with what runs in a cluster.

    Reports tasks that are missing, extra or deployed twice, every field that differs, such as the
    schedule or the overlap, and CronJobs whose pods have the wrong CronJob name, so that their runs
    have no slot. A task that runs more often than once a minute is expected in a scheduler.
    """
    from rota.tasks.discovery import discover  # noqa: PLC0415 (--help works without)

    if (path is None) == (namespace is None):
        raise UsageError("choose what to compare with: either --file FILE or --namespace NAMESPACE")
    if path is not None and (context or selector):
        raise UsageError("--context and --selector require --namespace")
    tasks = discover(load_settings()).selected()
    objects = _objects(path, namespace, context, selector)
    deployed = deployed_tasks(objects, image_tasks=[task.name for task in tasks])
    differences = compare(tasks, deployed)
    if as_json:
        facts = {"same": not differences, "differences": [asdict(each) for each in differences]}
        click.echo(json.dumps(facts, indent=2))
    else:
        _print(differences, len(tasks))
    return DIFFERENT if differences else SAME


def _objects(
    path: str | None, namespace: str | None, context: str | None, selector: str | None
) -> list[dict[str, Any]]:
    if namespace is not None:
        from rota.kubernetes.reader import read_objects  # noqa: PLC0415 (a file needs no cluster)

        return read_objects(namespace, context=context, selector=selector)
    from rota.kubernetes.manifests.yaml_text import read_documents  # noqa: PLC0415 (a cluster needs no YAML)

    if path == "-":
        return read_documents(sys.stdin.read(), "stdin")
    try:
        text = Path(str(path)).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"--file {path}: {reason}") from None
    return read_documents(text, str(path))


def _print(differences: list[Difference], task_count: int) -> None:
    if not differences:
        number = "1 task" if task_count == 1 else f"{task_count} tasks"
        click.secho(f"no differences: {number}", fg="green")
        return
    rows = [
        (each.task, each.kind, each.registry or "-", each.deployed or "-", each.where or "-")
        for each in differences
    ]
    echo_table(_COLUMNS, rows)
