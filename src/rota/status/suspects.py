"""What has changed between the last success of a task and the failure that followed it."""

from collections.abc import Sequence

from rota.kubernetes.watching.seen_tasks import SeenTask
from rota.kubernetes.watching.spec_changes import SpecChange
from rota.ledger.digest import FAILURES
from rota.status.task_status import TaskStatus


def suspects_of(status: TaskStatus) -> Sequence[SpecChange] | None:
    """Return the changes of a task's CronJob that may be why it fails, the newest first.

    None where there is no telling: it does not fail, has never succeeded, or is a scheduler's.
    """
    success, task = status.digest.last_success, status.task
    if success is None or not isinstance(task, SeenTask):
        return None
    failed = [run for run in status.digest.recent if run.state in FAILURES]
    since_then = [run.started_at for run in failed if run.due > success.due]
    if not since_then:
        return None
    first = min(since_then)
    return [each for each in task.changes if success.started_at < each.at <= first][::-1]
