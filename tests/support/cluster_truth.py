"""What became of slots on a real cluster, by the rules of its controllers and what kubectl saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from support.cluster_watch import Watch, conditions, epoch, exit_codes, scheduled_at

_BEFORE_SECONDS = 5


@dataclass(frozen=True)
class Truth:
    """Of one namespace. Slots and times are epoch times.

    `tasks` are the chart's values, with a startingDeadlineSeconds of `latest_start`. `away`: from
    when to when there was no console; `removed`: when CronJobs were deleted, by task;
    `refused_from`: since when a quota refused every Job.
    """

    jobs: Watch
    pods: Watch
    namespace: str
    tasks: Mapping[str, Mapping[str, Any]]
    latest_start: int
    away: tuple[float, float]
    removed: Mapping[str, float]
    refused_from: float

    def made(self, task: str) -> dict[int, dict[str, Any]]:
        """Return the Jobs of a task as last seen, by slot."""
        return {scheduled_at(each): each for each in self.jobs.of(self.namespace, rota_task=task)}

    def pods_of(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the pods of a Job as last seen."""
        return self.pods.of_job(self.namespace, job["metadata"]["name"])

    def of(self, task: str, slot: int) -> tuple[set[str], set[str]]:
        """Return the states that a slot may be in, and the reasons that it may be skipped for.

        "none" is a slot that nobody knows of.
        """
        job = self.made(task).get(slot)
        if job is not None:
            return self._of_job(job), set()
        unseen = {"unobserved"} if self._was_away(slot) else set()
        if self.tasks[task].get("suspend"):
            return {"skipped"} | unseen, {"suspended"}
        if slot > self.removed.get(task, slot):
            return {"none", "unobserved"}, set()
        reasons = {"missed", "too_late"}
        if slot > self.refused_from:
            reasons.add("refused")
        if self.tasks[task].get("overlap", "forbid") == "forbid":
            if self._covers(task, slot, until=slot + self.latest_start - 1):
                reasons = {"overlap"}
            elif self._covers(task, slot, until=slot):
                # It ended while the slot could still start; a busy controller may not have done so.
                reasons.add("overlap")
        return {"skipped"} | unseen, reasons

    def _of_job(self, job: dict[str, Any]) -> set[str]:
        reasons = conditions(job)
        last_code = [None, *exit_codes(self.pods_of(job))][-1]
        if "Complete" in reasons or "SuccessCriteriaMet" in reasons:
            return {"succeeded"}
        if "Failed" in reasons or "FailureTarget" in reasons:
            late = "DeadlineExceeded" in reasons.values() or last_code == 5
            return {"timed_out" if late else "failed"}
        gone_at = self.jobs.deleted_at(job)
        if gone_at is None:
            return {"running"}
        # A restart takes a busy machine long: what went meanwhile had perhaps ended before.
        unseen = self.away[0] - _BEFORE_SECONDS < gone_at < self.away[1] + _BEFORE_SECONDS
        return {"interrupted", "lost"} if unseen else {"interrupted"}

    def _was_away(self, slot: int) -> bool:
        """Whether the console may have missed what decided a slot."""
        start, end = slot - _BEFORE_SECONDS, slot + self.latest_start
        return start < self.away[1] and end > self.away[0]

    def _covers(self, task: str, slot: int, *, until: float) -> bool:
        """Whether a Job of the task was active from the slot until then."""
        return any(
            scheduled_at(job) < slot and _ended_at(job) >= until for job in self.made(task).values()
        )


def _ended_at(job: dict[str, Any]) -> float:
    ends = [
        epoch(each["lastTransitionTime"])
        for each in job["status"].get("conditions", ())
        if each["type"] in ("Complete", "Failed") and each["status"] == "True"
    ]
    return ends[0] if ends else float("inf")
