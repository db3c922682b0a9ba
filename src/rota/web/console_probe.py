"""What the console tells the health server about itself."""

from collections.abc import Mapping

from rota.kubernetes.release_watch import ReleaseWatch
from rota.model.clock import instant, rfc3339


class ConsoleProbe:
    """What the health server asks. Its summary has the number of tasks and how the watches do."""

    process = "console"
    not_ready = "the console has not listed the CronJobs, Jobs and pods yet"

    def __init__(self, watch: ReleaseWatch) -> None:
        self._watch = watch

    def heartbeat_age_seconds(self) -> float:
        """Return how long ago the console last looked for something to note."""
        return self._watch.heartbeat_age_seconds

    def ready(self) -> bool:
        """Return whether all that there is has been listed once, and can be shown.

        It stays ready while the API server is away: the pages tell what is known.
        """
        return self._watch.is_noted

    def summary(self) -> Mapping[str, object]:
        """Return how many tasks there are, since when nothing is seen, and how each watch does."""
        tasks = self._watch.tasks()
        return {
            "tasks": {
                "total": len(tasks),
                "suspended": sum(task.suspend for task in tasks),
                "gone": sum(task.gone_since is not None for task in tasks),
            },
            **watch_facts(self._watch),
        }


def watch_facts(watch: ReleaseWatch) -> Mapping[str, object]:
    """Return how the watches do, JSON-ready: `blind_since` is None while all is seen."""
    return {
        "blind_since": _moment(watch.blind_since),
        "seen_until": _moment(watch.horizon),
        "watches": {
            kind: {
                "connected": health.connected,
                "heard_at": _moment(health.heard_at),
                "error": health.error,
                "relists": dict(health.relists),
            }
            for kind, health in watch.health.items()
        },
    }


def _moment(epoch_seconds: float | None) -> str | None:
    return None if epoch_seconds is None else rfc3339(instant(int(epoch_seconds)))
