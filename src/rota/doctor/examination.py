"""All examinations, one after another."""

from rota.app import App
from rota.doctor.business_api import examine_business_api
from rota.doctor.cluster import examine_cluster
from rota.doctor.files import examine_files
from rota.doctor.finding import Finding, Health, fail, ok, worst
from rota.doctor.store import examine_ledger
from rota.doctor.tasks import examine_tasks, examine_time_zones
from rota.model.clock import SystemClock
from rota.model.errors import ConfigError
from rota.settings import Settings


def examine_settings(settings: Settings) -> list[Finding]:
    """Say whether the client and the observers that the settings name can be made."""
    try:
        App(settings)
    except ConfigError as error:
        return [fail("settings", str(error))]
    return [ok("settings", f"release {settings.release}")]


async def examine(
    settings: Settings, *, context: str | None = None, namespace: str | None = None
) -> list[Finding]:
    """Look at everything; `context` and `namespace` are those of a kubeconfig, if there is one."""
    clock = SystemClock()
    now = clock.timestamp()
    asked = context is not None or namespace is not None
    files = examine_files(settings, now)
    return [
        # What is wrong with a file is told once.
        *(examine_settings(settings) if worst(files) is not Health.FAIL else []),
        *examine_tasks(settings, int(now)),
        *examine_time_zones(),
        *examine_ledger(settings, now),
        *files,
        *await examine_business_api(settings, clock),
        *await examine_cluster(context, namespace or settings.namespace or None, asked=asked),
    ]
