"""`rota console`."""

import click

from rota.cli.cluster import check_namespace


@click.command(
    "console",
    epilog="\b\nExamples:\n"
    "  ROTA_WEB_ADDRESS=127.0.0.1:8080 rota console --namespace shop --instance shop\n"
    "  ROTA_WEB_ADDRESS=127.0.0.1:8080 ROTA_RELEASE=shop rota console --context staging",
)
@click.option(
    "--namespace",
    "-n",
    callback=check_namespace,
    help="Namespace of the CronJobs.  [default: ROTA_NAMESPACE, else that of the service account "
    "or of the kubeconfig's context]",
)
@click.option("--context", help="Context of the kubeconfig.  [default: its current one]")
@click.option(
    "--instance",
    help="Label app.kubernetes.io/instance of the CronJobs.  [default: ROTA_INSTANCE, else "
    "ROTA_RELEASE]",
)
def console_command(*, namespace: str | None, context: str | None, instance: str | None) -> int:
    """Show what the CronJobs of a release did, do and will do, until SIGTERM or SIGINT.

    Watches CronJobs, Jobs and pods, only reading, keeps their history in the file of
    ROTA_STATE_PATH, and serves it at ROTA_WEB_ADDRESS as pages, JSON and metrics. The exit code is
    0, or 2 if there is no cluster, no such namespace, or a right is missing.
    """
    from rota.processes.console import (  # noqa: PLC0415 (--help works without)
        ConsoleOptions,
        run_console,
    )

    return run_console(ConsoleOptions(namespace=namespace, context=context, instance=instance))
