"""`rota backfill --in-cluster`: a Job for each slot, one after another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click

from rota.cli.cluster import (
    StoppedError,
    cluster,
    exit_code_of_job,
    follow_command,
    run_until_stopped,
    tell,
)
from rota.kubernetes.job_follower import JobFollower
from rota.kubernetes.manifests.manual_job import manual_job, new_suffix
from rota.kubernetes.resources import JOBS
from rota.kubernetes.task_cronjob import find_cronjob
from rota.ledger.records import RecordedRun
from rota.model.clock import SystemClock, instant, rfc3339
from rota.model.errors import UsageError
from rota.model.exit_codes import ExitCode
from rota.model.outcome import exit_code_of_signal
from rota.model.run import Trigger
from rota.schedules import Cron, Schedule, parse_schedule


class ClusterBackfill:
    """Jobs from the CronJob of `task`; their logs go to stderr where `as_json`."""

    def __init__(
        self,
        task: str,
        *,
        context: str | None,
        namespace: str | None,
        instance: str | None,
        as_json: bool,
    ) -> None:
        self._task = task
        self._context = context
        self._namespace = namespace
        self._instance = instance
        self._as_json = as_json
        self._cronjob: dict[str, Any] = {}
        self._job: dict[str, Any] | None = None

    def find(self) -> Schedule:
        """Find the CronJob; return its schedule. Raises RotaError."""
        self._cronjob = run_until_stopped(self._find())
        spec, name = self._cronjob["spec"], self._cronjob["metadata"]["name"]
        if spec.get("timeZone"):
            schedule = parse_schedule(spec["schedule"], spec["timeZone"])
            if isinstance(schedule, Cron):
                return schedule
        raise UsageError(
            f"CronJob {name} has the schedule {spec['schedule']!r} and the time zone "
            f"{spec.get('timeZone')}: its slots are known to the cluster alone. Without "
            "--in-cluster the task's own schedule is used"
        )

    @property
    def key(self) -> str:
        """What is remembered of these runs is of this CronJob alone, not of another cluster's."""
        return f"{self._task}@{self._cronjob['metadata']['uid']}"

    def run(
        self,
        slots: Sequence[int],
        *,
        keep_going: bool,
        on_ended: Callable[[RecordedRun], None],
    ) -> int:
        """Run the task for each of `slots`, epoch times; return the first failure's exit code.

        A stop leaves the Job that is running alone: 130 or 143.
        """
        try:
            return run_until_stopped(self._run(slots, keep_going=keep_going, on_ended=on_ended))
        except StoppedError as stopped:
            if self._job is not None:
                tell(f"the Job goes on; follow it with: {follow_command(self._job)}")
            return exit_code_of_signal(stopped.signal_number)

    async def _find(self) -> dict[str, Any]:
        async with self._cluster() as connection:
            namespace = self._namespace or connection.namespace
            return await find_cronjob(
                connection, self._task, namespace=namespace, instance=self._instance
            )

    async def _run(
        self,
        slots: Sequence[int],
        *,
        keep_going: bool,
        on_ended: Callable[[RecordedRun], None],
    ) -> int:
        first = int(ExitCode.SUCCEEDED)
        async with self._cluster() as connection:
            for slot in slots:
                run = await self._run_one(connection, slot)
                on_ended(run)
                exit_code = exit_code_of_job(run)
                first = first or exit_code
                if exit_code and not keep_going:
                    break
        return first

    async def _run_one(self, connection: Any, slot: int) -> RecordedRun:
        at = rfc3339(instant(slot))
        job = manual_job(self._cronjob, suffix=new_suffix(), slot=at)
        self._job = await connection.create(JOBS.path(job["metadata"]["namespace"]), job)
        tell(f"Job {self._job['metadata']['name']} was made for the slot {at}")
        follower = JobFollower(
            connection,
            self._job,
            write=lambda line: click.echo(line, err=self._as_json),
            tell=tell,
            clock=SystemClock(),
        )
        run = await follower.follow()
        self._job = None
        return replace(run, trigger=Trigger.BACKFILL)

    def _cluster(self) -> Any:
        return cluster(
            self._context,
            purpose="a backfill in a cluster",
            otherwise=f"without a cluster: rota backfill {self._task} without --in-cluster",
        )
