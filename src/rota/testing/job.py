"""Simulates Jobs and their pods: retries by exit code, back-off, eviction.

As kubernetes/pkg/controller/job/job_controller.go of 1.34, with rota's podFailurePolicy.
"""

import asyncio
import math
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

from rota.kubernetes.manifests.pod_failure_policy import final_exit_codes
from rota.model.context import Stop
from rota.model.events import RunEvent
from rota.model.run import RunRecord
from rota.runs.active_run import ActiveRun
from rota.runs.bus import EventBus
from rota.runs.pod import (
    KUBERNETES_EXTRA_SECONDS,
    run_of_pod,
    wait_before_retry_seconds,
)
from rota.runs.runner import Runner
from rota.tasks.definition import TaskDefinition, active_deadline_seconds, retry_wait_seconds
from rota.testing.recorder import KILLED_EXIT_CODE, Recorder
from rota.testing.world import Wire, World

_FINAL = frozenset(final_exit_codes())
OnOver = Callable[["Job"], None]


class Pods:
    """The pods of a cluster. They share one client, which knows by the run whose request it is."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        self.world = world
        self.recorder = recorder
        self._wire = Wire(world)
        self.client: Any = world.client(self._wire)
        self.active: dict[str, Pod] = {}
        self.sealed = False
        self._held: list[Callable[[], None]] | None = None

    def observe(self, event: RunEvent) -> None:
        """Pass an event on to the recorder."""
        if not self.sealed:
            self.recorder(event)

    def kill(self, run_id: str | None) -> None:
        """Kill the pod that made a request, with SIGKILL."""
        pod = self.active.pop(run_id or "", None)
        if pod is not None:
            self._wire.dead_runs.add(pod.run_id)
            self.recorder.kill(pod.run_id)
            pod.die()

    def kill_all(self) -> None:
        """Kill all pods, as when their node fails."""
        for run_id in list(self.active):
            self.kill(run_id)

    def evict_all(self) -> None:
        """Send SIGTERM to all pods, as when their node is drained."""
        for pod in list(self.active.values()):
            pod.evicted = True
            pod.terminate()

    def hold(self, start: Callable[[], None]) -> bool:
        """Keep the start of a pod for later if no controller is there; return whether it is so."""
        if self._held is None:
            return False
        self._held.append(start)
        return True

    def leave(self) -> None:
        """Note that no controller is there: pods that run go on, and none begins."""
        self._held = self._held or []

    def come_back(self) -> None:
        """Start the pods that should have begun."""
        held, self._held = self._held or [], None
        for start in held:
            start()

    def seal(self) -> None:
        """Let nothing more be seen or heard of any pod, and none begin."""
        self._wire.dead = self.sealed = True


class Pod:
    """One run of a Job. `evicted`: its end does not count as a failure."""

    def __init__(self, job: "Job", index: int, attempt: int) -> None:
        pods = job.pods
        world = pods.world
        self.evicted = False
        self._job = job
        self._index = index
        self._stop = Stop()
        self._dead = False
        self._waits: asyncio.TimerHandle | None = None
        self._exit_code = 0
        self._grace_seconds = world.settings.grace_seconds
        runner = Runner(
            pods.client, clock=world.clock, stop=self._stop, bus=EventBus([pods.observe])
        )
        sharded = job.task.shards > 1
        settings = world.settings.model_copy(
            update={
                "job_name": job.name,
                "cronjob_name": job.cronjob_name,
                "job_uid": job.name,
                "job_attempt": attempt if sharded else None,
                "completion_index": index if sharded else None,
            }
        )
        run = run_of_pod(job.task, settings, world.clock)
        self.run_id = run.run_id
        pods.recorder.pod(run, attempt, job.slot)
        pods.active[run.run_id] = self
        self._run: ActiveRun = runner.start(job.task, run, on_ended=self._ended)

    def terminate(self) -> None:
        """Send SIGTERM."""
        if not self._stop.requested:
            self._stop.request(signal.SIGTERM)
            if self._waits is not None:
                self._waits.cancel()
                self._over()
                return
            loop = asyncio.get_running_loop()
            loop.call_later(self._grace_seconds, self._run.interrupt, "stopped")

    def die(self) -> None:
        """End at once; what the task still does reaches nobody."""
        if self._waits is not None:
            self._waits.cancel()
        self._dead = True
        self._run.interrupt("killed")
        self._job.pod_ended(self._index, KILLED_EXIT_CODE, evicted=False)

    def _ended(self, _: ActiveRun, record: RunRecord) -> None:
        self._exit_code = int(record.exit_code)
        now = self._job.pods.world.clock.timestamp()
        seconds = wait_before_retry_seconds(self._job.task, record, now)
        if seconds and not self._dead and not self._stop.requested:
            self._waits = asyncio.get_running_loop().call_later(seconds, self._over)
        else:
            self._over()

    def _over(self) -> None:
        if not self._dead and not self._job.pods.sealed:
            self._job.pods.active.pop(self.run_id, None)
            self._job.pod_ended(self._index, self._exit_code, evicted=self.evicted)


class Job:
    """One Job, for a slot or for `run_on_start`; `on_over` is called when all its pods are gone."""

    def __init__(
        self,
        task: TaskDefinition,
        slot: int | None,
        name: str,
        pods: Pods,
        *,
        on_over: OnOver = lambda _: None,
    ) -> None:
        self.task = task
        self.slot = slot
        self.name = name
        self.cronjob_name = name.rpartition("-")[0]
        self.pods = pods
        self._on_over = on_over
        self._failures: Counter[int] = Counter()
        self._attempts: Counter[int] = Counter()
        self._running: dict[int, Pod] = {}
        self._waiting: dict[int, asyncio.TimerHandle] = {}
        self._failing = False
        self._deadline: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start its pods."""
        grace_seconds = math.ceil(self.pods.world.settings.grace_seconds)
        seconds = active_deadline_seconds(
            timeout_seconds=self.task.timeout_seconds,
            backoff_limit=self.task.backoff_limit,
            termination_grace_seconds=grace_seconds + KUBERNETES_EXTRA_SECONDS,
        )
        self._deadline = asyncio.get_running_loop().call_later(seconds, self.delete)
        for index in range(self.task.shards):
            self._start_pod(index)

    def delete(self) -> None:
        """Send SIGTERM to its pods, and start no other."""
        self._failing = True
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        for pod in self._running.values():
            pod.terminate()
        self._check_over()

    def pod_ended(self, index: int, exit_code: int, *, evicted: bool) -> None:
        """Decide what follows the end of a pod."""
        self._running.pop(index, None)
        if exit_code != 0 and not self._failing:
            self._retry(index, exit_code, evicted=evicted)
        self._check_over()

    def _retry(self, index: int, exit_code: int, *, evicted: bool) -> None:
        if evicted:
            self._wait(index, 0)
            return
        failures = self._failures[index] = self._failures[index] + 1
        if exit_code not in _FINAL and failures <= self.task.backoff_limit:
            self._wait(index, retry_wait_seconds(failures - 1))
        elif self.task.shards == 1:
            self._failing = True

    def _wait(self, index: int, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._waiting[index] = loop.call_later(seconds, self._start_pod, index)

    def _start_pod(self, index: int) -> None:
        if self.pods.sealed or self.pods.hold(lambda: self._start_held(index)):
            return
        self._waiting.pop(index, None)
        attempt = self._attempts[index]
        self._attempts[index] += 1
        self._running[index] = Pod(self, index, attempt)

    def _start_held(self, index: int) -> None:
        # The Job may have been deleted meanwhile.
        if index in self._waiting:
            self._start_pod(index)

    def _check_over(self) -> None:
        if not self._running and not self._waiting:
            if self._deadline is not None:
                self._deadline.cancel()
            self._on_over(self)
